"""Cubes for machines: CSV, JSON-stat 2.0 and .px. Each holds every cell of a table in each year, hidden ones marked.

Sources: JSON-stat 2.0 (json-stat.org/full); PX file format 2013, Statistics Sweden.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from handslag.statistics.counting.cubes import TOTAL
from handslag.statistics.reports.figures import Figures, SafeCube
from handslag.statistics.reports.publication import HIDDEN
from handslag.statistics.reports.words import code_label, dimension_label, word
from handslag.statistics.safety.tables import PUBLISHED, STATUS, SUPPRESSED, Cell

PX_LINE = 200


@dataclass(frozen=True)
class Box:
    """A table of some years as a full cube: its dimensions with their codes, the last of them the year."""

    name: str
    title: str
    unit: str
    dimensions: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    counts: dict[Cell, int | None]
    source: str
    language: str
    matrix: str
    """Its name in a database of .px files: of the report, the year and the table."""

    def cells(self) -> Iterator[tuple[Cell, int | None]]:
        """Every cell with its count (None where hidden), the last dimension running fastest."""
        for key in product(*self.codes):
            yield key, self.counts.get(key, 0)

    def label(self, dimension: str, code: str) -> str:
        """What a code is called."""
        return code if dimension == "year" else code_label(dimension, code, self.language)


def boxes(figures: Figures, language: str) -> Iterator[Box]:
    """Every table of a report, with the year before."""
    number = 0
    for cube in figures.cubes:
        before = figures.cube(cube.units.indicator, figures.year - 1)
        for spec in cube.spec.tables if cube.year == figures.year else ():
            number += 1
            matrix = f"{figures.spec.matrix}{figures.year % 100:02}{number:02}"
            yield _box([c for c in (before, cube) if c], spec, language, matrix)


def _box(cubes: list[SafeCube], spec: tuple[str, ...], language: str, matrix: str) -> Box:
    now = cubes[-1]
    counts: dict[Cell, int | None] = {}
    codes: dict[int, dict[str, None]] = {}
    for cube in cubes:
        for key, count in cube.table(spec).counts.items():
            counts[(*key, str(cube.year))] = count
            for place, code in enumerate(key):
                codes.setdefault(place, {})[code] = None
    names = now.table(spec).dimensions
    ordered = [(TOTAL, *(code for code in codes[place] if code != TOTAL)) for place in range(len(names))]
    by = ", ".join(dimension_label(name, language) for name in spec)
    return Box(
        f"{now.units.indicator}-{now.table(spec).name}",
        f"{now.units.name[language]} {word('by', language)} {by}",
        now.units.unit[language],
        (*names, "year"),
        (*ordered, tuple(str(cube.year) for cube in cubes)),
        counts,
        f"{now.units.source[language]} ({', '.join(d.label for d in (now.units, *now.outcomes))})",
        language,
        matrix,
    )


def write_csv(box: Box, path: Path) -> None:
    """Writes codes, count and status, in long form."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*box.dimensions, "count", STATUS])
        for key, count in box.cells():
            writer.writerow([*key, "" if count is None else count, SUPPRESSED if count is None else PUBLISHED])


def json_stat(box: Box, updated: str) -> dict[str, object]:
    """The cube as a JSON-stat 2.0 dataset; hidden cells are null with a status."""
    values = [count for _key, count in box.cells()]
    dimension = {
        name: {
            "label": word("year", box.language) if name == "year" else dimension_label(name, box.language),
            "category": {
                "index": {code: place for place, code in enumerate(codes)},
                "label": {code: box.label(name, code) for code in codes},
            },
        }
        for name, codes in zip(box.dimensions, box.codes, strict=True)
    }
    return {
        "version": "2.0",
        "class": "dataset",
        "label": box.title,
        "source": box.source,
        "updated": updated,
        "id": list(box.dimensions),
        "size": [len(codes) for codes in box.codes],
        "role": {"time": ["year"], "geo": [name for name in box.dimensions if name == "place"]},
        "dimension": dimension,
        "value": values,
        "status": {str(place): HIDDEN for place, count in enumerate(values) if count is None},
        "extension": {"unit": box.unit, "hidden": word("note_hidden", box.language)},
    }


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def _listed(values: Iterator[str]) -> str:
    """Quoted values, broken into lines that the format allows."""
    lines, line = [], ""
    for value in values:
        if line and len(line) + len(value) > PX_LINE:
            lines.append(line)
            line = ""
        line += f"{',' if line or lines else ''}{_quoted(value)}"
    return "\n".join([*lines, line])


def _px_head(box: Box, names: list[str], updated: str, contact: str) -> Iterator[str]:
    yield 'CHARSET="ANSI"'
    yield 'AXIS-VERSION="2013"'
    yield 'CODEPAGE="utf-8"'
    yield f'LANGUAGE="{box.language}"'
    yield f"MATRIX={_quoted(box.matrix)}"
    yield 'SUBJECT-CODE="REH"'
    yield f"SUBJECT-AREA={_quoted('Rehabilitering' if box.language == 'sv' else 'Rehabilitation')}"
    yield f"TITLE={_quoted(box.title)}"
    yield f"CONTENTS={_quoted(box.title.split(' ' + word('by', box.language) + ' ')[0])}"
    yield f"UNITS={_quoted(box.unit)}"
    yield "DECIMALS=0"
    yield "AGGREGALLOWED=NO"
    yield f"STUB={_listed(iter(names[:-1]))}"
    yield f"HEADING={_quoted(names[-1])}"
    for name, dimension, codes in zip(names, box.dimensions, box.codes, strict=True):
        yield f"VALUES({_quoted(name)})={_listed(box.label(dimension, code) for code in codes)}"
    for name, codes in zip(names, box.codes, strict=True):
        yield f"CODES({_quoted(name)})={_listed(iter(codes))}"
    yield f"TIMEVAL({_quoted(names[-1])})=TLIST(A1),{_listed(iter(box.codes[-1]))}"
    yield f"LAST-UPDATED={_quoted(updated.replace('-', '') + ' 00:00')}"
    if contact:
        yield f"CONTACT={_quoted(contact)}"
    yield f"SOURCE={_quoted(box.source)}"
    yield f'DATASYMBOL2="{HIDDEN}"'
    yield f"NOTE={_quoted(word('note_hidden', box.language))}"


def px(box: Box, updated: str, contact: str) -> str:
    """The cube as a PX file; hidden cells are ".." in quotes. `updated` is the day of its data (ISO)."""
    labels = [dimension_label(name, box.language) for name in box.dimensions[:-1]]
    names = [label.replace(",", "") for label in (*labels, word("year", box.language))]
    numbers = [_quoted(HIDDEN) if count is None else str(count) for _key, count in box.cells()]
    width = len(box.codes[-1])
    rows = [" ".join(numbers[start : start + width]) for start in range(0, len(numbers), width)]
    head = "".join(f"{line};\n" for line in _px_head(box, names, updated, contact))
    return f"{head}DATA=\n" + "\n".join(rows) + ";\n"


def write_cubes(figures: Figures, language: str, folder: Path, updated: str, contact: str) -> None:
    """Writes each table as .csv, .json (JSON-stat) and .px."""
    for box in boxes(figures, language):
        write_csv(box, folder / f"{box.name}.csv")
        text = json.dumps(json_stat(box, updated), ensure_ascii=False, indent=1)
        (folder / f"{box.name}.json").write_text(text, encoding="utf-8")
        (folder / f"{box.name}.px").write_text(px(box, updated, contact), encoding="utf-8")
