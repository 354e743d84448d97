"""The cache: what slows down guessing, one for all processes and machines.

Django's own keeps pickles in its table, so that whoever writes there has the server run what they like. Here a value is
JSON, and the table stands behind the wall as all others do. Each question is one statement, so that two who add the
same key at once never both do.
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection

from handslag.foundation.wall import lifted

LONGEST = 10 * 365 * 86_400
"""Seconds that stand for no end."""


def _instant(seconds: float) -> Any:
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(seconds, UTC))


class JsonCache(BaseDatabaseCache):
    """Values that JSON can hold, in the table that `createcachetable` makes."""

    _table: str

    def _ask(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        with lifted(), connection.cursor() as cursor:
            cursor.execute(sql.format(table=connection.ops.quote_name(self._table)), given)
            return list(cursor.fetchall())

    def _put(self, key: str, value: Any, timeout: Any, version: int | None, where: str, *given: Any) -> bool:
        ends = self.get_backend_timeout(timeout)
        ends = time.time() + LONGEST if ends is None else ends
        put = (
            "INSERT INTO {table} AS t (cache_key, value, expires) VALUES (%s, %s, %s) "
            f"ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires{where} "
            "RETURNING 1"
        )
        named = self.make_and_validate_key(key, version=version)
        return bool(self._ask(put, named, json.dumps(value), _instant(ends), *given))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keeps a value where there is none, or its time is over; returns whether it did."""
        return self._put(key, value, timeout, version, " WHERE t.expires <= %s", _instant(time.time()))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keeps a value for `timeout` seconds, and forgets all whose time is over."""
        with lifted():
            self._put(key, value, timeout, version, "")
            self._forget_old()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value that is kept, or `default`."""
        named = self.make_and_validate_key(key, version=version)
        found = self._ask(
            "SELECT value FROM {table} WHERE cache_key = %s AND expires > %s", named, _instant(time.time())
        )
        return json.loads(found[0][0]) if found else default

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forgets a value; returns whether there was one."""
        named = self.make_and_validate_key(key, version=version)
        return bool(self._ask("DELETE FROM {table} WHERE cache_key = %s RETURNING 1", named))

    def clear(self) -> None:
        """Forgets all."""
        self._ask("DELETE FROM {table} RETURNING 1")

    def _forget_old(self) -> None:
        skips = connection.features.has_select_for_update_skip_locked  # what others are just writing stays
        passing = connection.ops.for_update_sql(skip_locked=True) if skips else ""
        old = f"SELECT cache_key FROM {{table}} WHERE expires <= %s {passing}"
        self._ask(f"DELETE FROM {{table}} WHERE cache_key IN ({old}) RETURNING 1", _instant(time.time()))
