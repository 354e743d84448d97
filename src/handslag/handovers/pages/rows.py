"""Handovers in lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation import clock
from handslag.foundation.clock import day_of
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.handovers.wording import state_label
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.ui.addresses import url_of
from handslag.ui.dates import due_tone, end_tone, minute, when
from handslag.ui.tables import Column, Table, link, moment, plain, state, table

NEEDED_SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover in a list, as one viewer may see it."""

    url: str
    name: str
    reference: str
    sender: str
    receiver: str
    reason: str
    needed_by: str
    needed_in: str
    needed_tone: str
    state: str
    state_code: str
    waited: str
    contact: str
    contact_in: str
    contact_tone: str


def handover_row(handover: Handover, visible: CaseVisibility, today: date) -> HandoverRow:
    """A handover in a list."""
    contact = handover.first_contact_at
    contact_on = day_of(contact) if contact else None
    is_pending, is_booked = handover.state in rules.PENDING, handover.state in rules.BOOKED
    return HandoverRow(
        url=url_of("handover", handover.public_id),
        name=person_name(visible),
        reference=handover.case.reference,
        sender=f"{handover.sender.user}, {handover.sender.unit}",
        receiver=f"{handover.to_post.user}, {handover.to_unit}" if handover.to_post else handover.to_unit.name,
        reason=codes.label("handover_reason", handover.reason),
        needed_by=handover.needed_by.isoformat(),
        needed_in=when(handover.needed_by, today) if is_pending else "",
        needed_tone=end_tone(handover.needed_by, today, NEEDED_SOON_DAYS) if is_pending else "",
        state=state_label(handover.state),
        state_code=handover.state,
        waited=when(day_of(handover.awaiting_since), today),
        contact=minute(contact),
        contact_in=when(contact_on, today) if handover.state != rules.RETURNED else "",
        contact_tone=due_tone(contact_on, today) if is_booked and contact_on else "",
    )


def handover_rows(viewer: Viewer, handovers: Iterable[Handover]) -> list[HandoverRow]:
    """Handovers in a list, as the viewer may see them."""
    handovers, today = list(handovers), clock.today()
    seen = visibilities(viewer, [handover.case for handover in handovers])
    return [handover_row(handover, visible, today) for handover, visible in zip(handovers, seen, strict=True)]


def _state_cell(row: HandoverRow) -> SafeString:
    if row.contact:
        return state(row.state, row.state_code, _("First contact {at}").format(at=row.contact), row.contact_tone)
    return state(row.state, row.state_code, row.waited)


def table_of(rows: Iterable[HandoverRow]) -> Table:
    """Handovers in a table."""
    columns = (
        Column(_("Person"), lambda row: link(row.name, row.url, row.reason), is_head=True),
        Column(_("From"), lambda row: plain(row.sender)),
        Column(_("To"), lambda row: plain(row.receiver)),
        Column(_("Needed by"), lambda row: moment(row.needed_in, row.needed_tone, row.needed_by)),
        Column(_("State"), _state_cell),
    )
    return table(columns, rows)


def handover_table(viewer: Viewer, handovers: Iterable[Handover]) -> Table:
    """Handovers in a table, as the viewer may see them."""
    return table_of(handover_rows(viewer, handovers))
