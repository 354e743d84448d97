"""Why the server must not start, as Django's system checks.

Each room registers its own reasons in its `checks.py`, under the tag SERVING. `handslag serve` and the WSGI door ask
for all of them here; `python -m django check --deploy` tells them too.
"""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.db import DatabaseError, connection

from handslag.foundation import guards, wall
from handslag.foundation.declaring import check_declarations

SERVING = "serving"
SHORTEST_SECRET = 40

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
    if wall.missing(connection):
        yield Error("The database's walls do not stand. Run “handslag setup” as their owner.", id="handslag.E002")


@in_production
def check_role() -> Iterator[CheckMessage]:
    """The server cannot read past the wall."""
    if wall.can_bypass(connection):
        yield Error(
            "DATABASE_URL names a role that could read past the database's wall. Connect as a role that is a member of "
            f"{wall.ROLE} and owns nothing (docs/operating.md).",
            id="handslag.E003",
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
