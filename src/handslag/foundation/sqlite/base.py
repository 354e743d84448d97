"""Writers wait in line.

SQLite lets one transaction write at a time, and whoever finds it taken sleeps and tries again: with eight writers some
wait for seconds while others pass. Here each transaction first waits in line: threads of this process in order of their
arrival, and the first of them for those of the other processes, on a lock file beside the database. The line is left
when the transaction ends, however it ends, and by a process that dies. Who has waited longer than the connection's
`timeout` is refused, as by SQLite itself.
"""

import fcntl
import os
import time
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from threading import Event, Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations

from handslag.foundation.failures import WaitedTooLong

KEPT = 512
"""How many statements are kept as SQLite takes them."""
GLANCE = 0.001
"""Seconds between two looks at whether another process has left."""


class Line:
    """Who may go next, in order of arrival."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Event] = deque()

    def join(self, seconds: float) -> bool:
        """Whether all who came before have left within so many seconds; who gives up is in line no more."""
        turn = Event()
        with self._guard:
            self._waiting.append(turn)
            if self._waiting[0] is turn:
                turn.set()
        if turn.wait(seconds):
            return True
        with self._guard:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Lets the next one go."""
        with self._guard:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].set()


_LINES: dict[str, Line] = {}
_LINES_GUARD = Lock()


def line_of(database: str) -> Line:
    """This process's line before a database."""
    with _LINES_GUARD:
        return _LINES.setdefault(database, Line())


def _make_private(path: str) -> None:
    """Makes an empty file that its owner alone can read; what SQLite puts beside it takes after it.

    A file that is there must not be opened, not even once: closing it would drop the locks that SQLite holds on it for
    this process (sqlite.org/howtocorrupt.html, section 2.2), and saved work would be lost.
    """
    with suppress(OSError):  # (it is there; or SQLite tells what is wrong with the place)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _locked(path: str, until: float) -> int | None:
    """The lock file, held; None where another process held it until then."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(file)
                return None
            time.sleep(GLANCE)


@lru_cache(KEPT)
def _with_marks(query: str) -> str:
    """A statement with SQLite's places for parameters, as Django writes them."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that puts a statement into SQLite's form once, not each time that it is asked."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> Any:
        """The statement with SQLite's places for parameters."""
        if param_names is None:
            return _with_marks(query)
        return super().convert_query(query, param_names=param_names)  # type: ignore[misc]  # (left out of the stubs)


class Operations(DatabaseOperations):
    """Reading of what pages read most."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> datetime | None:
        """An instant; where it names no zone it stands in UTC, as Django writes it."""
        if value is None:
            return None
        read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions wait in line before they begin.

    The methods that it extends are Django's own, which its stubs leave out.
    """

    ops_class = Operations
    _file: int | None = None
    """The lock file, held while a transaction of this connection is under way."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection to the database; where there is none, it becomes one that its owner alone can read."""
        if not self.is_in_memory_db():
            _make_private(str(self.settings_dict["NAME"]))
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor of the connection."""
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        self._join()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            if self.connection is None or not self.connection.in_transaction:
                self._leave()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _join(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._file is not None or self.is_in_memory_db():
            return
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + seconds
        if not line_of(name).join(seconds):
            raise WaitedTooLong("database is locked")
        try:
            self._file = _locked(f"{name}.line", until)
        finally:
            if self._file is None:
                line_of(name).leave()
        if self._file is None:
            raise WaitedTooLong("database is locked")

    def _leave(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)
            line_of(str(self.settings_dict["NAME"])).leave()
