"""Why the server must not start, as Django's system checks.

Each room registers its own reasons in its `checks.py`, under the tag SERVING. `handslag serve` and the WSGI door ask
for all of them here; `python -m django check --deploy` tells them too.
"""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.db import DatabaseError, connection

from handslag.foundation import guards, keys, walling
from handslag.foundation.declaring import check_declarations
from handslag.foundation.wall import ROLE

SERVING = "serving"
SHORTEST_SECRET = 40
LASTING = ("fsync", "full_page_writes", "synchronous_commit")
"""PostgreSQL's settings without which a crash takes what was answered for."""

register(check_declarations, SERVING)


def refusals() -> list[str]:
    """Why the server must not start, in words for the operator; empty when it may."""
    try:
        found = run_checks(tags=[SERVING], include_deployment_checks=True)
    except DatabaseError as error:
        return [f"The database did not answer as it should: {error}"]
    return [message.msg for message in found if message.is_serious()]


def in_production(check: Callable[[], Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    """Registers a check of what would be unsafe outside demo mode."""

    @register(SERVING, deploy=True)
    def checking(**_: object) -> list[CheckMessage]:
        return [] if settings.HANDSLAG_MODE == "demo" else list(check())

    return checking


@register(SERVING, deploy=True)
def check_database(**_: object) -> Iterator[CheckMessage]:
    """The database keeps the promises itself."""
    if guards.missing(connection):
        yield Error("The database's guards do not stand. Run “handslag setup”.", id="handslag.E001")
    if walling.missing(connection):
        yield Error("The database's walls do not stand. Run “handslag setup” as their owner.", id="handslag.E002")


@in_production
def check_role() -> Iterator[CheckMessage]:
    """The server cannot read past the wall."""
    if walling.can_bypass(connection):
        yield Error(
            "DATABASE_URL names a role that could get past the database's wall. Connect as a role that is a member of "
            f"{ROLE}, owns nothing and may make no tables, temporary ones neither (docs/operating.md).",
            id="handslag.E003",
        )


@in_production
def check_durability() -> Iterator[CheckMessage]:
    """What was answered for outlasts a crash."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(LASTING)])
            off = [name for (name,) in cursor.fetchall()]
        if off:
            yield Error(
                f"The database would lose saved work in a crash. Turn on: {', '.join(off)}.", id="handslag.E031"
            )


@in_production
def check_file() -> Iterator[CheckMessage]:
    """Nobody else on the machine reads the database's file."""
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Error(f"Others can read the database's file. Run “chmod 600 {path}*”.", id="handslag.E032")


@in_production
def check_hosts() -> Iterator[CheckMessage]:
    """The server answers to its own names alone: who could choose one could have links lead elsewhere."""
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("HANDSLAG_HOSTS holds “*”. Name the hosts that users see.", id="handslag.E033")


@in_production
def check_guessable() -> Iterator[CheckMessage]:
    """No secret is such that somebody could guess it, or is used twice."""
    secrets = {
        "HANDSLAG_SECRET_KEY": {settings.SECRET_KEY.encode()},
        "HANDSLAG_ENCRYPTION_KEYS": set(map(keys.key_bytes, settings.HANDSLAG_ENCRYPTION_KEYS)),
        "HANDSLAG_INDEX_KEY": {keys.key_bytes(settings.HANDSLAG_INDEX_KEY)},
    }
    for name, held in secrets.items():
        if any(map(keys.is_guessable, held)):
            yield Error(
                f"{name} can be guessed: it repeats itself, or has too few different signs. “handslag keys make” "
                "prints a random one.",
                id="handslag.E034",
            )
    if secrets["HANDSLAG_INDEX_KEY"] & secrets["HANDSLAG_ENCRYPTION_KEYS"]:
        yield Error(
            "HANDSLAG_INDEX_KEY is one of HANDSLAG_ENCRYPTION_KEYS. Of a new installation, make it anew; otherwise put "
            "a new encryption key first, run “handslag keys rotate”, and take this one away there.",
            id="handslag.E035",
        )


@in_production
def check_secrets() -> Iterator[CheckMessage]:
    """The secrets are the operator's own, and nothing shows them."""
    if "HANDSLAG_SECRET_KEY" in settings.HANDSLAG_MADE_HERE or len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error(
            f"HANDSLAG_SECRET_KEY is not set, or shorter than {SHORTEST_SECRET} characters. Set it to a secret of your "
            "own (to try the product out, set HANDSLAG_MODE=demo instead).",
            id="handslag.E004",
        )
    for name in ("HANDSLAG_ENCRYPTION_KEYS", "HANDSLAG_INDEX_KEY"):
        if name in settings.HANDSLAG_MADE_HERE:
            yield Error(
                f"{name} is not set. “handslag keys make” prints a key; keep it apart from the database.",
                id="handslag.E005",
            )
    if settings.DEBUG:
        yield Error("HANDSLAG_DEBUG is on. Unset it.", id="handslag.E006")
