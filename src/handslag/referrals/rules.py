"""The referral as data: its states, who may take which step, and the order of a waiting list. No database."""

from collections.abc import Sequence
from dataclasses import dataclass

from handslag.foundation.spans import Span

OFFERED, ASKED, WAITING, INVITED, ACCEPTED, ENDED, DECLINED, WITHDRAWN = (
    "offered",
    "asked",
    "waiting",
    "invited",
    "accepted",
    "ended",
    "declined",
    "withdrawn",
)
START = ""
PENDING = (OFFERED, ASKED)
"""States in which the measure has not said yes or no."""
IN_LINE = (WAITING, INVITED)
"""States on the waiting list; who is invited has been offered a place."""
OPEN = (*PENDING, *IN_LINE)
"""States in which somebody owes an answer, or waits."""
ANSWERED = (ACCEPTED, ENDED, DECLINED, WITHDRAWN)
FINAL = (ENDED, DECLINED, WITHDRAWN)
PLACED = (INVITED, ACCEPTED)
"""States in which somebody takes a place of the measure: who is invited, until somebody answers."""

ALONG = (INVITED, WAITING, ACCEPTED)
"""States in which the measure has said yes, in the order in which its staff meet them."""

REFERRER, MEASURE = "referrer", "measure"
STARTS = Span(before=0, after=2 * 365, far=365)
"""On which days somebody may start, or be expected to."""
ANSWER_BY = Span(before=0, after=60, far=60)
"""By which day an offered place is answered for."""
ANSWER_DAYS = 5
"""Working days that are proposed for it."""
GAP = 2**40
"""How far apart two turns lie that follow each other as people come. Between any two, 40 moves find room."""


@dataclass(frozen=True)
class Transition:
    """A step that one side may take: from any of `sources` to `target`."""

    verb: str
    sources: tuple[str, ...]
    target: str
    side: str


TRANSITIONS = (
    Transition("refer", (START,), OFFERED, REFERRER),
    Transition("accept", PENDING, ACCEPTED, MEASURE),
    Transition("wait", PENDING, WAITING, MEASURE),
    Transition("ask", (OFFERED,), ASKED, MEASURE),
    Transition("answer", (ASKED,), OFFERED, REFERRER),
    Transition("invite", (WAITING,), INVITED, MEASURE),
    Transition("take_place", (INVITED,), ACCEPTED, REFERRER),
    Transition("pass_place", (INVITED,), WAITING, REFERRER),
    Transition("move", (WAITING,), WAITING, MEASURE),
    Transition("decline", (*OPEN, ACCEPTED), DECLINED, MEASURE),
    Transition("withdraw", OPEN, WITHDRAWN, REFERRER),
    Transition("leave", (ACCEPTED,), ENDED, MEASURE),
    Transition("settle", (DECLINED,), DECLINED, REFERRER),
)
BY_VERB = {t.verb: t for t in TRANSITIONS}


def verbs_open_to(state: str, side: str) -> list[str]:
    """The steps that one side may take in a state."""
    return [t.verb for t in TRANSITIONS if state in t.sources and t.side == side]


def awaited(state: str) -> str | None:
    """Whose turn it is: the measure's to answer a referral, the referrer's to answer a question or for a place."""
    return {OFFERED: MEASURE, ASKED: REFERRER, INVITED: REFERRER}.get(state)


def turn_at_end(turns: Sequence[int]) -> int:
    """The turn of who comes last: after every turn that was ever given."""
    return max(turns, default=0) + GAP


def turn_before(after: int, turns: Sequence[int]) -> int | None:
    """A turn just before another one, of all that are given; None where there is no room left."""
    before = max((turn for turn in turns if turn < after), default=after - 2 * GAP)
    between = (before + after) // 2
    return between if before < between else None
