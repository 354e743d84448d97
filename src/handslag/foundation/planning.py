"""Telling the database how its tables have grown, so that its planner chooses well from the first query on."""

from django.db import connection


def refresh_planner() -> None:
    """Gathers the planner's figures anew. For use after bulk loads: neither database does it by itself at once.

    Outside a transaction PostgreSQL also sweeps up what the load left behind (VACUUM), so that no first reader must.
    """
    sweeps = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if sweeps else "ANALYZE")
