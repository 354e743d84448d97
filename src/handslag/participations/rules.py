"""What taking part in a measure is made of: its states, and what is derived from what was noted. No database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from handslag.foundation.spans import Span
from handslag.plans.rules import months_after, months_before

UNDER_WAY, INTERRUPTED, OVER, MIS_REGISTERED = "under_way", "interrupted", "ended", "mis_registered"
"""States; the last is also the reason for ending by which a participation leaves all statistics."""
STARTED = Span(before=3 * 365, after=0, far=0)
"""On which days somebody may have started, ended, been away or come."""
SEXES = ("woman", "man")
FOLLOW_UPS = (6, 12, 24)
"""Months after the end, at which is asked how it went."""
ASKED_UNTIL = 48
"""Months after the end, from which nothing is asked any more."""
LONGEST_SUPPORT = 720
"""Months in public support that anybody can have behind."""

LEVELS = ("other", "actively_seeking", "studies", "work_subsidised", "work_unsubsidised")
"""Occupations from the farthest from work to the nearest (steps forward, stegförflyttning)."""
SICKNESS_INSURANCE = ("sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation")
AT_WORK = ("work_unsubsidised", "work_subsidised", "studies", "actively_seeking")
WITHOUT_NEXT = (MIS_REGISTERED, "deceased")
"""Reasons for ending after which nothing comes next, and nobody is asked how it went."""


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
class Asking:
    """Of whom a follow-up is asked on a day: who ended after `after`, until `until`."""

    months: int
    after: date
    until: date


def asked_on(day: date) -> list[Asking]:
    """The follow-ups that are asked on a day, each from its time until the next one's."""
    bounds = [months_before(day, months) for months in (*FOLLOW_UPS, ASKED_UNTIL)]
    return [Asking(*found) for found in zip(FOLLOW_UPS, bounds[1:], bounds[:-1], strict=True)]


def follow_up_due(ended_on: date | None, end_reason: str, made: Collection[int], on: date) -> int | None:
    """How many months after the end somebody is asked on a day how it went; None where nothing is asked, or is noted
    already. What was not asked before the next was due is not asked for any more."""
    if ended_on is None or end_reason in WITHOUT_NEXT:
        return None
    due = (asking.months for asking in asked_on(on) if asking.after < ended_on <= asking.until)
    return next((months for months in due if months not in made), None)


def asked_since(ended_on: date, on: date) -> date:
    """The day from which the follow-up that is due on a day has been so."""
    return max(day for months in FOLLOW_UPS if (day := months_after(ended_on, months)) <= on)
