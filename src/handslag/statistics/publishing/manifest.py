"""What a publication was made of and how, so that it can be told again."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from handslag.statistics.microdata.opening import file_of
from handslag.statistics.microdata.schema import resources
from handslag.statistics.reports.figures import Figures, Rules
from handslag.statistics.reports.specification import reports
from handslag.statistics.safety.ledger import Known

CHUNK = 1 << 20


class Attacked(TypedDict):
    """What the attacker tried of the same units and year: all that a reader sees, and how many unsafe cells fell."""

    units: str
    year: int
    cells: int
    hidden: int
    falls: int


class Manifest(TypedDict):
    """What a publication was made of: the report, what was known before it, its rules, and its files' digests."""

    report: str
    year: int
    title: dict[str, str]
    edition: str
    known_before: Known
    data_day: str
    languages: list[str]
    contact: str
    definitions: list[str]
    rules: dict[str, Any]
    """The fields of `Rules`, lists for its tuples."""
    zeros_hidden: dict[str, list[str]]
    """The dimensions in which zeros are hidden, by what is counted; all other zeros are printed."""
    attacked: list[Attacked]
    software: dict[str, str]
    inputs: dict[str, str]
    kept: dict[str, str]
    """The digests of the finest counts that are kept, not for publication."""
    outputs: dict[str, str]


def digest(path: Path) -> str:
    """A file's SHA-256."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def inputs(data: Path) -> dict[str, str]:
    """The digests of a folder's microdata files."""
    paths = [path for name in resources() if (path := file_of(data, name))]
    return {path.name: digest(path) for path in paths}


def kept(data: Path) -> dict[str, str]:
    """The digests of the finest counts that a report kept in a folder."""
    names = {cube.units for one in reports().values() for cube in one.cubes}
    return {path.name: digest(path) for path in sorted(data.glob("*-*.csv")) if path.stem.rpartition("-")[0] in names}


def outputs(folder: Path) -> dict[str, str]:
    """The digests of everything that was published into a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest(path) for path in found}


def manifest(
    figures: Figures,
    data: Path,
    data_day: str,
    languages: list[str],
    contact: str,
    edition: str,
    known: Known,
    written: Path,
    private: Path,
) -> Manifest:
    """The manifest of a publication whose files are in `written`; `known` is what had been told before it.

    What is not for publication is in `private`.
    """
    labels = sorted({d.label for cube in figures.cubes for d in (cube.units, *cube.outcomes)})
    return {
        "report": figures.spec.name,
        "year": figures.year,
        "title": {language: f"{figures.spec.title[language]} {figures.year}" for language in languages},
        "edition": edition,
        "known_before": known,
        "data_day": data_day,
        "languages": languages,
        "contact": contact,
        "definitions": labels,
        "rules": asdict(figures.rules),
        "zeros_hidden": {cube.units.indicator: list(cube.sensitive) for cube in figures.cubes if cube.release},
        "attacked": list(_attacked(figures)),
        "software": {"handslag": version("handslag")},
        "inputs": inputs(data),
        "kept": kept(private),
        "outputs": outputs(written),
    }


def _attacked(figures: Figures) -> Iterator[Attacked]:
    for cube in figures.cubes:
        if done := cube.release:
            yield Attacked(
                units=cube.units.indicator,
                year=cube.year,
                cells=sum(len(table.counts) for table in cube.tables),
                hidden=sum(count is None for table in cube.tables for count in table.counts.values()),
                falls=len(done.falls),
            )


def rules_of(told: Manifest) -> Rules:
    """The rules that a manifest names."""
    given = told["rules"]
    return Rules(**{**given, "sensitive": tuple(given["sensitive"])})
