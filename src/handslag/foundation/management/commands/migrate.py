from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction


class Command(migrate.Command):
    """Django's own, in one transaction: guards come down, tables change and guards come up for all others at once.

    Others wait until it ends; where it is stopped, everything stands as before.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrates. SQLite rebuilds tables only where foreign keys were let go before the transaction."""
        connection = connections[options["database"]]
        with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with checks still due cannot change
            super().handle(*args, **options)
