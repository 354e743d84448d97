"""What was said and done about a referral, in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.referrals.models import Message
from handslag.ui.dates import minute


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A step, as it is read."""

    at: str
    who: str
    unit: str
    what: str
    text: str


def _said() -> dict[str, str]:
    return {
        "refer": _("referred the person to the measure"),
        "ask": _("asked"),
        "answer": _("answered"),
        "accept": _("said yes, and gave a first day"),
        "wait": _("put the person on the waiting list"),
        "move": _("changed the place in line"),
        "invite": _("offered a place"),
        "take_place": _("took the place for the person"),
        "pass_place": _("passed the place; the person waits on"),
        "leave": _("noted that the person has left"),
        "decline": _("declined"),
        "withdraw": _("took the referral back"),
        "settle": _("took the no in hand"),
    }


def dialogue(messages: Iterable[Message], text_of: Callable[[Message], str]) -> list[SaidLine]:
    """A referral's steps, in order of time, with the words that the viewer may read."""
    said = _said()
    return [SaidLine(minute(m.at), str(m.by.user), str(m.by.unit or ""), said[m.verb], text_of(m)) for m in messages]
