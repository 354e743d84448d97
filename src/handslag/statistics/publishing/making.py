"""Making a publication: counted, made safe, and written in every form, all of it or nothing."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from handslag.statistics.counting.units import Counted, write_counted
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.validating import validate
from handslag.statistics.progress import Progress, quiet
from handslag.statistics.publishing.manifest import manifest
from handslag.statistics.reports.figures import Figures, Rules, count_report, files_of, make_figures, rows_name
from handslag.statistics.reports.presenting import present
from handslag.statistics.reports.specification import ReportSpec, report
from handslag.statistics.reports.words import LANGUAGES
from handslag.statistics.safety.files import certificate, write_private
from handslag.statistics.safety.ledger import Ledger
from handslag.statistics.writing.cubes import write_cubes
from handslag.statistics.writing.figures import as_json
from handslag.statistics.writing.html import html
from handslag.statistics.writing.pdf import pdf
from handslag.statistics.writing.spreadsheet import write_workbook

PRIVATE = "not-for-publication"
MANIFEST = "manifest.json"


def compute(
    spec: ReportSpec,
    data: Path,
    year: int,
    *,
    rules: Rules,
    versions: Mapping[str, int],
    ledger: Ledger,
    progress: Progress = quiet,
) -> tuple[Figures, dict[tuple[str, int], Counted]]:
    """A report's safe figures, and the finest counts that they come from. Raises BadInput as its parts do."""
    counted = count_report(data, spec, (year, year - 1), versions, progress)
    return make_figures(spec, year, counted, versions, rules, ledger, progress), counted


def check_data(data: Path, spec: ReportSpec, progress: Progress) -> None:
    """Raises BadInput with the first findings where the files that a report reads are not sound."""
    needed = files_of(spec, {})
    if "participations" in needed:
        needed.add("persons")
    findings = validate(data, progress, needed)
    if findings:
        listed = "\n".join(str(finding) for finding in findings[:20])
        raise BadInput(f"{data} is not sound ({len(findings)} findings):\n{listed}")


def write_publication(figures: Figures, languages: Sequence[str], data_day: str, folder: Path) -> None:
    """Writes a report in every form, a folder a language."""
    for language in languages:
        own = folder / language
        (own / "tables").mkdir(parents=True)
        publication = present(figures, language, data_day)
        (own / "report.html").write_text(html(publication), encoding="utf-8")
        (own / "report.pdf").write_bytes(pdf(publication))
        write_workbook(publication, own / "report.xlsx")
        write_cubes(figures, language, own / "tables", data_day)
    text = json.dumps(as_json(figures), ensure_ascii=False, indent=1)
    (folder / "figures.json").write_text(text, encoding="utf-8")


def publish(
    name: str,
    data: Path,
    year: int,
    out: Path,
    *,
    languages: Sequence[str] = LANGUAGES,
    rules: Rules | None = None,
    versions: Mapping[str, int] | None = None,
    ledger: Ledger | None = None,
    edition: str = "1",
    data_day: str = "",
    is_sound: bool = False,
    progress: Progress = quiet,
) -> Figures:
    """Makes a report and writes it to a folder that is not there yet, all of it or nothing.

    Beside what is published stand, not for publication, the certificates and the finest counts, from which the same can
    be told again when persons are removed. Raises BadInput for data that is not sound and tables that cannot be safe.
    """
    spec = report(name)
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"{out} is not empty. Name another folder.")
    if not is_sound:
        check_data(data, spec, progress)
    ledger = ledger or Ledger()
    known = ledger.editions
    figures, counted = compute(
        spec, data, year, rules=rules or Rules(), versions=versions or {}, ledger=ledger, progress=progress
    )
    day = data_day or date.today().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        write_publication(figures, languages, day, made)
        told = manifest(figures, data, day, list(languages), edition, known, made)
        (made / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        _write_rows(counted, made / PRIVATE)
        _note(figures, ledger, edition, made / PRIVATE)
        shutil.copytree(made, out, dirs_exist_ok=True)
    ledger.save()
    return figures


def _write_rows(counted: Mapping[tuple[str, int], Counted], folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for (units, year), finest in counted.items():
        write_counted(finest, folder / rows_name(units, year))


def _note(figures: Figures, ledger: Ledger, edition: str, folder: Path) -> None:
    """Keeps each cube's certificate, and what it gave away in the ledger."""
    for cube in figures.cubes:
        if cube.release:
            subject = f"{cube.units.label}, {cube.year}"
            ledger.add(edition, subject, cube.truth, cube.tables, cube.sensitive)
            rules = figures.rules.threshold, cube.sensitive
            content = certificate(cube.release.system, cube.release.protection, *rules)
            write_private(folder / f"certificate-{cube.units.indicator}-{cube.year}.json", content)
