"""Telling the database how its tables have grown, so that its planner chooses well from the first query on."""

from django.db import connection


def refresh_planner() -> None:
    """Gathers the planner's figures anew. For use after bulk loads: neither database does it by itself at once."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
