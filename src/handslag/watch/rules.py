"""The ladder: who is called when nothing happens. No database.

Rungs: 0 who owes the answer, 1 that unit's team lead, 2 the party's cooperation officer, 3 both parties' cooperation
officers together. A rung where nobody is active and present is skipped, and the gap is an alarm of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from handslag.foundation.days import latest_start
from handslag.foundation.waiting import Wait

OWER, LEAD, OFFICER, JOINT = range(4)


@dataclass(frozen=True)
class Ladder:
    """After how many working days each rung is reached."""

    lead: int = 3
    officer: int = 7
    joint: int = 14

    def deadlines(self, on: date) -> tuple[date, date, date]:
        """For each rung above the first: what has waited since this day or longer has reached it on `on`."""
        return latest_start(on, self.lead), latest_start(on, self.officer), latest_start(on, self.joint)


@dataclass(frozen=True)
class Call:
    """That a rung is called, or (`is_gap`) that it is empty and who above it must know."""

    wait: Wait
    rung: int
    is_gap: bool
    posts: frozenset[int]

    @property
    def key(self) -> tuple[str, UUID, date, int, bool]:
        """What makes a call the same call from one day to the next."""
        return (self.wait.kind, self.wait.about, self.wait.since, self.rung, self.is_gap)


def rung_reached(since: date, deadlines: Iterable[date]) -> int:
    """The highest rung reached by what has waited since `since`."""
    return sum(since <= deadline for deadline in deadlines)


def top_rung(wait: Wait) -> int:
    """The last rung: both parties together where there are two, else the one party's officer."""
    return JOINT if wait.party_id != wait.other_party_id else OFFICER


def calls(wait: Wait, reached: int, people: Callable[[Wait, int], frozenset[int]]) -> list[Call]:
    """Whom to call for `wait` at the rung it has reached; `people` gives the present posts of a rung."""
    found, rung, top = [], OWER, top_rung(wait)
    reached = min(max(reached, wait.least_rung), top)
    while rung <= reached:
        present = people(wait, rung)
        if not present:
            reached = min(max(reached, rung + 1), top)
            found.append(Call(wait, rung, True, _first_above(wait, rung, top, people)))
        elif rung > OWER:
            found.append(Call(wait, rung, False, present))
        rung += 1
    return found


def _first_above(wait: Wait, rung: int, top: int, people: Callable[[Wait, int], frozenset[int]]) -> frozenset[int]:
    for higher in range(rung + 1, top + 1):
        if present := people(wait, higher):
            return present
    return frozenset()
