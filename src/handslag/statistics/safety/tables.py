"""Tables of counts in long form, as files: a column a dimension, a count column, and margins as rows of their own."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from handslag.statistics.errors import BadInput

PUBLISHED, SUPPRESSED = "published", "suppressed"
STATUS = "status"
Cell = tuple[str, ...]
"""A cell's codes, one a dimension."""
Count_co = TypeVar("Count_co", bound=int | None, covariant=True)


@dataclass(frozen=True)
class Table(Generic[Count_co]):
    """A table: its file's name, its dimensions in order, and the count of each cell: of persons, or of other units."""

    name: str
    dimensions: tuple[str, ...]
    counts: Mapping[Cell, Count_co]


TrueTable = Table[int]
"""A table in which nothing is suppressed."""
ShownTable = Table[int | None]
"""A table as readers see it: a count is None where it is suppressed. A true table can stand for one."""


@dataclass(frozen=True)
class Earlier:
    """A table of an earlier release: its true counts then, which of its cells were hidden, and the release's name.

    `sensitive` are the dimensions in which it hid zeros too. Where the counts were told with noise, all are hidden, and
    `bounds` are between which counts each lies by what was told of it.
    """

    edition: str
    table: TrueTable
    hidden: frozenset[Cell]
    sensitive: tuple[str, ...] = ()
    bounds: Mapping[Cell, tuple[int, int]] | None = None

    @property
    def shown(self) -> ShownTable:
        """The table as readers know it."""
        return without(self.table, self.hidden)


@dataclass(frozen=True)
class Hierarchy:
    """One way of summing a dimension's codes: each child's parent. Parents that are no child are its top."""

    dimension: str
    parent_of: Mapping[str, str]


def _count(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadInput(f"{where}: “{text}” is not a count. Write a whole number that is not negative.")
    return int(text)


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """A CSV file's heading and its rows. Raises BadInput for a file that is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: not a CSV file in UTF-8 ({error}).") from None
    if not rows:
        raise BadInput(f"{path}: the file is empty.")
    return rows[0], rows[1:]


def read_table(path: Path, count: str) -> ShownTable:
    """Reads a table whose counts stand in the column `count`; with a status column, suppressed counts are None.

    Raises BadInput for a file that is no such table, a count that is no whole number, or a cell that stands twice.
    """
    heading, rows = read_rows(path)
    if count not in heading:
        raise BadInput(f"{path}: there is no column “{count}”. Name the count column with --count.")
    dimensions = tuple(name for name in heading if name not in (count, STATUS))
    if not dimensions or len(set(heading)) != len(heading):
        raise BadInput(f"{path}: the heading needs dimension columns, each once.")
    counts: dict[Cell, int | None] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        if len(row) != len(heading):
            raise BadInput(f"{where}: the row has {len(row)} cells, the heading {len(heading)}.")
        cells = dict(zip(heading, row, strict=True))
        key = tuple(cells[name] for name in dimensions)
        if key in counts:
            raise BadInput(f"{where}: the cell {', '.join(key)} stands twice.")
        hidden = cells.get(STATUS) == SUPPRESSED
        counts[key] = None if hidden else _count(cells[count], where)
    return Table(path.name, dimensions, counts)


def complete(table: ShownTable) -> TrueTable:
    """The table as a true one. Raises BadInput where a count is suppressed."""
    counts = {key: number for key, number in table.counts.items() if number is not None}
    if len(counts) < len(table.counts):
        raise BadInput(f"{table.name}: there are suppressed cells in it already. Give the true counts.")
    return Table(table.name, table.dimensions, counts)


def filled(table: ShownTable, sensitive: Collection[str], total: str) -> ShownTable:
    """The table with each row that it leaves out in a sensitive dimension, as an empty one: it would tell that too."""
    counts = dict(table.counts)
    for place, name in enumerate(table.dimensions):
        if name in sensitive:
            codes = {key[place] for key in counts}
            lines = dict.fromkeys((*key[:place], total, *key[place + 1 :]) for key in counts)
            empty = ((*line[:place], code, *line[place + 1 :]) for line in lines for code in sorted(codes))
            counts |= {key: 0 for key in empty if key not in counts}
    return Table(table.name, table.dimensions, counts)


def without(table: ShownTable, hidden: Collection[Cell]) -> ShownTable:
    """The table with counts taken out."""
    counts = {key: None if key in hidden else number for key, number in table.counts.items()}
    return Table(table.name, table.dimensions, counts)


def write_table(table: ShownTable, count: str, path: Path) -> None:
    """Writes a table with a status, its counts empty where suppressed: one symbol for all of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.dimensions, count, STATUS])
        for key, number in table.counts.items():
            writer.writerow([*key, "", SUPPRESSED] if number is None else [*key, number, PUBLISHED])
