"""From microdata to counts: each unit once with what it is counted by, then the number of units of each kind."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from handslag.statistics.counting.engines import Session
from handslag.statistics.definitions.catalogue import Definition
from handslag.statistics.errors import BadInput

AGES = ("0-29", "30-39", "40-49", "50-59", "60-")
Leaf = tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """The units of a year as counts by every dimension at its finest: all that is needed when persons are removed."""

    dimensions: tuple[str, ...]
    counts: Mapping[Leaf, int]


def _period(year: int) -> str:
    """SQL of the calendar year, as `period`."""
    return f"SELECT DATE '{date(year, 1, 1)}' AS first_day, DATE '{date(year, 12, 31)}' AS last_day"


def _age(columns: set[str]) -> str:
    if "birth_year" not in columns:
        return ""
    age = "(year(t.last_day) - u.birth_year)"
    cases = " ".join(f"WHEN {age} < {group.split('-')[1]} + 1 THEN '{group}'" for group in AGES[:-1])
    return f"CASE {cases} ELSE '{AGES[-1]}' END AS age_group, "


def _own(there: set[str]) -> list[str]:
    return sorted(there - {"record", "person_id", "day", "birth_year", "municipality", "association"})


def _dimensions(there: set[str], outcomes: Sequence[Definition]) -> tuple[str, ...]:
    """What units with these columns are counted by."""
    ages = ("age_group",) if "birth_year" in there else ()
    return (*ages, "place", *_own(there), *(o.indicator for o in outcomes))


def _counted(there: set[str], outcomes: Sequence[Definition]) -> str:
    """SQL that gives each of `units`, which has these columns, once: its record, its day, dimensions and outcomes."""
    place = "municipality || '|' || association" if "association" in there else "municipality"
    joins = " ".join(f"LEFT JOIN ({o.sql}) o{n} ON o{n}.record = u.record" for n, o in enumerate(outcomes))
    results = "".join(f", o{n}.outcome AS {o.indicator}" for n, o in enumerate(outcomes))
    columns = "".join(f", u.{name}" for name in _own(there))
    source = f"FROM units u CROSS JOIN period t {joins}"
    return f"SELECT u.record, u.day, {_age(there)}{place} AS place{columns}{results} {source}"


def collect(session: Session, units: Definition, outcomes: Sequence[Definition], year: int) -> tuple[str, ...]:
    """Makes the view `counted`: the year's units, each once with its `record`, its `day` and what it is counted by.

    Gives the names of what it is counted by. Raises BadInput where the files do not give what a definition reads.
    """
    session.name("period", _period(year), units.label)
    there = session.keep("units", units.sql, units.label)
    session.name("counted", _counted(there, outcomes), units.label)
    return _dimensions(there, outcomes)


def count(session: Session, units: Definition, outcomes: Sequence[Definition], year: int) -> Counted:
    """Counts a year's units by every dimension at once. Raises BadInput as `collect` does."""
    dimensions = collect(session, units, outcomes, year)
    names, order = ", ".join(dimensions), ", ".join(f"{name} NULLS LAST" for name in dimensions)
    rows = session.rows(f"SELECT {names}, count(*) FROM counted GROUP BY {names} ORDER BY {order}", units.label)
    return Counted(dimensions, {tuple(row[:-1]): row[-1] for row in rows})


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
