"""Commands for safe publication of counts. They need no installation: files in, files out."""

import click

from handslag.cli import reports, tables


@click.group()
def statistics() -> None:
    """Protect tables of counts before they are published, and attack what others publish."""


for command in (*tables.COMMANDS, *reports.COMMANDS):
    statistics.add_command(command)
