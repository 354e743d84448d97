"""Telling the database how its tables have grown, so that its planner chooses well from the first query on."""

from django.db import connection


def settle() -> None:
    """After a load of millions of rows, outside any transaction: PostgreSQL marks what is seen by all, and both count.

    Without it the first readers after the load do that work, page by page.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "PRAGMA optimize")


def refresh_planner() -> None:
    """Gathers the planner's figures anew. For use after bulk loads: neither database does it by itself at once."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
