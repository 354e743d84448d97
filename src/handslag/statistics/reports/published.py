"""Figures that were published before, with their source, beside ours (`published_figures.csv`)."""

import csv
from functools import cache
from pathlib import Path

from handslag.statistics.counting.cubes import TOTAL
from handslag.statistics.reports.figures import Figures, SafeCube
from handslag.statistics.reports.publication import HIDDEN, Column, Grid, Row, Section, Value
from handslag.statistics.reports.sentences import yes_of
from handslag.statistics.reports.words import code_label, dimension_label, number, word

PUBLISHED = Path(__file__).with_name("published_figures.csv")


@cache
def _published() -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _wanted(row: dict[str, str]) -> dict[str, str]:
    """The dimensions and codes that a published figure is about, such as sex woman and benefit sickness_benefit."""
    return dict(part.split("=") for part in row["of"].split(";") if part)


def _ours(cube: SafeCube, row: dict[str, str]) -> float | None:
    """Our figure of the same: a count, or a percentage rounded as it was printed. None where it is not published."""
    wanted = _wanted(row)
    for table in cube.tables:
        if not set(wanted) <= set(table.dimensions) or (row["outcome"] and table.dimensions[-1] != row["outcome"]):
            continue
        group = tuple(wanted.get(name, TOTAL) for name in table.dimensions)
        if row["outcome"]:
            found = yes_of(table, group[:-1])
            if row["unit"] == "count":
                return found[0] if found else None
            return round(100 * found[0] / found[1]) if found and found[1] else None
        number_of = table.counts[group]
        everybody = table.counts[tuple(TOTAL for _ in group)]
        if row["unit"] == "count" or number_of is None or not everybody:
            return number_of
        return round(100 * number_of / everybody)
    return None


def beside(figures: Figures) -> list[tuple[dict[str, str], SafeCube, float | None]]:
    """(published figure, its cube, ours or None) for each that was published about the year and the year before."""
    found = []
    for row in _published():
        cube = figures.cube(row["units"], int(row["year"]))
        if cube:
            found.append((row, cube, _ours(cube, row)))
    return found


def about(row: dict[str, str], cube: SafeCube, language: str) -> str:
    """What a published figure is about, in words."""
    what = [dimension_label(row["outcome"], language) if row["outcome"] else cube.units.name[language]]
    return ", ".join([*what, *(code_label(name, code, language) for name, code in _wanted(row).items())])


def published_beside(figures: Figures, language: str) -> Section | None:
    """The section that lays published figures beside ours; None where none was published."""
    rows = []
    for row, cube, ours in beside(figures):
        cells = (
            Value(row["year"]),
            Value(_text(float(row["value"]), row["unit"], language), float(row["value"])),
            Value(HIDDEN) if ours is None else Value(_text(ours, row["unit"], language), ours),
            Value(row[f"source_{language}"]),
        )
        rows.append(Row(about(row, cube, language), 1, cells))
    if not rows:
        return None
    columns = tuple(Column(word(key, language)) for key in ("year", "published_value", "ours", "published_by"))
    title = word("published", language)
    grid = Grid("published", title, word("figure", language), columns, tuple(rows))
    return Section(title, (), (), (grid,))


def _text(value: float, unit: str, language: str) -> str:
    text = number(value, language)
    return f"{text} %" if unit == "percent" else text
