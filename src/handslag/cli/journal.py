"""Commands for the journal."""

import json
import threading
from dataclasses import asdict

import click

from handslag.cli.ready import FORMAT, ensure_schema


@click.group()
def journal() -> None:
    """Seal, verify and anchor the journal."""


@journal.command()
@FORMAT
@click.pass_context
def verify(ctx: click.Context, form: str) -> None:
    """Go through the whole journal and tell where anything was changed, removed or moved. Exit status 1 if so.

    It also tells how many entries wait for their seal, and since when.

    \b
    Example:
      handslag journal verify --format json
    """
    from handslag.journal.chain import OVERDUE
    from handslag.journal.verification import verify as verified

    ensure_schema(seals=False)
    verdict = verified()
    if form == "json":
        click.echo(json.dumps(asdict(verdict)))
    else:
        for found in verdict.breaks:
            click.echo(f"{found.where}: {found.why}")
        if verdict.unsealed:
            click.echo(f"{verdict.unsealed:,} entries are not sealed yet, the first since {verdict.unsealed_since}.")
        if verdict.late:
            click.echo(f"{verdict.late:,} entries waited more than {OVERDUE} seconds for their seal.")
        told = "the journal is broken" if verdict.breaks else "the journal holds"
        click.echo(f"{verdict.entries:,} entries in {verdict.batches:,} batches, {told}.")
    ctx.exit(1 if verdict.breaks else 0)


@journal.command()
@click.option("--every", type=click.FloatRange(min=0.01), help="Go on, every so many seconds, until stopped.")
def seal(every: float | None) -> None:
    """Seal the entries that wait for their batch. `handslag serve` does so by itself, ten times a second.

    \b
    Example:
      handslag journal seal --every 0.1
    """
    from handslag.journal import chain

    ensure_schema()
    if every:
        chain.keep_sealing(every, threading.Event())
    else:
        click.echo(f"{chain.seal():,} entries are sealed.")


@journal.command()
def anchor() -> None:
    """Write the chain's head to HANDSLAG_HOME/journal.anchors, and print it to be kept where nobody can change it.

    \b
    Example:
      handslag journal anchor
    """
    from handslag.foundation import clock
    from handslag.journal.anchors import anchor as anchored

    ensure_schema()
    click.echo(anchored(clock.now()))
