"""A meeting's states, and what kinds of meeting must settle. No database."""

from datetime import datetime

from handslag.foundation.spans import Span

BOOKED, HELD, NOT_HELD = "booked", "held", "not_held"
FIRST_CONTACT, SIP, TRANSITION = "joint_contact", "sip", "transition_meeting"
WITH_PERSON = (FIRST_CONTACT, TRANSITION)
"""Kinds of meeting that are none without the person."""
PERSON = "person"
"""The role of the person whom the case is about."""

SHORTEST, LONGEST = 5, 24 * 60
"""How many minutes a meeting lasts."""
MEETING = Span(before=0, after=2 * 365, far=365)
DECIDED = Span(before=0, after=2 * 365, far=180)
AGREED = Span(before=5 * 365, after=0, far=0)
HAS_BEEN = Span(before=50 * 365, after=0, far=0)
SETTLED = Span(before=365, after=2 * 365, far=2 * 365)
"""Which days may be chosen."""

ITEMS = {
    SIP: ("sip_measures", "sip_by_whom", "sip_others", "sip_responsible"),
    TRANSITION: ("registered_at_af", "sgi_protected", "livelihood_next", "who_holds"),
}
"""What a kind of meeting must settle, item by item (SIP: HSL 2017:30 ch. 16 § 4)."""
DATED = frozenset({"registered_at_af"})
"""Items that are settled by a day too."""


def state(ended_at: datetime | None, reason: str) -> str:
    """A meeting's state, from the facts: it is over when somebody has noted so, and was not held for a reason."""
    if ended_at is None:
        return BOOKED
    return NOT_HELD if reason else HELD


NOTHING, THAT, WHEN = "nothing", "that", "when"
"""What a mail may tell: nothing at all, only that something waits, or also when and where."""


def told(*, is_person: bool, inside: bool | None, agreed: bool, is_protected: bool) -> str:
    """What a mail to somebody who is called may tell.

    `inside` says of a unit or somebody there whether a basis covers the meeting, and is None for others; `agreed` that
    the person agreed to it. Where a person with protected identity will be is told in no mail.
    """
    if is_protected:
        return NOTHING if inside is None else THAT
    if inside is not None:
        return WHEN if inside else THAT
    if agreed:
        return WHEN
    return THAT if is_person else NOTHING
