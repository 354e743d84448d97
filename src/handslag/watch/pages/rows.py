"""What has climbed, in lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation import clock
from handslag.foundation.rooms import waiting
from handslag.parties.viewer import Viewer
from handslag.ui.addresses import url_of
from handslag.ui.dates import when
from handslag.ui.tables import Column, Table, link, moment, plain, state, table
from handslag.watch import rules
from handslag.watch.models import Escalation


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """Something that has climbed, or an empty rung, as one viewer may see it."""

    url: str
    name: str
    reference: str
    kind: str
    receiver: str
    since: str
    waited: str
    rung: str
    is_gap: bool
    holder: str


def rung_label(rung: int) -> str:
    """A rung of the ladder, in words."""
    return {
        rules.OWER: _("who owes the answer"),
        rules.LEAD: _("team lead"),
        rules.OFFICER: _("cooperation officer"),
        rules.JOINT: _("both parties' cooperation officers"),
    }[rung]


def escalation_row(escalation: Escalation, visible: CaseVisibility, today: date) -> EscalationRow:
    """An escalation in a list."""
    case, kind = escalation.case, waiting()[escalation.kind]
    return EscalationRow(
        url=url_of(kind.page, escalation.about),
        name=person_name(visible),
        reference=case.reference,
        kind=str(kind.label),
        receiver=_("to {unit}").format(unit=escalation.to_unit.name) if escalation.to_unit else "",
        since=escalation.waiting_since.isoformat(),
        waited=when(escalation.waiting_since, today),
        rung=rung_label(escalation.rung),
        is_gap=escalation.is_gap,
        holder=f"{case.holder.user}, {case.holder.unit}",
    )


def _rung_cell(row: EscalationRow) -> SafeString:
    return state(_("Empty rung"), "gap", row.rung) if row.is_gap else plain(row.rung)


def escalation_table(viewer: Viewer, escalations: Iterable[Escalation]) -> Table:
    """Escalations in a table, as the viewer may see them."""
    escalations, today = list(escalations), clock.today()
    seen = visibilities(viewer, [escalation.case for escalation in escalations])
    columns = (
        Column(_("Person"), lambda row: link(row.name, row.url, row.reference), is_head=True),
        Column(_("What is silent"), lambda row: plain(row.kind, row.receiver)),
        Column(_("Waiting since"), lambda row: moment(row.waited, "late", row.since)),
        Column(_("Climbed to"), _rung_cell),
        Column(_("Responsible"), lambda row: plain(row.holder)),
    )
    rows = (escalation_row(escalation, visible, today) for escalation, visible in zip(escalations, seen, strict=True))
    return table(columns, rows)
