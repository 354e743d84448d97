"""When a plan is to be reviewed, what is missing in it, and which of its steps is due. No database."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol, TypeVar

from handslag.foundation.spans import Span

REVIEW_MONTHS = 6
"""A plan is reviewed at least this often (2000:628 § 6)."""
STEP = Span(before=0, after=2 * 365, far=365)
BEGINS = Span(before=365, after=2 * 365, far=365)
"""Which days may be chosen."""

PREPARATORY, DIRECTED = "work_preparatory", "work_directed"

SFB = ("sfb_measures", "sfb_responsible", "sfb_timetable", "sfb_other")
AF = ("af_support", "af_activities", "af_duties", "af_direction")
"""What a rehabilitation plan states (SFB 2010:110 30:13), and what an action plan does (2000:628 § 5 a)."""
ITEMS = (*SFB, *AF)
WRITTEN = {"sfb_other": "other", "af_support": "support", "af_duties": "duties", "af_direction": "direction"}
"""Items that are written in words; the others are told by the plan's steps."""


class Planned(Protocol):
    """A step of a plan: what it is, by when, and the measure that it asks for, if any."""

    @property
    def measure(self) -> str: ...
    @property
    def due_on(self) -> date: ...


S = TypeVar("S", bound=Planned)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def months_before(day: date, months: int) -> date:
    """The last day for which `months_after` has come by `day`: on 28 February, six months ago is 31 August."""
    before, is_last = months_after(day, -months), (day + timedelta(days=1)).day == 1
    return months_after(before.replace(day=1), 1) - timedelta(days=1) if is_last else before


def review_due(reviewed_on: date) -> date:
    """The last day for the next review."""
    return months_after(reviewed_on, REVIEW_MONTHS)


def reviewed_since(on: date) -> date:
    """The first day on which a plan can have been reviewed so that its next review is not overdue on `on`."""
    return months_before(on - timedelta(days=1), REVIEW_MONTHS) + timedelta(days=1)


def missing(words: Iterable[str], steps: Iterable[Planned]) -> tuple[str, ...]:
    """The items that a plan lacks: `words` names those of its texts that are filled in."""
    filled, steps = set(words), list(steps)
    told = {item for item, text in WRITTEN.items() if text in filled}
    if steps:
        told |= {"sfb_responsible", "sfb_timetable", "af_activities"}
    if any(step.measure for step in steps):
        told.add("sfb_measures")
    return tuple(item for item in ITEMS if item not in told)


def due(steps: Iterable[S], next_step_on: date, on: date) -> S | None:
    """The step that becomes the next step on a day: the first that is due by then, where nothing else is."""
    found = sorted((step for step in steps if step.due_on <= on), key=lambda step: step.due_on)
    return found[0] if found and next_step_on > on else None
