"""Telling the database what comes: that its tables have grown, or that they are gone through once."""

from django.db import connection


def refresh_planner() -> None:
    """Gathers the planner's figures anew. For use after bulk loads: neither database does it by itself at once.

    Outside a transaction PostgreSQL also sweeps up what the load left behind (VACUUM), so that no first reader must.
    """
    sweeps = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if sweeps else "ANALYZE")


def keep_few_pages() -> None:
    """Lets SQLite keep 8 MB of its pages at hand and no more: for what goes once through whole tables.

    What a server's threads come back to is worth keeping; a round of the watch would only fill the memory with it.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-8192")
