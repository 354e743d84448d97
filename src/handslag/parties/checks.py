"""What of the people at work must stop the start (foundation/checks.py)."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from handslag.foundation.checks import in_production
from handslag.parties.queries import demo_users


@in_production
def check_demo_users() -> Iterator[CheckMessage]:
    """Nobody can sign in with a password that everyone knows."""
    if demo_users().exists():
        yield Error(
            "The database holds the demo world, whose passwords are known. Use another database.", id="handslag.E011"
        )
