"""How a letter ends, and when it is tried again. No database."""

from dataclasses import dataclass
from datetime import timedelta

SENT, WITHHELD, REFUSED = "sent", "withheld", "refused"
ENDINGS = (SENT, WITHHELD, REFUSED)
"""It went off; nothing may be told any more; the receiver's server will never take it."""
LONGEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Mail:
    """A mail as it is sent: to whom, its words, and an invitation (iCalendar) with its method."""

    to: tuple[str, ...]
    subject: str
    text: str
    calendar: str = ""
    method: str = ""


def wait(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, half an hour at most."""
    return min(timedelta(minutes=2 ** min(tries, 10)), LONGEST)
