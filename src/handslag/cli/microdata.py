"""The commands that write microdata, and trace a figure back into them."""

from datetime import datetime
from pathlib import Path

import click

from handslag.cli.days import Day
from handslag.cli.progress import Progress, telling
from handslag.cli.ready import ensure_schema, operator
from handslag.cli.reports import VERSIONS, pairs, versions_of


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that is not there yet.")
@click.option("--from", "begin", type=Day(), help="The first day; default the first of last year.")
@click.option("--to", "end", type=Day(), help="The last day; default yesterday.")
def microdata(out: Path, begin: datetime | None, end: datetime | None) -> None:
    """Write the facts of this installation as microdata that `handslag statistics` counts: pseudonyms made for the
    folder alone, no names, numbers or words. It is journalled.

    \b
    Example:
      handslag microdata --out extract --from 2026-01-01 --to 2026-12-31
      handslag statistics validate extract
    """
    from datetime import date, timedelta

    from handslag.foundation import clock
    from handslag.microdata.writing import write_microdata

    ensure_schema()
    today, progress = clock.today(), Progress()
    first = begin.date() if begin else date(today.year - 1, 1, 1)
    last = end.date() if end else today - timedelta(days=1)
    written = write_microdata(operator(), out, first, last, progress)
    progress.close()
    for name, rows in written.rows.items():
        click.echo(f"{name}.csv: {rows:,} rows")
    if written.left_out:
        click.echo(f"{written.left_out:,} records are left out: of people who are anonymous or protected.")


@click.command()
@click.argument("report", type=click.Choice(["joint-support", "associations"]))
@click.argument("units")
@click.option("--year", required=True, type=click.IntRange(1990, 2100))
@click.option("--where", multiple=True, metavar="DIMENSION=CODE", help="May be repeated.")
@VERSIONS
def trace(report: str, units: str, year: int, where: tuple[str, ...], versions: tuple[str, ...]) -> None:
    """List the records (a pseudonym and the day) behind a figure that this installation's facts gave. It is journalled.

    \b
    Example:
      handslag trace joint-support joint_assessments --year 2025 --where sex=woman
    """
    from handslag.analyses.tracing import trace_records

    ensure_schema()
    with telling():
        found = trace_records(operator(), report, units, year, pairs(where, "--where"), versions_of(versions))
    for record, day in found:
        click.echo(f"{record},{day}")
    click.echo(f"{len(found):,} records.", err=True)
