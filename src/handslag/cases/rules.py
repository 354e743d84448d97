"""What may be done with a case, and how its dates move. No database."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from handslag.foundation.spans import Span

STEP = Span(before=0, after=2 * 365, far=180)
FIRST_STEP = Span(before=50 * 365, after=STEP.after, far=STEP.far)
PAUSE = Span(before=0, after=2 * 365, far=180)
LIVELIHOOD_BEGINS = Span(before=50 * 365, after=365, far=365)
LIVELIHOOD_ENDS = Span(before=50 * 365, after=50 * 365, far=5 * 365)
OPENED = Span(before=50 * 365, after=0, far=0)
"""Which days may be chosen."""

WARN_DAYS = 90
"""A passage must be prepared at least this many days before a benefit ends (FK's own target)."""


WRONGLY = {"deceased": "death_wrong", "misregistered": "misregistration_wrong"}
"""Outcomes that are undone only where they were wrong, each by the one reason that says so."""


def undoes(reason: str, outcome: str) -> bool:
    """Whether a case that ended with `outcome` may be opened again for `reason`."""
    if outcome in WRONGLY or reason in WRONGLY.values():
        return WRONGLY.get(outcome) == reason
    return True


@dataclass(frozen=True)
class Spell:
    """Something that held from `since` to (not including) `until`; open when `until` is None."""

    since: Any
    """An instant or a day, as `until`."""
    until: Any
    what: Any


class Actor(Protocol):
    """Who wants to act: from which posts, and which units the actor leads."""

    @property
    def is_system(self) -> bool: ...
    @property
    def post_ids(self) -> Set[int]: ...
    @property
    def led_unit_ids(self) -> Set[int]: ...


class Held(Protocol):
    """Something that somebody holds."""

    @property
    def holder_id(self) -> int: ...


def may_act(viewer: Actor, holder_id: int, unit_id: int | None) -> bool:
    """Whether the viewer may change a case: its holder, who stands in for the holder, or the unit's lead."""
    return viewer.is_system or holder_id in viewer.post_ids or unit_id in viewer.led_unit_ids


def moved_by_suspension(due_on: date, suspended_on: date, until: date) -> date:
    """The next step's date after a suspension: as many days after its end as were left when it began."""
    return until + max(due_on - suspended_on, timedelta(0))


def moved_by_resumption(due_on: date, suspended_until: date, today: date) -> date:
    """The next step's date when a suspension ends early: the days that were left count from today."""
    return today + (due_on - suspended_until) if today < suspended_until else due_on


def holes(spells: list[Spell], begin: date, end: date) -> list[Spell]:
    """The parts of [begin, end) that no spell covers. The spells may overlap and need not be sorted."""
    found: list[tuple[date, date]] = []
    reached = begin
    for spell in sorted(spells, key=lambda s: s.since):
        if spell.since > reached:
            found.append((reached, min(spell.since, end)))
        reached = max(reached, spell.until or end)
        if reached >= end:
            break
    if reached < end:
        found.append((reached, end))
    return [Spell(since, until, None) for since, until in found if since < until]
