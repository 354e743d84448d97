"""Commands for the keys of the data."""

import click

from handslag.cli.ready import ensure_schema, operator


@click.group()
def keys() -> None:
    """The keys that encrypt identity numbers."""


@keys.command()
def make() -> None:
    """Print a new key, to put first in HANDSLAG_ENCRYPTION_KEYS (or to be HANDSLAG_INDEX_KEY of a new installation).

    \b
    Example:
      handslag keys make
    """
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


@keys.command()
def rotate() -> None:
    """Encrypt everything anew with the first of HANDSLAG_ENCRYPTION_KEYS; after it the other keys may go.

    \b
    Example:
      HANDSLAG_ENCRYPTION_KEYS="$NEW,$OLD" handslag keys rotate
    """
    from handslag.rights.rekeying import rotate as rotate_all

    ensure_schema()
    click.echo(f"{rotate_all(operator()):,} values are encrypted with the first key.")
