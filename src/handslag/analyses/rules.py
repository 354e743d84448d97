"""What holds of a report that an analyst asks for. No database."""

from datetime import datetime, timedelta

ANALYST = "analyst"
OWN, FOLDER = "own", "folder"
"""Where the microdata come from: the facts of this installation, or a folder that the operator has set."""
SOURCES = (OWN, FOLDER)
RELEASED, UNSAFE, UNSOUND, NOTHING, FAILED, CALLED_OFF = (
    *("released", "unsafe", "unsound", "nothing"),
    *("failed", "called_off"),
)
ENDINGS = (RELEASED, UNSAFE, UNSOUND, NOTHING, FAILED, CALLED_OFF)
WAITING, RUNNING, LOST = "waiting", "running", "lost"
"""The states of one that has not ended."""
LOST_AFTER = timedelta(seconds=60)
"""Whoever makes a report says so more often than this, as long as it lives."""
FIRST_YEAR = 2000
YEARS_BEFORE = 3
"""So many years before a report's own are taken from this installation's facts: the year before is counted too, and
definitions look back by a year and a month."""
PUBLISHERS = {
    "FK": "http://dataportal.se/organisation/SE2021005521",
    "AF": "http://dataportal.se/organisation/SE2021002114",
}
"""How data portals name the authorities (organisation numbers 202100-5521 and 202100-2114)."""


def state(ending: str, begun_at: datetime | None, seen_at: datetime | None, now: datetime) -> str:
    """The state of a release: how it ended, or whether it waits, is being made, or was broken off unseen."""
    if ending:
        return ending
    if begun_at is None or seen_at is None:
        return WAITING
    return LOST if now - seen_at > LOST_AFTER else RUNNING


def versions_of(text: str) -> dict[str, int]:
    """Older versions of definitions, as `written` wrote them."""
    pairs = (one.partition("=") for one in text.split(";") if one)
    return {name: int(version) for name, _sign, version in pairs}


def written(versions: dict[str, int]) -> str:
    """Versions of definitions, as they are kept."""
    return ";".join(f"{name}={version}" for name, version in sorted(versions.items()))
