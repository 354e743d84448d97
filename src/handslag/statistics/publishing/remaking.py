"""Telling a publication again: made anew after its manifest, and compared byte by byte."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from handslag.statistics.errors import BadInput
from handslag.statistics.progress import Progress, quiet
from handslag.statistics.publishing.making import compute, write_publication
from handslag.statistics.publishing.manifest import Manifest, outputs, rules_of
from handslag.statistics.reports.specification import report
from handslag.statistics.safety.ledger import Ledger


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
        write_publication(figures, told["languages"], told["data_day"], made)
        return _differences(told["outputs"], outputs(made))


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    lacking = [f"{name}: is not made any more" for name in sorted(before.keys() - now.keys())]
    extra = [f"{name}: was not made before" for name in sorted(now.keys() - before.keys())]
    changed = [f"{name}: differs" for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
    return [*lacking, *extra, *changed]
