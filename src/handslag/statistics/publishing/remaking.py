"""Telling a publication again: made anew after its manifest, and compared byte by byte."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from handslag.statistics.errors import BadInput
from handslag.statistics.progress import Progress, quiet
from handslag.statistics.publishing.making import compute, write_publication
from handslag.statistics.publishing.manifest import Manifest, inputs, kept, outputs, rules_of
from handslag.statistics.reports.specification import report
from handslag.statistics.safety.ledger import Ledger

MOST_CELLS = 5
"""So many cells are named of each table that differs."""


def reproduce(path: Path, data: Path, ledger: Ledger | None = None, progress: Progress = quiet) -> list[str]:
    """Makes a publication anew after its manifest, and returns what differs, one line each; nothing if nothing does.

    `data` is the microdata, or the finest counts that the report kept; `ledger` what had been released by then. Raises
    BadInput for a manifest that is none.
    """
    try:
        told: Manifest = json.loads(path.read_text(encoding="utf-8"))
        spec, year, rules, known = report(told["report"]), told["year"], rules_of(told), told["known_before"]
        versions = {label.split(" v")[0]: int(label.split(" v")[1]) for label in told["definitions"]}
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: not a report's manifest ({error}).") from None
    before = (ledger or Ledger()).until(known)
    figures, _counted = compute(spec, data, year, rules=rules, versions=versions, ledger=before, progress=progress)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        write_publication(figures, told["languages"], told["data_day"], told["contact"], made)
        given = kept(data) or inputs(data)
        return [*_others(told["inputs"] | told["kept"], given), *_differences(told, path.parent, made)]


def _others(before: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """The files that are not those that the report was made of."""
    return [
        f"{name}: is not the file that the report was made of" for name, own in given.items() if before.get(name) != own
    ]


def _cells(before: Path, now: Path) -> str:
    """The first cells in which a table differs from the published one, if that is there."""
    if now.suffix != ".csv" or not before.is_file():
        return ""
    rows = [path.read_text(encoding="utf-8").splitlines() for path in (before, now)]
    changed = [f"{new} (was {old})" for old, new in zip(*rows, strict=False) if old != new]
    return f" in {len(changed)} cells: {'; '.join(changed[:MOST_CELLS])}"


def _differences(told: Manifest, published: Path, made: Path) -> list[str]:
    before, now = told["outputs"], outputs(made)
    lacking = [f"{name}: is not made any more" for name in sorted(before.keys() - now.keys())]
    extra = [f"{name}: was not made before" for name in sorted(now.keys() - before.keys())]
    changed = [
        f"{name}: differs{_cells(published / name, made / name)}"
        for name in sorted(before.keys() & now.keys())
        if before[name] != now[name]
    ]
    return [*lacking, *extra, *changed]
