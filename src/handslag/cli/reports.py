"""Commands about microdata and the yearly reports that are made of them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import click

from handslag.cli.progress import telling
from handslag.cli.tables import LEDGER, NEEDED_LEDGER

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DATA = click.option("--data", required=True, type=FOLDER, help="The microdata's folder.")
YEAR = click.option("--year", required=True, type=click.IntRange(1990, 2100))
IS_SOUND = click.option("--is-sound", is_flag=True, help="Leave out the check of the files, made before.")
VERSIONS = click.option(
    "--definition", "versions", multiple=True, metavar="INDICATOR=VERSION", help="An older version. May be repeated."
)


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=VALUE, several times. Raises BadParameter."""
    found = dict(one.partition("=")[::2] for one in given)
    if not all(found.values()):
        raise click.BadParameter("write NAME=VALUE.", param_hint=option)
    return found


def versions_of(given: tuple[str, ...]) -> dict[str, int]:
    """INDICATOR=VERSION, several times. Raises BadParameter."""
    found = pairs(given, "--definition")
    if not all(version.isdigit() for version in found.values()):
        raise click.BadParameter("write INDICATOR=VERSION, such as participants=1.", param_hint="--definition")
    return {name: int(version) for name, version in found.items()}


@click.command()
def schema() -> None:
    """Print the schema of the microdata (a Frictionless data package), with every code list.

    \b
    Example:
      handslag statistics schema > datapackage.json
    """
    from handslag.statistics.microdata.schema import published

    click.echo(json.dumps(published(), ensure_ascii=False, indent=1))


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def validate(ctx: click.Context, folder: Path) -> None:
    """Check the microdata in FOLDER: file, row, column and reason of what is wrong. Exit status 1 if anything is.

    \b
    Example:
      handslag statistics validate extract/
    """
    from handslag.statistics.microdata.validating import validate as check

    with telling() as progress:
        findings = check(folder, progress)
    for finding in findings:
        click.echo(str(finding))
    click.echo(f"{len(findings):,} findings." if findings else "All is well.")
    ctx.exit(1 if findings else 0)


@click.command()
@click.option("--language", type=click.Choice(["sv", "en"]), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def definitions(language: str, form: str) -> None:
    """List what each figure counts and what not, with versions and sources.

    \b
    Example:
      handslag statistics definitions --language sv
    """
    from dataclasses import asdict

    from handslag.statistics.definitions.catalogue import definitions as every

    if form == "json":
        click.echo(json.dumps([asdict(d) for d in every()], ensure_ascii=False, indent=1, default=str))
        return
    for one in every():
        click.echo(f"{one.label}, valid from {one.valid_from} ({one.unit[language]}): {one.name[language]}")
        click.echo(f"  + {one.counts[language]}\n  - {one.excludes[language]}\n  = {one.source[language]}\n")


@click.command()
@click.argument("report", type=click.Choice(["joint-support", "associations"]))
@DATA
@YEAR
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A new folder to write to.")
@click.option(
    "--format", "form", type=click.Choice(["files", "json"]), default="files", help="json prints the figures."
)
@click.option("--language", "languages", multiple=True, type=click.Choice(["sv", "en"]), help="Both, if not given.")
@click.option("--threshold", default=5, show_default=True, type=click.IntRange(2, 1000))
@click.option(
    "--sensitive", multiple=True, metavar="DIMENSION", help="None, or all, of a group is unsafe here too. As marked."
)
@click.option(
    "--zeros",
    type=click.Choice(["hidden", "printed"]),
    default="hidden",
    show_default=True,
    help="Of sensitive dimensions. Elsewhere zeros are printed.",
)
@click.option("--least-base", default=20, show_default=True, help="Shares of smaller bases are not shown.")
@VERSIONS
@NEEDED_LEDGER
@click.option("--release", "edition", default="", help="The release's name in the ledger. The report and its year.")
@click.option("--data-day", default="", metavar="DATE", help="The day of the data, as the report tells it. Today.")
@click.option("--contact", default="", help="Who answers for the report, as .px files tell it: name and e-mail.")
@IS_SOUND
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="Where it is counted: here, or on a Spark cluster (pip install 'handslag[cluster]').",
)
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="The Spark cluster's address.")
def report(
    report: str,
    data: Path,
    year: int,
    out: Path | None,
    form: str,
    languages: tuple[str, ...],
    versions: tuple[str, ...],
    ledger: Path,
    edition: str,
    data_day: str,
    contact: str,
    is_sound: bool,
    engine: str,
    master: str,
    **limits: Any,
) -> None:
    """Make a yearly report: HTML, PDF, .xlsx, .csv, JSON-stat and .px, safe to publish.

    \b
    Example:
      handslag statistics report joint-support --data extract/ --year 2019 --out report-2019/ --ledger releases.jsonl
      handslag statistics report associations --data /shared/extract --year 2020 --out report-2020/ \\
        --ledger releases.jsonl --engine spark --master spark://cluster:7077 --is-sound
    """
    from handslag.statistics.counting.cluster import on_cluster
    from handslag.statistics.counting.engines import embedded
    from handslag.statistics.publishing.making import check_data, compute, data_day_of, note, publish
    from handslag.statistics.reports.figures import Rules
    from handslag.statistics.reports.specification import report as specified
    from handslag.statistics.reports.words import LANGUAGES
    from handslag.statistics.safety.files import private_beside
    from handslag.statistics.safety.ledger import held
    from handslag.statistics.writing.figures import as_json

    if form == "files" and out is None:
        raise click.UsageError("Name a folder to write to with --out, or print the figures with --format json.")
    rules, asked = Rules(**limits), versions_of(versions)
    with telling() as progress:
        chosen = on_cluster(master) if engine == "spark" else embedded
        if form == "json" or out is None:
            spec = specified(report)
            data_day_of(data_day, spec, year, asked)
            if not is_sound:
                check_data(data, spec, progress)
            with held(ledger) as known:
                figures, _counted = compute(
                    spec, data, year, rules=rules, versions=asked, ledger=known, engine=chosen, progress=progress
                )
                note(figures, known, edition)
            click.echo(json.dumps(as_json(figures), ensure_ascii=False, indent=1))
            return
        publish(
            report,
            data,
            year,
            out,
            languages=languages or LANGUAGES,
            rules=rules,
            versions=asked,
            ledger=ledger,
            edition=edition,
            data_day=data_day,
            contact=contact,
            is_sound=is_sound,
            engine=chosen,
            progress=progress,
        )
    click.echo(f"Written to {out}. {private_beside(out)} is not for publication.")


@click.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@LEDGER
@click.pass_context
def reproduce(ctx: click.Context, manifest: Path, data: Path, ledger: Path | None) -> None:
    """Make a publication anew after its MANIFEST and compare, byte by byte. Exit status 1 if anything differs.

    The data may be the microdata, or what the report kept, not for publication, when persons have been removed.

    \b
    Example:
      handslag statistics reproduce report-2019/manifest.json --ledger releases.jsonl \\
        --data report-2019-not-for-publication
    """
    from handslag.statistics.publishing.remaking import reproduce as anew
    from handslag.statistics.safety.ledger import Ledger

    with telling() as progress:
        differences = anew(manifest, data, Ledger(ledger), progress)
    click.echo("\n".join(differences) or "The same, byte by byte.")
    ctx.exit(1 if differences else 0)


@click.command()
@click.argument("report", type=click.Choice(["joint-support", "associations"]))
@click.argument("units")
@DATA
@YEAR
@click.option("--where", multiple=True, metavar="DIMENSION=CODE", help="May be repeated.")
@VERSIONS
def trace(report: str, units: str, data: Path, year: int, where: tuple[str, ...], versions: tuple[str, ...]) -> None:
    """List the records (id and day) behind one figure of a report, for those who may see microdata.

    \b
    Example:
      handslag statistics trace joint-support ended_rehabilitations --data extract/ --year 2019 --where sex=woman
    """
    from handslag.statistics.reports.tracing import trace as behind

    with telling():
        found = behind(report, units, data, year, pairs(where, "--where"), versions_of(versions))
    for record, day in found:
        click.echo(f"{record},{day}")
    click.echo(f"{len(found):,} records.", err=True)


@click.command()
@click.argument("report", type=click.Choice(["joint-support", "associations"]))
@click.argument("units")
@DATA
@YEAR
@click.option("--by", multiple=True, required=True, metavar="DIMENSION", help="place:county keeps to a level.")
@click.option("--secret", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file.")
@NEEDED_LEDGER
@IS_SOUND
def ask(
    report: str,
    units: str,
    data: Path,
    year: int,
    by: tuple[str, ...],
    secret: Path,
    ledger: Path,
    is_sound: bool,
) -> None:
    """Count a report's units by any dimensions, each count with noise. Cells that a report holds are left to it.

    The noise of a cell follows from who is in it and the secret: the same whenever it is asked for. What was told is
    noted in the ledger.

    \b
    Example:
      handslag statistics ask associations participants --data extract/ --year 2020 --by target_group --by identified \\
        --secret noise.key --ledger releases.jsonl
    """
    from handslag.statistics.publishing.making import check_data
    from handslag.statistics.reports.asking import ask as answer
    from handslag.statistics.reports.asking import read_secret
    from handslag.statistics.reports.specification import report as specified
    from handslag.statistics.safety.cell_keys import Noise
    from handslag.statistics.safety.ledger import held

    with telling() as progress:
        if not is_sound:
            check_data(data, specified(report), progress)
        with held(ledger) as known:
            found = answer(report, units, data, year, by, read_secret(secret), known, Noise())
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*found[0].codes, "count", "status"])
    writer.writerows([*one.codes.values(), "" if one.count is None else one.count, one.status] for one in found)
    click.echo(table.getvalue(), nl=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--address", required=True, help="Where the folder's files are found, with a slash at the end.")
@click.option("--publisher", required=True, help="The authority that publishes it.")
@click.option("--publisher-address", required=True, metavar="URL", help="The authority's own address.")
@click.option("--contact", required=True, help="Who answers questions about it.")
@click.option("--email", required=True, help="The contact's e-mail address.")
def describe(folder: Path, **where: str) -> None:
    """Print the record of the report in FOLDER for data portals: DCAT-AP-SE 3 as JSON-LD.

    \b
    Example:
      handslag statistics describe report-2019/ --address https://statistik.example.se/report-2019/ \\
        --publisher Försäkringskassan --publisher-address https://www.forsakringskassan.se \\
        --contact Statistikenheten --email statistik@example.se > report-2019/dcat.jsonld
    """
    from handslag.statistics.writing.dcat import Published, record

    with telling():
        click.echo(record(folder, Published(**where)))


@click.command()
@click.option("--from-year", default=2016, show_default=True, type=click.IntRange(1990, 2100))
@click.option("--to-year", default=2022, show_default=True, type=click.IntRange(1990, 2100))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.001, 1000))
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
def simulate(from_year: int, to_year: int, seed: int, scale: float, form: str, out: Path) -> None:
    """Make microdata of a synthetic Sweden whose national figures are those that were published.

    \b
    Example:
      handslag statistics simulate --from-year 2016 --to-year 2022 --out extract/
    """
    from handslag.statistics.simulating.sweden import simulate as make

    with telling() as progress:
        make(from_year, to_year, seed, scale, out, form, progress)
    click.echo(f"Written to {out}.")


COMMANDS = (schema, validate, definitions, report, reproduce, trace, ask, describe, simulate)
