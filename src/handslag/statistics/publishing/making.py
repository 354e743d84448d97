"""Making a publication: counted, made safe, and written in every form, all of it or nothing."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from handslag.statistics.counting.engines import Engine, embedded
from handslag.statistics.counting.units import Counted, write_counted
from handslag.statistics.errors import BadInput, Unsound
from handslag.statistics.microdata.validating import validate
from handslag.statistics.progress import Progress, quiet
from handslag.statistics.publishing.manifest import manifest
from handslag.statistics.reports.figures import (
    Figures,
    Rules,
    count_report,
    definitions_of,
    files_of,
    make_figures,
    rows_name,
)
from handslag.statistics.reports.presenting import present
from handslag.statistics.reports.specification import ReportSpec, report
from handslag.statistics.reports.words import LANGUAGES
from handslag.statistics.safety.files import certificate, private_beside, write_private
from handslag.statistics.safety.ledger import Ledger, held, subject_of
from handslag.statistics.writing.cubes import write_cubes
from handslag.statistics.writing.figures import as_json
from handslag.statistics.writing.html import html
from handslag.statistics.writing.pdf import pdf
from handslag.statistics.writing.spreadsheet import write_workbook

MANIFEST = "manifest.json"


def compute(
    spec: ReportSpec,
    data: Path,
    year: int,
    *,
    rules: Rules,
    versions: Mapping[str, int],
    ledger: Ledger,
    engine: Engine = embedded,
    progress: Progress = quiet,
) -> tuple[Figures, dict[tuple[str, int], Counted]]:
    """A report's safe figures, and the finest counts that they come from. Raises BadInput as its parts do."""
    counted = count_report(data, spec, (year, year - 1), versions, progress, engine)
    return make_figures(spec, year, counted, versions, rules, ledger, progress), counted


def check_data(data: Path, spec: ReportSpec, progress: Progress) -> None:
    """Raises Unsound with the first findings where the files that a report reads are not sound."""
    findings = validate(data, progress, files_of(spec, {}))
    if findings:
        listed = "\n".join(str(finding) for finding in findings[:20])
        raise Unsound(f"{data} is not sound ({len(findings)} findings):\n{listed}")


def write_publication(figures: Figures, languages: Sequence[str], data_day: str, contact: str, folder: Path) -> None:
    """Writes a report in every form, a folder a language. `contact` is who answers for it, as published."""
    for language in languages:
        own = folder / language
        (own / "tables").mkdir(parents=True)
        publication = present(figures, language, data_day)
        (own / "report.html").write_text(html(publication), encoding="utf-8")
        (own / "report.pdf").write_bytes(pdf(publication))
        write_workbook(publication, own / "report.xlsx")
        write_cubes(figures, language, own / "tables", data_day, contact)
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
    ledger: Path,
    edition: str = "",
    data_day: str = "",
    contact: str = "",
    is_sound: bool = False,
    engine: Engine = embedded,
    progress: Progress = quiet,
) -> Figures:
    """Makes a report and writes it to a folder that is not there yet, all of it or nothing; the ledger notes it.

    Outside of what is published stand, not for publication, the certificates and the finest counts, from which the same
    can be told again when persons are removed. Raises BadInput for data that is not sound, a day of the data at which
    it cannot be complete, and tables that cannot be safe.
    """
    spec, private = report(name), private_beside(out)
    for folder in (out, private):
        if folder.exists() and any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty. Name another folder.")
    day = data_day_of(data_day, spec, year, versions or {})
    if not is_sound:
        check_data(data, spec, progress)
    rules, versions = rules or Rules(), versions or {}
    with held(ledger) as known, tempfile.TemporaryDirectory() as temporary:
        before = known.known
        figures, counted = compute(
            spec, data, year, rules=rules, versions=versions, ledger=known, engine=engine, progress=progress
        )
        made, kept = Path(temporary) / "made", Path(temporary) / "kept"
        write_publication(figures, languages, day, contact, made)
        _keep(figures, counted, kept)
        edition = note(figures, known, edition)
        told = manifest(figures, data, day, list(languages), contact, edition, before, made, kept)
        (made / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        shutil.copytree(kept, private, dirs_exist_ok=True)
        shutil.copytree(made, out, dirs_exist_ok=True)
    return figures


def data_day_of(text: str, spec: ReportSpec, year: int, versions: Mapping[str, int]) -> str:
    """The day of the data, as written, or today.

    Raises BadInput for what is no day, one that is still to come, and one at which the year, or what the outcomes look
    at after it, is not over.
    """
    try:
        day = date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise BadInput(f"--data-day {text}: no day. Write it as {year + 1}-03-01.") from None
    complete = complete_from(spec, year, versions)
    if day > date.today():
        raise BadInput(f"--data-day {day}: is still to come.")
    if day < complete:
        raise BadInput(
            f"--data-day {day}: the outcomes of {year} are followed until {complete - timedelta(days=1)}. "
            f"Take data from {complete} or later."
        )
    return day.isoformat()


def complete_from(spec: ReportSpec, year: int, versions: Mapping[str, int]) -> date:
    """The first day at which a year, and what the outcomes look at after it, is over."""
    after = max((one.days_after for cube in spec.cubes for one in definitions_of(cube, versions)[1]), default=0)
    return date(year, 12, 31) + timedelta(days=after + 1)


def _keep(figures: Figures, counted: Mapping[tuple[str, int], Counted], folder: Path) -> None:
    """Writes the finest counts and each cube's certificate."""
    folder.mkdir(mode=0o700)
    for (units, year), finest in counted.items():
        write_counted(finest, folder / rows_name(units, year))
    for cube in figures.cubes:
        if cube.release:
            rules = figures.rules.threshold, cube.sensitive
            content = certificate(cube.release.system, cube.release.protection, *rules)
            write_private(folder / f"certificate-{cube.units.indicator}-{cube.year}.json", content)


def note(figures: Figures, ledger: Ledger, edition: str) -> str:
    """Notes what a report gives away in the ledger, under a name that it tells."""
    edition = edition or f"{figures.spec.name} {figures.year}".replace("_", "-")
    for cube in figures.cubes:
        if cube.release:
            subject = subject_of(cube.units.indicator, cube.year)
            ledger.add(edition, subject, cube.truth, cube.tables, cube.sensitive)
    return edition
