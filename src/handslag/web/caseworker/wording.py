"""The journal and the handover's dialogue in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from handslag.handovers.models import Message
from handslag.journal.models import Entry
from handslag.reference import codes
from handslag.web.rows import minute


def _verbs() -> dict[str, str]:
    return {
        "opened": _("opened the case"),
        "next_step_set": _("set the next step: {step} ({on})"),
        "next_step_moved": _("moved the next step to {to}"),
        "livelihood_changed": _("noted the livelihood: {kind}"),
        "suspended": _("paused the case until {until}"),
        "resumed": _("ended the pause"),
        "closed": _("closed the case: {outcome}"),
        "reassigned": _("moved the case from {sender} to {to}"),
        "handover_offered": _("offered a handover to {to_unit}"),
        "handover_asked": _("asked a question about the handover"),
        "handover_question_answered": _("answered the question"),
        "handover_accepted": _("accepted the handover; {holder} is responsible now"),
        "handover_declined": _("declined the handover: {reason}"),
        "handover_withdrawn": _("withdrew the handover"),
        "first_contact_rebooked": _("moved the first contact"),
        "first_contact_recorded": _("noted the first contact: {result}"),
    }


LISTED = {"kind": "livelihood", "outcome": "outcome", "reason": "decline_reason", "result": "contact_result"}


def _sentence(entry: Entry, verbs: dict[str, str]) -> str:
    details = {
        name: codes.label(LISTED[name], value) if name in LISTED and value else value
        for name, value in entry.details.items()
    }
    try:
        return verbs.get(entry.verb, entry.verb).format(**details)
    except KeyError:
        return entry.verb


def journal_lines(entries: Iterable[Entry]) -> list[dict]:
    """Journal entries as sentences."""
    verbs = _verbs()
    return [
        {"at": minute(e.at), "who": e.actor, "acting_for": e.acting_for, "what": _sentence(e, verbs)} for e in entries
    ]


def _said() -> dict[str, str]:
    return {
        "offer": _("offered the handover"),
        "ask": _("asked"),
        "answer": _("answered"),
        "accept": _("accepted and booked the first contact"),
        "decline": _("declined"),
        "withdraw": _("withdrew the offer"),
        "rebook": _("moved the first contact"),
        "record_contact": _("noted the first contact"),
    }


def dialogue(messages: Iterable[Message]) -> list[dict]:
    """A handover's dialogue, in order of time."""
    said = _said()
    return [
        {"at": minute(m.at), "who": str(m.by.user), "unit": str(m.by.unit), "what": said[m.verb], "text": m.text}
        for m in messages
    ]
