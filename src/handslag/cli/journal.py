"""Commands for the journal."""

import json

import click

from handslag.cli.ready import FORMAT, ensure_schema


@click.group()
def journal() -> None:
    """Verify and anchor the journal."""


@journal.command()
@FORMAT
@click.pass_context
def verify(ctx: click.Context, form: str) -> None:
    """Go through the whole chain and tell where anything was changed, removed or moved. Exit status 1 if so.

    \b
    Example:
      handslag journal verify --format json
    """
    from handslag.journal import chain

    ensure_schema()
    entries, breaks = chain.verify()
    if form == "json":
        told = [{"place": b.place, "why": b.why} for b in breaks]
        click.echo(json.dumps({"entries": entries, "breaks": told}))
    else:
        for found in breaks:
            click.echo(f"entry {found.place}: {found.why}")
        click.echo(f"{entries:,} entries, {'the chain is broken' if breaks else 'the chain holds'}.")
    ctx.exit(1 if breaks else 0)


@journal.command()
def anchor() -> None:
    """Write the chain's head to HANDSLAG_HOME/journal.anchors, and print it to be kept where nobody can change it.

    \b
    Example:
      handslag journal anchor
    """
    from handslag.foundation import clock
    from handslag.journal import chain

    ensure_schema()
    click.echo(chain.anchor(clock.now()))
