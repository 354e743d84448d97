"""The published schema of the files: `schema.json`, a Frictionless data package with labels in both languages.

Beyond the standard a field may name a code list (`codes`) and a resource may have rules between fields (`rules`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict

from handslag.statistics.codes import labels

SCHEMA = Path(__file__).with_name("schema.json")


@dataclass(frozen=True)
class Field:
    """A column: its type (`string`, `integer`, `date`) and what its values must be."""

    name: str
    type: str
    required: bool
    values: tuple[str, ...]
    """The values that it may have; none given where any may stand."""
    minimum: int | None
    maximum: int | None
    separator: str | None
    """What stands between several values of a code list in one cell."""


@dataclass(frozen=True)
class Rule:
    """A condition (SQL over a row) that holds wherever it can be told; a row that breaks it is wrong in `field`."""

    field: str
    sql: str
    message: str


@dataclass(frozen=True)
class Resource:
    """A file: its columns, its key, and the files that it points to, as (column, file)."""

    name: str
    fields: tuple[Field, ...]
    key: str | None
    points_to: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]


class _Constraints(TypedDict, total=False):
    required: bool
    enum: list[str] | list[int]
    minimum: int
    maximum: int


class _GivenField(TypedDict):
    name: str
    type: str
    constraints: NotRequired[_Constraints]
    codes: NotRequired[str]
    separator: NotRequired[str]
    categories: NotRequired[list[dict[str, str]]]


class _Target(TypedDict):
    resource: str


class _ForeignKey(TypedDict):
    fields: list[str]
    reference: _Target


class _GivenSchema(TypedDict):
    fields: list[_GivenField]
    primaryKey: NotRequired[list[str]]
    foreignKeys: NotRequired[list[_ForeignKey]]


class _GivenResource(TypedDict):
    name: str
    schema: _GivenSchema
    rules: NotRequired[list[dict[str, str]]]


class Package(TypedDict):
    """The data package as it is written: of what the standard has, what is read here."""

    resources: list[_GivenResource]


def _package() -> Package:
    found: Package = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _field(given: _GivenField) -> Field:
    constraints = given.get("constraints", _Constraints())
    values: Iterable[str | int] = labels(given["codes"]) if "codes" in given else constraints.get("enum", ())
    return Field(
        given["name"],
        given["type"],
        constraints.get("required", False),
        tuple(map(str, values)),
        constraints.get("minimum"),
        constraints.get("maximum"),
        given.get("separator"),
    )


@cache
def resources() -> dict[str, Resource]:
    """Every file of the schema by its name, in an order in which files come after those that they point to."""
    found = {}
    for given in _package()["resources"]:
        schema = given["schema"]
        found[given["name"]] = Resource(
            given["name"],
            tuple(map(_field, schema["fields"])),
            schema["primaryKey"][0] if "primaryKey" in schema else None,
            tuple((key["fields"][0], key["reference"]["resource"]) for key in schema.get("foreignKeys", [])),
            tuple(Rule(**rule) for rule in given.get("rules", [])),
        )
    return found


def published() -> Package:
    """The schema as it is published: every code list written out, with its labels (`categories`)."""
    package = _package()
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if "codes" in field:
                codes = labels(field["codes"])
                field["categories"] = [
                    {"value": code, "label": label["en"], "label_sv": label["sv"]} for code, label in codes.items()
                ]
                if "separator" not in field:
                    field.setdefault("constraints", _Constraints())["enum"] = list(codes)
    return package
