"""What mail about a meeting says: by default only that something waits, with a link.

It is written when it is sent, from what may be told at that moment. When the meeting is, an invitation tells only those
whose basis covers it: units and colleagues by the bases of their unit, the person and people from outside when the
person has agreed to it.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.disclosure.queries import covers
from handslag.disclosure.rules import MEETINGS
from handslag.foundation import clock
from handslag.meetings import rules
from handslag.meetings.calendar import CANCEL, REQUEST, address_of, invitation
from handslag.meetings.models import Meeting, Participant
from handslag.outbox.actions import queue
from handslag.outbox.rules import Mail
from handslag.parties.queries import lead_emails

CALL, REMINDER = "meeting", "meeting_reminder"
AHEAD = timedelta(days=1)
"""A reminder goes out so long before the meeting."""


def owe(meeting: Meeting, *guests: Participant) -> None:
    """Owes those who are called (all of them, where none are named) word of how the meeting now stands."""
    called = guests or list(meeting.participants.filter(taken_off_at__isnull=True).order_by("id"))
    for guest in called:
        if guest.unit_id or guest.email:
            queue(CALL, guest.public_id)
            if meeting.state == rules.BOOKED and not guest.taken_off_at and meeting.at - AHEAD > clock.now():
                queue(REMINDER, guest.public_id, meeting.at - AHEAD)


def sequence_of(meeting: Meeting) -> int:
    """How often the meeting changed (iCalendar's SEQUENCE): by each move, and by being called off."""
    return meeting.past_times.count() + (meeting.state == rules.NOT_HELD)


def _told(guest: Participant) -> str:
    meeting = guest.meeting
    inside = None
    if guest.unit:
        inside = covers(meeting.case.person.subject, meeting.timed_by.party.pk, guest.unit, MEETINGS)
    return rules.told(
        is_person=guest.role == rules.PERSON,
        inside=inside,
        agreed=guest.agreed_on is not None,
        is_protected=meeting.case.person.is_protected,
    )


def _receivers(guest: Participant) -> tuple[str, ...]:
    if guest.post:
        return (guest.post.user.email,) if guest.post.is_active else ()
    return lead_emails(guest.unit) if guest.unit else (guest.email,) if guest.email else ()


def _found(participant_id: UUID) -> Participant | None:
    shown = ("meeting__case__person", "meeting__case__holder__user", "meeting__timed_by__party", "unit", "post__user")
    return Participant.objects.filter(public_id=participant_id).select_related(*shown).first()


def _link(guest: Participant) -> str:
    return settings.HANDSLAG_ADDRESS + reverse("me") if guest.role == rules.PERSON else address_of(guest.meeting)


def _text(opening: str, guest: Participant) -> str:
    if guest.unit is None and guest.role != rules.PERSON:
        questions = _("Questions are answered by {email}.").format(email=guest.meeting.case.holder.user.email)
        return f"{opening}\n\n{questions}\n"
    return f"{opening}\n\n{_link(guest)}\n"


def call(participant_id: UUID) -> Mail | None:
    """Word of how a meeting stands for one who is called. None where nothing may be told, or nobody receives it."""
    guest = _found(participant_id)
    told = _told(guest) if guest else rules.NOTHING
    receivers = _receivers(guest) if guest else ()
    if guest is None or told == rules.NOTHING or not receivers or guest.meeting.state == rules.HELD:
        return None
    subject, text = _("Something waits for you in Handslag"), _text(_("A meeting has been booked or changed."), guest)
    if told == rules.THAT or (guest.unit and not guest.post):
        return Mail(receivers, subject, text)
    meeting = guest.meeting
    method = CANCEL if guest.taken_off_at or meeting.state == rules.NOT_HELD else REQUEST
    written = invitation(
        meeting,
        method=method,
        sequence=sequence_of(meeting),
        to=receivers[0],
        organizer=meeting.case.holder.user.email,
    )
    return Mail(receivers, subject, text, written, method)


def remind(participant_id: UUID) -> Mail | None:
    """That a meeting is near. None where it has moved, is over, or where nothing may be told."""
    guest = _found(participant_id)
    if guest is None or guest.taken_off_at or _told(guest) == rules.NOTHING or not _receivers(guest):
        return None
    left = guest.meeting.at - clock.now()
    if guest.meeting.state != rules.BOOKED or not timedelta(0) < left <= AHEAD:
        return None
    return Mail(_receivers(guest), _("Something waits for you in Handslag"), _text(_("A meeting is near."), guest))
