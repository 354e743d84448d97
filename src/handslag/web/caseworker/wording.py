"""The journal and the handover's dialogue in words."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from handslag.cases.sight import Sight
from handslag.disclosure.rules import PLAN
from handslag.handovers.models import Message
from handslag.journal.models import Entry
from handslag.journal.queries import details
from handslag.reference import codes
from handslag.web.rows import minute


def _verbs() -> dict[str, str]:
    return {
        "opened": _("opened the case"),
        "next_step_set": _("set the next step, for {on}"),
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
        "consent_given": _("recorded the person's consent"),
        "consent_withdrawn": _("noted that the person withdrew consent"),
        "told_by_law": _("told another party by law: {statute}"),
        "parted": _("parted the case from the one that it was joined to"),
        "rectified": _("rectified what was recorded"),
        "protected": _("hid the person: protected identity"),
        "exported": _("wrote the register extract for the person"),
        "content_removed": _("removed the content: its time was over"),
    }


LISTED = {
    "statute": "statutory_basis",
    "kind": "livelihood",
    "outcome": "outcome",
    "reason": "decline_reason",
    "result": "contact_result",
}


def _sentence(entry: Entry, verbs: dict[str, str]) -> str:
    named = {
        name: codes.label(LISTED[name], value) if name in LISTED and value else value
        for name, value in details(entry).items()
    }
    try:
        return verbs.get(entry.verb, entry.verb).format(**named)
    except KeyError:
        return entry.verb


def basis_words(bases: str) -> str:
    """The bases of a look in words, such as “own record, consent”."""
    names = {"own": _("own record"), "consent": _("the person's consent"), "minimal": _("who holds only")}
    found = []
    for basis in bases.split():
        kind, _colon, code = basis.partition(":")
        found.append(names[kind] if kind in names else codes.label("statutory_basis", code))
    return ", ".join(dict.fromkeys(found))


def moment(at: str) -> str:
    """An instant of the journal as day and time of day in Sweden."""
    return minute(datetime.fromisoformat(at))


def journal_lines(entries: Iterable[Entry]) -> list[dict]:
    """Journal entries as sentences."""
    verbs = _verbs()
    return [
        {"at": moment(e.at), "who": e.actor, "acting_for": e.acting_for, "what": _sentence(e, verbs)} for e in entries
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


def dialogue(messages: Iterable[Message], sight: Sight) -> list[dict]:
    """A handover's dialogue, in order of time; words that no basis shows to the viewer any more are left out."""
    said = _said()
    return [
        {
            "at": minute(m.at),
            "who": str(m.by.user),
            "unit": str(m.by.unit),
            "what": said[m.verb],
            "text": m.text if sight.shows(PLAN, m.by.party_id) else "",
        }
        for m in messages
    ]
