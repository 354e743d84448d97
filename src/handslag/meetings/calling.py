"""Who is called to a meeting, and taken off it again. Each action is one transaction and is journalled."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.locking import not_yours
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.meetings import letters, rules
from handslag.meetings.actions import acting_post, begun, may_keep
from handslag.meetings.models import Meeting, Participant
from handslag.parties.models import Post, Unit
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Guest:
    """Somebody outside the product who is called, and when the person agreed to that this one is told."""

    role: str
    name: str
    email: str = ""
    agreed_on: date | None = None


def called(meeting: Meeting) -> QuerySet[Participant]:
    return meeting.participants.filter(taken_off_at__isnull=True).order_by("id")


def _take_off(meeting: Meeting, guest: Participant) -> None:
    guest.taken_off_at = clock.now()
    guest.save(update_fields=["taken_off_at"])
    letters.owe(meeting, guest)


@action(may_keep)
def invite(actor: Viewer, meeting_id: int, unit: Unit, post: Post | None = None) -> Participant:
    """Calls a unit, or somebody there by name. What they may see of the meeting follows their basis."""
    meeting, case = begun(meeting_id)
    if not unit.is_active or (post and (post.unit_id != unit.pk or not post.is_active)):
        raise Refused(_("Nobody works at that unit. Choose another unit."), "receiver")
    if called(meeting).filter(unit=unit, post=post).exists():
        raise Refused(_("They are called already."), "receiver")
    guest = Participant.objects.create(
        meeting=meeting, role="caseworker", unit=unit, post=post, by=acting_post(actor, case)
    )
    letters.owe(meeting, guest)
    cases.journal(actor, "meeting_called", case, meeting=meeting.pk, to_unit=unit.name)
    return guest


@action(may_keep)
def invite_guest(actor: Viewer, meeting_id: int, guest: Guest) -> Participant:
    """Calls somebody outside the product: a doctor, an employer, a relative.

    Nothing is sent to them before the person has agreed to it. Raises Refused for no name or role, or an agreement that
    lies ahead; for the person's own address the role is `person` and there is no name.
    """
    meeting, case = begun(meeting_id)
    codes.require("meeting_role", guest.role, "role")
    is_person = guest.role == rules.PERSON
    if is_person and case.person.is_protected:
        raise Refused(_("The person has protected identity, so no address of the person is kept here."), "email")
    if not is_person and not guest.name.strip():
        raise Refused(_("Write the name."), "name")
    if guest.agreed_on:
        require_day(guest.agreed_on, rules.AGREED, "agreed_on", leads=False)
    if is_person:
        for before in called(meeting).filter(role=rules.PERSON):
            _take_off(meeting, before)
    made = Participant.objects.create(
        meeting=meeting,
        role=guest.role,
        name="" if is_person else guest.name.strip(),
        email=guest.email.strip(),
        agreed_on=guest.agreed_on,
        by=acting_post(actor, case),
    )
    letters.owe(meeting, made)
    cases.journal(actor, "guest_called", case, meeting=meeting.pk, role=guest.role)
    return made


def _may_call(actor: Viewer, participant_id: int) -> None:
    """Who answers for the meeting of a participant."""
    found = Participant.objects.filter(pk=participant_id).values_list("meeting_id", flat=True).first()
    if found is None:
        raise not_yours()
    may_keep(actor, found)


@action(_may_call)
def uninvite(actor: Viewer, participant_id: int) -> None:
    """Takes somebody off a meeting; not the person whom it is about."""
    guest = Participant.objects.get(pk=participant_id)
    if guest.role == rules.PERSON:
        raise Refused(_("The meeting is about the person, who stays called to it."))
    if guest.taken_off_at:
        raise Overtaken(_("They are no longer called to the meeting."))
    meeting, case = begun(guest.meeting_id)
    _take_off(meeting, guest)
    cases.journal(actor, "call_taken_back", case, meeting=guest.meeting_id, role=guest.role)
