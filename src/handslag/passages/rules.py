"""The clock of a passage: when a transition meeting is due, and how far it has come. No database."""

from datetime import date, timedelta

from handslag.foundation.spans import Span

BENEFITS = ("sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation")
"""Livelihoods from which one passes out of sickness insurance (SFB 2010:110 ch. 27-28, 31, 33)."""
WITHIN = 90
"""Days before the end of a benefit at which a transition meeting should have been held (FK's own target)."""

ENDS, COMING, REFUSED = "ends", "coming_decision", "refused"
ACCEPTED, DECLINED = "accepted", "declined"

TO_OFFER, OFFERED, TO_BOOK, BOOKED, HELD, REFUSED_BY_PERSON, NEEDS_NONE = (
    *("to_offer", "offered", "to_book", "booked", "held", "declined", "needs_none"),
)
STAGES = (TO_OFFER, OFFERED, TO_BOOK, BOOKED, HELD, REFUSED_BY_PERSON, NEEDS_NONE)

ENDS_ON = Span(before=365, after=5 * 365, far=5 * 365)
COMMUNICATED = Span(before=365, after=0, far=0)
REPLY = Span(before=365, after=365, far=365)
OFFERED_ON = Span(before=365, after=0, far=0)
"""Which days may be chosen."""


def stage(*, has_job: bool | None, answer: str | None, is_booked: bool, is_held: bool) -> str:
    """How far a passage has come, from the facts. `answer` is the person's to the latest offer: None where nothing was
    offered, empty where the person has not answered."""
    if is_held:
        return HELD
    if is_booked:
        return BOOKED
    if has_job:
        return NEEDS_NONE
    if answer is None:
        return TO_OFFER
    return {"": OFFERED, ACCEPTED: TO_BOOK, DECLINED: REFUSED_BY_PERSON}[answer]


def runs(ends_on: date | None, livelihood: str, today: date) -> bool:
    """Whether the clock runs for a livelihood: a benefit of sickness insurance ends within 90 days, or today."""
    return ends_on is not None and livelihood in BENEFITS and today <= ends_on < today + timedelta(days=WITHIN)


def days_before(ends_on: date, held_on: date) -> int:
    """How many days before the end a meeting was held; below zero for one after it."""
    return (ends_on - held_on).days


def problem_of_reply(communicated_on: date | None, reply_by: date | None) -> bool:
    """Whether the last day to reply is wrong: without a day of kommunicering, or before it (SFB 110:13 a)."""
    return reply_by is not None and (communicated_on is None or reply_by < communicated_on)
