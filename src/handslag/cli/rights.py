"""Commands for the person's rights: extract, protection that ended, retention."""

import sys
from datetime import date, datetime
from pathlib import Path

import click

from handslag.cli.days import Day
from handslag.cli.ready import ensure_schema, operator


def _number() -> str:
    """An identity number from standard input: it must stand neither in a command line nor in a shell's history."""
    given = click.prompt("Identity number", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    return given.strip().replace("-", "")


@click.group()
def person() -> None:
    """What a person has the right to. The identity number is read from standard input, never from the command line."""


@person.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--party", required=True, help="The controller, such as FK or KOM-1380.")
def export(folder: Path, party: str) -> None:
    """Write the register extract of one person at one party: FOLDER/extract.json and FOLDER/extract.pdf.

    \b
    Example:
      handslag person export extract/ --party FK < number.txt
    """
    from handslag.rights.extract import extract, write
    from handslag.rights.pages.extract import extract_pdf

    ensure_schema()
    extracted = extract(operator(), party, _number())
    for path in write(extracted, folder, extract_pdf(extracted)):
        click.echo(f"Wrote {path}.")


@person.command()
def unprotect() -> None:
    """Let a number be registered again, when a protection of identity has ended.

    \b
    Example:
      handslag person unprotect < number.txt
    """
    from handslag.rights.protection import unprotect as let

    ensure_schema()
    click.echo("It can be registered again." if let(operator(), _number()) else "It was not barred.")


@click.command()
@click.option("--on", type=Day(), help="As of this day; default today.")
def retain(on: datetime | None) -> None:
    """Remove the content of cases whose time is over by their party's rule; statistics and the journal stay.

    \b
    Example:
      handslag retain --on 2031-12-01
    """
    from handslag.foundation import clock
    from handslag.rights.retention import retain as remove

    ensure_schema()
    day: date = on.date() if on else clock.today()
    click.echo(f"The content of {remove(operator(), day):,} cases is removed.")
