"""A handover's dialogue in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.cases.visibility import CaseVisibility
from handslag.handovers.models import Message
from handslag.ui.dates import minute


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A step of the dialogue, as it is read."""

    at: str
    who: str
    unit: str
    what: str
    text: str


def _said() -> dict[str, str]:
    return {
        "offer": _("offered the handover"),
        "ask": _("asked"),
        "answer": _("answered"),
        "accept": _("accepted and booked the first contact"),
        "accept_on_condition": _("accepted, if the person agrees, and booked a joint first contact"),
        "meet": _("noted the joint first contact: the person agrees"),
        "give_back": _("lost the consent before the first contact; the case goes back"),
        "decline": _("declined"),
        "withdraw": _("withdrew the offer"),
        "rebook": _("moved the first contact"),
        "miss_contact": _("did not reach the person; the contact is booked anew"),
        "record_contact": _("noted the first contact"),
    }


def dialogue(messages: Iterable[Message], visible: CaseVisibility) -> list[SaidLine]:
    """A handover's dialogue, in order of time; words that no basis shows to the viewer any more are left out."""
    said = _said()
    return [
        SaidLine(minute(m.at), str(m.by.user), str(m.by.unit), said[m.verb], visible.value("text", m) or "")
        for m in messages
    ]
