"""The clocks of both passages: when a transition meeting is due, when an ill participant leaves a programme, and how
far each has come. No database."""

from datetime import date, timedelta

from handslag.foundation.spans import Span

BENEFITS = ("sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation")
"""Livelihoods from which one passes out of sickness insurance (SFB 2010:110 ch. 27-28, 31, 33)."""
WITHIN = 90
"""Days before the end of a benefit at which a transition meeting should have been held (FK's own target)."""
SILENT_WITHIN = 60
"""Days before the end from which it climbs that no transition meeting is offered, answered or booked."""

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


def silent_since(ends_on: date, *moved: date | None) -> date:
    """Since when a passage without a transition meeting is silent: from 60 days before the end, and from when something
    was last done about it (`moved`)."""
    return max([ends_on - timedelta(days=SILENT_WITHIN), *(day for day in moved if day)])


WHOLLY, WELL = 100, 0
DEGREES = (25, 50, 75, WHOLLY)
SUPPORT = "activity_support"
"""The livelihood of who takes part in a programme (2017:819 ch. 2)."""
CERTIFICATE_FROM = 8
"""The day of illness from which AF must have a certificate (2017:819 ch. 4 s. 2)."""
SEEN_FROM = 15
"""The day of illness from which a passage out of the programme is prepared."""
LONGEST = 30
"""After so many days in a row of being wholly ill the participant leaves (2007:414 s. 13 a; 2007:813 s. 10 a)."""
BACK_WITHIN = 1
"""Years within which the way back is open (2007:414 s. 14 a; 2007:813 s. 11)."""
BACK_SEEN, BACK_WARNED = 335, 30
"""Days out of the programme from which the end of the way back is told, and days before that end: a month."""

RETURNED, STAYS_OUT = "returned", "stays_out"
WATCHED, TO_EXAMINE, ADAPTED, TO_HAND_OVER, HANDED, TO_LEAVE, OUT, BACK_ENDS, BACK_ENDED = (
    *("watched", "to_examine", "adapted", "to_hand_over", "handed", "to_leave", "out", "back_ends", "back_ended"),
)
ILL = Span(before=365, after=0, far=0)
BACK = Span(before=365, after=0, far=0)


def day_of_illness(since: date, on: date) -> int:
    """Which day of an illness a day is; the first is 1."""
    return (on - since).days + 1


def day_number(since: date, number: int) -> date:
    """On which date that day of an illness falls."""
    return since + timedelta(days=number - 1)


def leaves_from(since: date) -> date:
    """The first day on which who is wholly ill since then must leave: more than 30 days in a row have passed."""
    return day_number(since, LONGEST + 1)


def ill_before(left_on: date) -> date:
    """A day on which who left for illness was ill already: the last one that lies more than 30 days before."""
    return left_on - timedelta(days=LONGEST)


def last_day_back(left_on: date) -> date:
    """The last day on which who left may come back: a break of a year, and no longer."""
    try:
        return left_on.replace(year=left_on.year + BACK_WITHIN)
    except ValueError:
        return left_on.replace(year=left_on.year + BACK_WITHIN, day=28)


def ill_stage(day: int, *, can_adapt: bool | None, is_offered: bool) -> str:
    """How far the passage of a wholly ill participant has come, on a day of the illness.

    `can_adapt` is what the examination found: None where nothing was examined. `is_offered` says whether FK holds, or
    is offered, the person.
    """
    if day < SEEN_FROM:
        return WATCHED
    if can_adapt is None:
        return TO_EXAMINE
    if day > LONGEST:
        return TO_LEAVE
    if can_adapt:
        return ADAPTED
    return HANDED if is_offered else TO_HAND_OVER


def out_stage(left_on: date, today: date, *, is_offered: bool) -> str:
    """How it stands with who left a programme and is not back."""
    if not is_offered:
        return TO_HAND_OVER
    if today > last_day_back(left_on):
        return BACK_ENDED
    return BACK_ENDS if (today - left_on).days >= BACK_SEEN else OUT
