"""Meetings on the case page and on the person's page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage
from handslag.meetings.models import Meeting
from handslag.meetings.pages.rows import meeting_row, table_of
from handslag.meetings.queries import MOST, latest_meetings, own_meetings
from handslag.reference import codes
from handslag.ui.dates import minute


def meetings_on(page: CasePage) -> list[Meeting]:
    """Meetings of the page's case: the booked ones, soonest first, and then the latest."""
    return page.once("meetings", lambda page: latest_meetings(page.case) if page.has(Meeting) else [])


def listed(page: CasePage) -> dict | None:
    """The case's meetings: those to come, and the latest; where the rest stands."""
    found = [meeting_row(meeting, page.visible, page.today) for meeting in meetings_on(page)]
    more = reverse("case-meetings", args=[page.case.public_id]) if len(found) == MOST else ""
    return {"table": table_of(found, hides_person=True), "more": more} if found else None


def book_button(page: CasePage) -> Iterator[Button]:
    """Booking a meeting."""
    yield Button(_("Book a meeting"), reverse("book-meeting", args=[page.case.public_id]))


def own(subject: str) -> dict | None:
    """When and where the person meets whom, as the person reads it."""
    booked = [
        {
            "at": minute(meeting.at),
            "kind": codes.label("meeting_kind", meeting.kind),
            "party": meeting.case.party.name,
            "place": meeting.place,
            "link": meeting.link,
            "minutes": meeting.minutes,
            "with": str(meeting.case.holder.user),
        }
        for meeting in own_meetings(subject)
    ]
    return {"meetings": booked} if booked else None
