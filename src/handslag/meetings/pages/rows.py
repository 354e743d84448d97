"""Meetings and what was decided there, in lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation import clock
from handslag.foundation.clock import day_of
from handslag.meetings import rules
from handslag.meetings.models import Decision, Meeting
from handslag.meetings.wording import state_label
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.ui.addresses import url_of
from handslag.ui.dates import due_tone, minute, when
from handslag.ui.tables import Column, Table, link, moment, plain, state, table

TONES = {rules.BOOKED: "accepted", rules.HELD: "completed", rules.NOT_HELD: "declined"}


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting in a list, as one viewer may see it; `at` is empty where no basis tells when it is."""

    url: str
    name: str
    reference: str
    kind: str
    at: str
    at_in: str
    at_tone: str
    place: str
    state: str
    state_code: str
    reason: str


def meeting_row(meeting: Meeting, visible: CaseVisibility, today: date) -> MeetingRow:
    """A meeting in a list."""
    at, kind = visible.value("at", meeting), visible.value("kind", meeting)
    now = meeting.state if visible.sees("ended_at", meeting) else ""
    reason = meeting.reason if now == rules.NOT_HELD and visible.sees("reason", meeting) else ""
    return MeetingRow(
        url=url_of("meeting", meeting.public_id),
        name=person_name(visible),
        reference=meeting.case.reference,
        kind=codes.label("meeting_kind", kind) if kind else _("Meeting"),
        at=minute(at) or _("not disclosed"),
        at_in=when(day_of(at), today) if at and now != rules.NOT_HELD else "",
        at_tone=due_tone(day_of(at), today) if at and now == rules.BOOKED else "",
        place=visible.value("place", meeting) or "",
        state=state_label(now) if now else "",
        state_code=TONES.get(now, ""),
        reason=codes.label("meeting_change", reason) if reason else "",
    )


def _when_cell(row: MeetingRow) -> SafeString:
    return moment(row.at_in, row.at_tone, row.at) if row.at_in else plain(row.at)


def table_of(rows: Iterable[MeetingRow], *, hides_person: bool = False) -> Table:
    """Meetings in a table; on the case's own page without the person."""
    named = (
        Column(_("Meeting"), lambda row: link(row.kind, row.url), is_head=True)
        if hides_person
        else Column(_("Person"), lambda row: link(row.name, row.url, row.reference), is_head=True)
    )
    return table(
        (
            named,
            None if hides_person else Column(_("Meeting"), lambda row: plain(row.kind)),
            Column(_("When"), _when_cell),
            Column(_("Place"), lambda row: plain(row.place)),
            Column(_("State"), lambda row: state(row.state, row.state_code, row.reason) if row.state else plain("")),
        ),
        rows,
    )


def meeting_table(viewer: Viewer, meetings: Iterable[Meeting]) -> Table:
    """Meetings in a table, as the viewer may see them."""
    meetings, today = list(meetings), clock.today()
    seen = visibilities(viewer, [meeting.case for meeting in meetings], with_past=True)
    return table_of(meeting_row(meeting, visible, today) for meeting, visible in zip(meetings, seen, strict=True))


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Something decided, in a list, as one viewer may see it."""

    url: str
    text: str
    name: str
    reference: str
    due: str
    due_in: str
    due_tone: str


def _address(visible: CaseVisibility, decision: Decision) -> str:
    """The decision's own page; the case's where no basis shows any more what was decided."""
    if visible.sees("text", decision):
        return url_of("decision", decision.public_id)
    return url_of("case", visible.case.public_id)


def decision_table(viewer: Viewer, decisions: Iterable[Decision]) -> Table:
    """What was decided in a table, as the viewer may see it."""
    decisions, today = list(decisions), clock.today()
    seen = visibilities(viewer, [decision.meeting.case for decision in decisions], with_past=True)
    rows = [
        DecisionRow(
            url=_address(visible, decision),
            text=visible.value("text", decision) or _("not disclosed"),
            name=person_name(visible),
            reference=visible.case.reference,
            due=decision.due_on.isoformat(),
            due_in=when(decision.due_on, today),
            due_tone=due_tone(decision.due_on, today),
        )
        for decision, visible in zip(decisions, seen, strict=True)
    ]
    columns = (
        Column(_("Decision"), lambda row: link(row.text, row.url), is_head=True),
        Column(_("Person"), lambda row: plain(row.name, row.reference)),
        Column(_("Due"), lambda row: moment(row.due_in, row.due_tone, row.due)),
    )
    return table(columns, rows)
