"""How much of a draft is kept, and for how long. No database."""

from datetime import date, timedelta

FIRST = 1
"""The number of a draft's first saving."""
LONGEST = 100_000
"""How many characters a draft may hold."""
KEPT = timedelta(days=180)
"""A draft that nobody has touched for so long is removed."""


def kept_since(on: date) -> date:
    """The day since which a draft must have been saved to be kept on `on`."""
    return on - KEPT


def is_stale(stored: int, known: int) -> bool:
    """Whether what is saved was written upon an older saving than the one that is stored (0 where there is none)."""
    return known != stored
