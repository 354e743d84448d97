"""Where counting is done: in DuckDB on this machine, or on a cluster (`cluster.py`). The same SQL, the same figures."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from handslag.statistics.microdata.opening import open_folder, unreadable

Record = tuple[Any, ...]
"""A row of a query; what its columns hold, the query decides."""


class Session(Protocol):
    """Microdata that are opened: each file is a view, and queries can be named beside them.

    Each call raises BadInput where the files do not give what it asks of them; `label` says for what it was asked.
    """

    def name(self, view: str, sql: str, label: str) -> None:
        """Names a query."""

    def keep(self, view: str, sql: str, label: str) -> set[str]:
        """Names a query that is asked more than once, so that it is carried out once; gives its columns."""

    def rows(self, sql: str, label: str) -> list[Record]:
        """The rows of a query."""


Engine = Callable[[Path, Collection[str]], AbstractContextManager[Session]]
"""Opens the files of those names in a folder. Raises BadInput where one is missing or not as the schema says."""


class Embedded:
    """DuckDB in this process, as `Session`. A query may have question marks, in whose places stands what is given."""

    def __init__(self, folder: Path, needed: Collection[str]):
        self._connection = open_folder(folder, needed)

    def name(self, view: str, sql: str, label: str) -> None:
        """As `Session` says."""
        self.rows(f"CREATE OR REPLACE TEMP VIEW {view} AS {sql}", label)

    def keep(self, view: str, sql: str, label: str) -> set[str]:
        """As `Session` says."""
        self.rows(f"CREATE OR REPLACE TEMP TABLE {view} AS {sql}", label)
        return {row[0] for row in self.rows(f"DESCRIBE {view}", label)}

    def rows(self, sql: str, label: str, *given: object) -> list[Record]:
        """As `Session` says."""
        try:
            return self._connection.execute(sql, given).fetchall()
        except duckdb.Error as error:
            raise unreadable(label, error) from None


@contextmanager
def embedded(folder: Path, needed: Collection[str]) -> Iterator[Session]:
    """The engine that needs nothing beside it, and the default."""
    yield Embedded(folder, needed)
