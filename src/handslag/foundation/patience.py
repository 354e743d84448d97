"""How long a page may wait for the database. The operator's commands wait for as long as it takes."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

SECONDS = {"lock_timeout": 5, "statement_timeout": 30, "idle_in_transaction_session_timeout": 60}
"""For somebody else's lock, for one statement, and for the next statement of a transaction (PostgreSQL). On SQLite
writers wait in line for as long as `timeout` in the settings says."""


def limit_for_process() -> None:
    """From here on every new connection of this process gives up in time; its user is told so in words."""
    connection_created.connect(_limit, dispatch_uid="patience")


def _limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name, seconds in SECONDS.items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{seconds}s"])
