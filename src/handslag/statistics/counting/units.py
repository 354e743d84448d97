"""From microdata to counts: each unit once with what it is counted by, then the number of units of each kind."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from handslag.statistics.definitions.catalogue import Definition
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.opening import unreadable

AGES = ("0-29", "30-39", "40-49", "50-59", "60-")
Leaf = tuple[str, ...]
Record = tuple[Any, ...]
"""A row of a query; what its columns hold, the query decides."""


@dataclass(frozen=True)
class Counted:
    """The units of a year as counts by every dimension at its finest: all that is needed when persons are removed."""

    dimensions: tuple[str, ...]
    counts: Mapping[Leaf, int]


def set_period(connection: duckdb.DuckDBPyConnection, year: int) -> None:
    """Makes `period` the calendar year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    connection.execute(
        f"CREATE OR REPLACE VIEW period AS SELECT DATE '{first}' AS first_day, DATE '{last}' AS last_day"
    )


def _age(columns: set[str]) -> str:
    if "birth_year" not in columns:
        return ""
    age = "(year(t.last_day) - u.birth_year)"
    cases = " ".join(f"WHEN {age} < {group.split('-')[1]} + 1 THEN '{group}'" for group in AGES[:-1])
    return f"CASE {cases} ELSE '{AGES[-1]}' END AS age_group, "


@dataclass(frozen=True)
class Units:
    """A year's units, each once: the view `counted` with its `record`, its `day`, dimensions and outcomes."""

    label: str
    dimensions: tuple[str, ...]
    connection: duckdb.DuckDBPyConnection

    def select(self, sql: str, given: Sequence[object] = ()) -> list[Record]:
        """The rows of a query of `counted`. Raises BadInput where the files do not give what a definition reads."""
        try:
            return self.connection.execute(sql, given).fetchall()
        except duckdb.Error as error:
            raise unreadable(self.label, error) from None


def _own(there: set[str]) -> list[str]:
    return sorted(there - {"record", "person_id", "day", "birth_year", "municipality", "association"})


def dimensions_of(there: set[str], outcomes: Sequence[Definition]) -> tuple[str, ...]:
    """What units with these columns are counted by."""
    ages = ("age_group",) if "birth_year" in there else ()
    return (*ages, "place", *_own(there), *(o.indicator for o in outcomes))


def counted_sql(there: set[str], outcomes: Sequence[Definition]) -> str:
    """SQL that gives each of `units`, which has these columns, once: its record, its day, dimensions and outcomes."""
    place = "municipality || '|' || association" if "association" in there else "municipality"
    joins = " ".join(f"LEFT JOIN ({o.sql}) o{n} ON o{n}.record = u.record" for n, o in enumerate(outcomes))
    results = "".join(f", o{n}.outcome AS {o.indicator}" for n, o in enumerate(outcomes))
    columns = "".join(f", u.{name}" for name in _own(there))
    source = f"FROM units u CROSS JOIN period t {joins}"
    return f"SELECT u.record, u.day, {_age(there)}{place} AS place{columns}{results} {source}"


def collect(
    connection: duckdb.DuckDBPyConnection, units: Definition, outcomes: Sequence[Definition], year: int
) -> Units:
    """The year's units with their outcomes. Raises BadInput where the files do not give what a definition reads."""
    try:
        set_period(connection, year)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE units AS {units.sql}")
        there = {row[0] for row in connection.execute("DESCRIBE units").fetchall()}
        connection.execute(f"CREATE OR REPLACE TEMP VIEW counted AS {counted_sql(there, outcomes)}")
    except duckdb.Error as error:
        raise unreadable(units.label, error) from None
    return Units(units.label, dimensions_of(there, outcomes), connection)


def count(
    connection: duckdb.DuckDBPyConnection, units: Definition, outcomes: Sequence[Definition], year: int
) -> Counted:
    """Counts a year's units by every dimension at once. Raises BadInput as `collect` does."""
    found = collect(connection, units, outcomes, year)
    rows = found.select(f"SELECT {', '.join(found.dimensions)}, count(*) FROM counted GROUP BY ALL ORDER BY ALL")
    return Counted(found.dimensions, {tuple(row[:-1]): row[-1] for row in rows})


def write_counted(counted: Counted, path: Path) -> None:
    """Writes the finest counts as CSV: no person can be followed in them, but they are not for publication."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*counted.dimensions, "count"])
        writer.writerows([*leaf, number] for leaf, number in counted.counts.items())


def read_counted(path: Path) -> Counted:
    """Reads what `write_counted` wrote. Raises BadInput for another file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = csv.reader(file)
        return Counted(tuple(heading[:-1]), {tuple(row[:-1]): int(row[-1]) for row in rows})
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: not the counts that a report wrote ({error}).") from None
