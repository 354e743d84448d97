"""Reading the definitions (`definitions.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from handslag.statistics.errors import BadInput

DEFINITIONS = Path(__file__).with_name("definitions.toml")


@dataclass(frozen=True)
class Definition:
    """An indicator in one version: what counts and what not, in both languages, and the SQL that counts it.

    `kind` is `units` (a row for each counted unit) or `outcome` (yes, no or unknown for each unit of `of`).
    """

    indicator: str
    version: int
    kind: str
    valid_from: date
    unit: Mapping[str, str]
    name: Mapping[str, str]
    counts: Mapping[str, str]
    excludes: Mapping[str, str]
    source: Mapping[str, str]
    files: tuple[str, ...]
    sql: str
    of: str = ""
    days_after: int = 0
    """How many days beyond the unit's own an outcome looks at."""

    @property
    def label(self) -> str:
        """The indicator with its version, as manifests and publications name it."""
        return f"{self.indicator} v{self.version}"


@cache
def definitions() -> tuple[Definition, ...]:
    """Every definition in every version, in the catalogue's order."""
    found = tomllib.loads(DEFINITIONS.read_text(encoding="utf-8"))["definition"]
    return tuple(Definition(**{**given, "files": tuple(given["files"])}) for given in found)


def definition(indicator: str, version: int | None = None) -> Definition:
    """An indicator's definition in a version, or its newest. Raises BadInput for one that does not exist."""
    versions = {d.version: d for d in definitions() if d.indicator == indicator}
    if not versions or (version is not None and version not in versions):
        wanted = f"{indicator} v{version}" if version else indicator
        known = ", ".join(d.label for d in definitions())
        raise BadInput(f"There is no definition {wanted}. There are {known}.")
    return versions[max(versions) if version is None else version]


def files_behind(*given: Definition) -> set[str]:
    """The microdata files that these definitions read."""
    return {file for one in given for file in one.files}
