"""What taking part in a measure is made of: its states, and what is derived from what was noted. No database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from handslag.foundation.spans import Span
from handslag.plans.rules import months_after

UNDER_WAY, INTERRUPTED, OVER, MIS_REGISTERED = "under_way", "interrupted", "ended", "mis_registered"
"""States; the last is also the reason for ending by which a participation leaves all statistics."""
STARTED = Span(before=3 * 365, after=0, far=0)
"""On which days somebody may have started, ended, been away or come."""
SEXES = ("woman", "man")
FOLLOW_UPS = (6, 12, 24)
"""Months after the end, at which is asked how it went."""
LONGEST_SUPPORT = 720
"""Months in public support that anybody can have behind."""

LEVELS = ("other", "actively_seeking", "studies", "work_subsidised", "work_unsubsidised")
"""Occupations from the farthest from work to the nearest (steps forward, stegförflyttning)."""
SICKNESS_INSURANCE = ("sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation")
AT_WORK = ("work_unsubsidised", "work_subsidised", "studies", "actively_seeking")
WITHOUT_NEXT = (MIS_REGISTERED, "deceased")
"""Reasons for ending after which nothing comes next."""


def state(ended_on: date | None, end_reason: str, *, is_away: bool) -> str:
    """A participation's state, from what was noted."""
    if end_reason == MIS_REGISTERED:
        return MIS_REGISTERED
    if ended_on:
        return OVER
    return INTERRUPTED if is_away else UNDER_WAY


def steps_forward(before: str, after: str) -> int | None:
    """How many levels nearer to work somebody came; negative for farther, None where either is not known."""
    if before not in LEVELS or after not in LEVELS:
        return None
    return LEVELS.index(after) - LEVELS.index(before)


def regained(livelihood_before: str, livelihood_after: str, occupation_after: str) -> bool | None:
    """Whether somebody regained work capacity and left sickness insurance: lived on it before, on something else after,
    and works, studies or seeks work. None where it is not known, or where nothing was to regain."""
    if livelihood_before not in SICKNESS_INSURANCE or not livelihood_after or not occupation_after:
        return None
    return livelihood_after not in SICKNESS_INSURANCE and occupation_after in AT_WORK


@dataclass(frozen=True)
class Due:
    """That somebody is asked how it went, so many months after the end."""

    months: int
    on: date


def follow_ups_due(ended_on: date, made: Collection[int], on: date) -> list[Due]:
    """The follow-ups that are due on a day and that nobody has made. One that was not made before the next was due is
    not asked for any more."""
    days = [Due(months, months_after(ended_on, months)) for months in FOLLOW_UPS]
    past = [due for due in days if due.on <= on]
    return [due for due in past[-1:] if due.months not in made]
