"""Columns for days and instants, held by the database to the years that anything can be dated by."""

from datetime import timedelta

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from handslag.foundation.spans import EARLIEST, LATEST

DAY_AFTER = LATEST + timedelta(days=1)


def _within(connection: BaseDatabaseWrapper, column: str | None, written: str, zone: str) -> str:
    """That a column lies in those years; on SQLite, which would store any text, also that it is `written` as such."""
    name = connection.ops.quote_name(column or "")
    years = f"{name} >= '{EARLIEST}{zone}' AND {name} < '{DAY_AFTER}{zone}'"
    return f"{years} AND {written.format(name)}" if connection.vendor == "sqlite" else years


class Day(models.DateField):  # type: ignore[type-arg]  # Django takes no arguments here at run time
    """A day."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """As on SQLite and PostgreSQL alike: no day outside of the years, and none that does not exist."""
        return _within(connection, self.column, "date({0}, '+0 days') IS {0}", "")


class Instant(models.DateTimeField):  # type: ignore[type-arg]  # as above
    """An instant."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """As of a day; on SQLite it is written YYYY-MM-DD HH:MM:SS, with or without a part of a second."""
        written = (
            "date(substr({0}, 1, 10), '+0 days') IS substr({0}, 1, 10) AND substr({0}, 11, 3) < ' 24' "
            "AND substr({0}, 11) GLOB ' [0-2][0-9]:[0-5][0-9]:[0-5][0-9]*'"
        )
        return _within(connection, self.column, written, "" if connection.vendor == "sqlite" else " 00:00:00+00")
