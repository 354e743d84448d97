"""Those who are called to a meeting, as they are read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.cases.visibility import CaseVisibility
from handslag.meetings import rules
from handslag.meetings.letters import CALL
from handslag.meetings.models import Participant
from handslag.outbox.models import Letter
from handslag.outbox.queries import latest
from handslag.outbox.rules import REFUSED, SENT, WITHHELD
from handslag.parties.pages.fields import named_unit
from handslag.reference import codes
from handslag.ui.dates import iso, minute


@dataclass(frozen=True, slots=True)
class GuestLine:
    """Somebody who is called, as one viewer may see them."""

    id: str
    who: str
    role: str
    email: str
    agreed: str
    came: bool | None
    is_person: bool
    is_outside: bool
    mail: str


def _is_whole_unit(guest: Participant) -> bool:
    return guest.unit_id is not None and guest.post_id is None


def _who(guest: Participant, visible: CaseVisibility) -> str:
    if guest.unit:
        return f"{guest.post.user}, {guest.unit}" if guest.post else named_unit(guest.unit)
    if guest.role == rules.PERSON:
        return _("The person")
    name = visible.value("name", guest)
    return _("not disclosed") if name is None else name or codes.label("meeting_role", guest.role)


def _mail_label(letter: Letter | None) -> str:
    if letter is None:
        return ""
    if not letter.ending:
        return _("mail waits, and was tried") if letter.trouble else _("mail waits")
    return {
        SENT: _("mail sent {at}").format(at=minute(letter.ended_at)),
        WITHHELD: _("no mail was sent"),
        REFUSED: _("mail was refused: check the address"),
    }[letter.ending]


def guest_lines(guests: Iterable[Participant], visible: CaseVisibility) -> list[GuestLine]:
    """Those who are called. Units and colleagues are seen by whoever reaches the case; others by basis."""
    guests = list(guests)
    letters = latest(CALL, [guest.public_id for guest in guests])
    return [
        GuestLine(
            id=str(guest.public_id),
            who=_who(guest, visible),
            role=codes.label("meeting_role", guest.role)
            if not _is_whole_unit(guest) and visible.sees("role", guest)
            else "",
            email=visible.value("email", guest) or "",
            agreed=iso(visible.value("agreed_on", guest)),
            came=visible.value("came", guest),
            is_person=guest.role == rules.PERSON,
            is_outside=guest.unit_id is None and guest.role != rules.PERSON,
            mail=_mail_label(letters.get(guest.public_id)) if visible.sees("email", guest) else "",
        )
        for guest in guests
    ]
