"""Meetings as iCalendar (RFC 5545, 5546): invitations that replace each other, and a person's own feed.

No name and no number stands in them: a meeting is “Meeting, case FK-000033”. One meeting has one UID for good.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from handslag.foundation import clock
from handslag.meetings.models import Meeting

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def address_of(meeting: Meeting) -> str:
    """The meeting's page, as a whole address."""
    return settings.HANDSLAG_ADDRESS + reverse("meeting", args=[meeting.public_id])


def summary(meeting: Meeting) -> str:
    """What a calendar shows."""
    return _("Meeting, case {reference}").format(reference=meeting.case.reference)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    for name, value in (("prodid", "-//Handslag//SV"), ("version", "2.0"), ("method", method)):
        calendar.add(name, value)
    return calendar


def _event(meeting: Meeting, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{meeting.public_id}@handslag")
    event.add("dtstamp", clock.now())
    event.add("sequence", sequence)
    event.add("summary", summary(meeting))
    event.add("dtstart", meeting.at)
    event.add("dtend", meeting.at + timedelta(minutes=meeting.minutes))
    event.add("url", address_of(meeting))
    return event


def invitation(meeting: Meeting, *, method: str, sequence: int, to: str, organizer: str) -> str:
    """An invitation for one receiver, or its cancellation. Nobody else who is called stands in it."""
    event = _event(meeting, sequence)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    attendee = vCalAddress(f"mailto:{to}")
    attendee.params["ROLE"], attendee.params["PARTSTAT"] = vText("REQ-PARTICIPANT"), vText("NEEDS-ACTION")
    event.add("attendee", attendee, encode=False)
    if method == REQUEST and (meeting.place or meeting.link):
        event.add("location", meeting.place or meeting.link)
    calendar = _calendar(method)
    calendar.add_component(event)
    return calendar.to_ical().decode()


def feed(meetings: Iterable[tuple[Meeting, int]]) -> bytes:
    """A feed of meetings, each with its sequence: when they are, and nothing of where or with whom."""
    calendar = _calendar(PUBLISH)
    calendar.add("x-wr-calname", "Handslag")
    for meeting, sequence in meetings:
        calendar.add_component(_event(meeting, sequence))
    return calendar.to_ical()
