"""Commands for files: bringing them in, and templates to fill in."""

import json
from pathlib import Path

import click

from handslag.cli.progress import Progress
from handslag.cli.ready import FORMAT, ensure_schema


@click.group(name="import")
def import_() -> None:
    """Bring in files, all or nothing."""


@import_.command(name="cases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; take nothing.")
@FORMAT
@click.pass_context
def import_cases(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring cases in from a .csv or .xlsx FILE: all of them, or none and every error.

    Bringing the same file in twice changes nothing. Exit status 0 only when the file was taken.

    \b
    Example:
      handslag import cases cases.xlsx --dry-run
    """
    _bring_in(ctx, "cases", file, form, dry_run=dry_run)


@import_.command(name="meetings")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; take nothing.")
@FORMAT
@click.pass_context
def import_meetings(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring meetings that have been in from a .csv or .xlsx FILE, into cases that are here: all of them, or none.

    Nobody is called and nothing is sent. Bringing the same file in twice changes nothing.

    \b
    Example:
      handslag import meetings meetings.xlsx --dry-run
    """
    _bring_in(ctx, "meetings", file, form, dry_run=dry_run)


@import_.command(name="assessments")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; take nothing.")
@FORMAT
@click.pass_context
def import_assessments(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring joint assessments that have been in from a .csv or .xlsx FILE, into cases that are here: all, or none.

    A party tells its own part. Bringing the same file in twice changes nothing.

    \b
    Example:
      handslag import assessments assessments.xlsx --dry-run
    """
    _bring_in(ctx, "assessments", file, form, dry_run=dry_run)


@import_.command(name="measures")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, take nothing.")
@FORMAT
@click.pass_context
def import_measures(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring in measures of associations from a .csv or .xlsx FILE: all of it, or nothing and every error.

    Columns: association, officer (who vouches for the row), and those of the catalogue.

    \b
    Example:
      handslag import measures measures.xlsx --dry-run
    """
    _bring_in(ctx, "measures", file, form, dry_run=dry_run)


@import_.command(name="economy")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, take nothing.")
@FORMAT
@click.pass_context
def import_economy(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring in the economy of associations from a .csv or .xlsx FILE: all of it, or nothing and every error.

    Columns: association, officer (who vouches for the row), year, kind, and what the kind asks for.

    \b
    Example:
      handslag import economy economy.xlsx --dry-run
    """
    _bring_in(ctx, "economy", file, form, dry_run=dry_run)


def _bring_in(ctx: click.Context, kind: str, file: Path, form: str, *, dry_run: bool) -> None:
    from handslag.intake.actions import kinds
    from handslag.parties.viewer import Viewer

    ensure_schema()
    progress = Progress()
    operator = Viewer(None, is_system=True, name="import")
    outcome = kinds()[kind].take(operator, file, dry_run=dry_run, progress=progress)
    progress.close()
    if form == "json":
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        _print_outcome(kind, outcome, dry_run)
    ctx.exit(0 if outcome.ok else 1)


@import_.command(name="staff")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@FORMAT
@click.pass_context
def import_staff(ctx: click.Context, file: Path, form: str) -> None:
    """Bring in parties, units and people from a .csv or .xlsx FILE: all of it, or nothing and every error.

    Columns: party, unit, unit_name, county_code, email, given_name, family_name, role. What is there stays as it is.

    \b
    Example:
      handslag import staff staff.csv
    """
    from handslag.intake.staff import import_staff as take
    from handslag.parties.viewer import Viewer

    ensure_schema()
    outcome = take(Viewer(None, is_system=True, name="import"), file)
    if form == "json":
        click.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        for error in outcome["errors"]:
            _print_problem(**error)
        click.echo(
            f"{outcome['imported']} posts are new." if outcome["ok"] else "Nothing was taken.", err=not outcome["ok"]
        )
    ctx.exit(0 if outcome["ok"] else 1)


def _print_problem(row: int, column: str, message: str) -> None:
    place = f"row {row}" if row else "file"
    click.echo(f"{place}, {column}: {message}" if column else f"{place}: {message}")


def _print_outcome(kind: str, outcome, dry_run: bool) -> None:
    for problem in outcome.problems:
        _print_problem(problem.row, problem.column, problem.message)
    if not outcome.ok:
        click.echo(f"{len(outcome.problems)} errors in {outcome.rows} rows. Nothing was taken.", err=True)
    elif dry_run:
        click.echo(f"{outcome.rows} rows are right ({outcome.known} known already). Nothing was taken: dry run.")
    else:
        click.echo(f"{outcome.imported} {kind} taken, {outcome.known} known already.")


@click.group()
def template() -> None:
    """Write files to start from."""


@template.command(name="cases")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--examples", default=3, show_default=True, type=click.IntRange(0, 200_000))
def template_cases(file: Path, examples: int) -> None:
    """Write a case FILE (.csv or .xlsx) whose example rows can be taken in as they are.

    \b
    Example:
      handslag template cases cases.xlsx --examples 5
    """
    from handslag.foundation import clock
    from handslag.intake.template import example_rows, write_template
    from handslag.simulation.world import identity_numbers

    ensure_schema()
    write_template(file, example_rows(examples, identity_numbers(clock.today())))
    click.echo(f"Wrote {file} with {examples} example rows.")


EMPTY = {
    "staff": "parties, units and people",
    "meetings": "meetings that have been",
    "assessments": "joint assessments that have been",
    "measures": "measures of associations",
    "economy": "the economy of associations",
}
"""What an empty file is for, by the command's name."""


def _empty(kind: str, what: str) -> click.Command:
    """The command that writes an empty file of a kind."""
    example = f"handslag template {kind} {kind}.xlsx"

    @click.command(name=kind, help=f"Write an empty FILE (.csv or .xlsx) for {what}.\n\n\b\nExample:\n  {example}")
    @click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
    def write(file: Path) -> None:
        from handslag.intake.actions import kinds
        from handslag.intake.columns import STAFF
        from handslag.intake.template import write_template

        write_template(file, [], tuple(column.name for column in STAFF) if kind == "staff" else kinds()[kind].names)
        click.echo(f"Wrote {file}.")

    return write


for _kind, _what in EMPTY.items():
    template.add_command(_empty(_kind, _what))
