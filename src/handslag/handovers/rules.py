"""The handover as data: its states, who may take which step, and what each step must carry. No database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handslag.foundation.spans import Span

OFFERED, ASKED, CONDITIONAL, ACCEPTED, DECLINED, WITHDRAWN, RETURNED, COMPLETED = (
    "offered",
    "asked",
    "conditional",
    "accepted",
    "declined",
    "withdrawn",
    "returned",
    "completed",
)
START = ""
PENDING = (OFFERED, ASKED, CONDITIONAL)
"""States in which the sender holds: somebody owes an answer, or sender, receiver and person are to meet first."""
OPEN = (*PENDING, ACCEPTED)
"""States in which something must still happen."""
BOOKED = (CONDITIONAL, ACCEPTED)
"""States in which a first contact is ahead."""
TAKEN = (ACCEPTED, RETURNED, COMPLETED)
"""States by which responsibility has moved."""

ANSWER_DAYS = 3
"""Working days in which a sender decides the way forward after a decline."""
HELD = "held"
"""The one result by which the first contact took place."""
NEEDED_BY = Span(before=0, after=2 * 365, far=365)
CONTACT = Span(before=0, after=365, far=90)

SENDER, RECEIVER, PRODUCT = "sender", "receiver", "product"

BACK_WITHIN_YEARS = 2
"""Within how long somebody who comes back is offered to who held last."""


@dataclass(frozen=True)
class Transition:
    """A step that one side (or the product itself) may take: from any of `sources` to `target`."""

    verb: str
    sources: tuple[str, ...]
    target: str
    side: str


TRANSITIONS = (
    Transition("offer", (START,), OFFERED, SENDER),
    Transition("accept", PENDING, ACCEPTED, RECEIVER),
    Transition("accept_on_condition", PENDING, CONDITIONAL, RECEIVER),
    Transition("ask", (OFFERED,), ASKED, RECEIVER),
    Transition("answer", (ASKED,), OFFERED, SENDER),
    Transition("decline", PENDING, DECLINED, RECEIVER),
    Transition("meet", (CONDITIONAL,), COMPLETED, SENDER),
    Transition("withdraw", PENDING, WITHDRAWN, SENDER),
    Transition("give_back", (ACCEPTED,), RETURNED, PRODUCT),
    Transition("record_contact", (ACCEPTED,), COMPLETED, RECEIVER),
    Transition("rebook", (ACCEPTED,), ACCEPTED, RECEIVER),
    Transition("miss_contact", (ACCEPTED,), ACCEPTED, RECEIVER),
)
BY_VERB = {t.verb: t for t in TRANSITIONS}
FINAL = (DECLINED, WITHDRAWN, RETURNED, COMPLETED)


def problems(transitions: tuple[Transition, ...] = TRANSITIONS) -> list[str]:
    """What is wrong with a transition table: unreachable states, dead ends that are no end, ends that go on."""
    states = {t.target for t in transitions} | {s for t in transitions for s in t.sources}
    reached: set[str] = {START}
    before: set[str] = set()
    while reached != before:
        before = set(reached)
        reached |= {t.target for t in transitions if reached.intersection(t.sources)}
    leaving = {s for t in transitions for s in t.sources}
    found = [f"{state} cannot be reached" for state in sorted(states - reached)]
    found += [f"{state} is a dead end" for state in sorted(states - leaving - set(FINAL))]
    return found + [f"{state} is final but goes on" for state in FINAL if state in leaving]


def verbs_open_to(state: str, side: str) -> list[str]:
    """The steps that one side may take in a state."""
    return [t.verb for t in TRANSITIONS if state in t.sources and t.side == side]


def awaited(state: str) -> str | None:
    """Whose turn it is: the receiver's to answer an offer or make contact, the sender's to answer a question or to note
    the joint first contact."""
    return {OFFERED: RECEIVER, ASKED: SENDER, CONDITIONAL: SENDER, ACCEPTED: RECEIVER}.get(state)


def proposed_needed_by(livelihood_ends_on: date | None, today: date) -> date:
    """When the receiver must have taken over: the livelihood's end if it lies ahead (within what anyone may choose),
    else in 30 days."""
    if livelihood_ends_on and livelihood_ends_on > today:
        return min(livelihood_ends_on, NEEDED_BY.last(today, leads=False))
    return today + timedelta(days=30)


def proposed_contact(today: date, working_day: Callable[[date, int], date]) -> datetime:
    """The first contact that is proposed: ten o'clock on the fifth working day (naive, local)."""
    return datetime.combine(working_day(today, 5), time(10))


def is_return(closed_on: date, back_on: date) -> bool:
    """Whether somebody whose case closed comes back within 24 months (to the day)."""
    earliest = (back_on.year - BACK_WITHIN_YEARS, back_on.month, back_on.day)
    return earliest <= (closed_on.year, closed_on.month, closed_on.day) and closed_on <= back_on
