"""Reading the reports' specification (`reports.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict

from handslag.statistics.errors import BadInput

REPORTS = Path(__file__).with_name("reports.toml")


@dataclass(frozen=True)
class CubeSpec:
    """Units, their outcomes, and the tables of them that are published together: dimensions, `place:LEVEL` allowed."""

    units: str
    tables: tuple[tuple[str, ...], ...]
    outcomes: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    """The dimensions in which none, or all, of a group is as unsafe as a small count."""
    public: bool = False
    """Whether it counts no persons, so that nothing needs to be hidden."""


@dataclass(frozen=True)
class ReportSpec:
    """A report: its name, its title by language, and its cubes."""

    name: str
    matrix: str
    """With what the names of its tables begin where .px files of many reports lie together."""
    title: Mapping[str, str]
    cubes: tuple[CubeSpec, ...]


class _GivenCube(TypedDict):
    units: str
    tables: list[list[str]]
    outcomes: NotRequired[list[str]]
    sensitive: NotRequired[list[str]]
    public: NotRequired[bool]


def _cube(given: _GivenCube) -> CubeSpec:
    tables = tuple(map(tuple, given["tables"]))
    outcomes, sensitive = tuple(given.get("outcomes", ())), tuple(given.get("sensitive", ()))
    return CubeSpec(given["units"], tables, outcomes, sensitive, given.get("public", False))


@cache
def reports() -> dict[str, ReportSpec]:
    """Every report by its name."""
    found = tomllib.loads(REPORTS.read_text(encoding="utf-8"))["report"]
    return {r["name"]: ReportSpec(r["name"], r["matrix"], r["title"], tuple(map(_cube, r["cube"]))) for r in found}


def report(name: str) -> ReportSpec:
    """The report of that name (hyphens serve too). Raises BadInput for one that does not exist."""
    key = name.replace("-", "_")
    if key not in reports():
        known = ", ".join(reports()).replace("_", "-")
        raise BadInput(f"There is no report “{name}”. There are {known}.")
    return reports()[key]
