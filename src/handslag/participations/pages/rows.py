"""Participations in lists."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.participations import rules
from handslag.participations.models import Participation
from handslag.participations.queries import states_of
from handslag.participations.wording import state_label
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.referrals.models import Referral
from handslag.referrals.seeing import Seen, seen
from handslag.ui.addresses import url_of
from handslag.ui.dates import iso
from handslag.ui.tables import Column, Table, link, plain, state, table

CODES = {
    rules.UNDER_WAY: "accepted",
    rules.INTERRUPTED: "asked",
    rules.OVER: "completed",
    rules.MIS_REGISTERED: "declined",
}


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """A participation in a list, as one viewer may see it."""

    url: str
    name: str
    reference: str
    measure: str
    unit: str
    since: str
    until: str
    state: str
    state_code: str
    reason: str


def participation_row(participation: Participation, found: Seen, now: str) -> ParticipationRow:
    """A participation in a list, in its state now. What it ended with is told where a basis shows it."""
    referral, case = participation.referral, found.case
    reason = case.value("end_reason", participation) if participation.ended_on else ""
    return ParticipationRow(
        url=url_of("participation", participation.public_id),
        name=person_name(case),
        reference=referral.case.reference,
        measure=referral.measure.name,
        unit=referral.to_unit.name,
        since=iso(case.value("started_on", participation)) or _("not disclosed"),
        until=iso(case.value("ended_on", participation)) if participation.ended_on else "",
        state=state_label(now),
        state_code=CODES[now],
        reason=codes.label("end_reason", reason) if reason else "",
    )


def participation_rows(viewer: Viewer, participations: Iterable[Participation]) -> Iterator[ParticipationRow]:
    """Participations in a list, as the viewer may see them."""
    participations = list(participations)
    referrals, states = seen(viewer, [one.referral for one in participations]), states_of(participations)
    for one, found in zip(participations, referrals, strict=True):
        yield participation_row(one, found, states[one.pk])


def _days(row: ParticipationRow) -> SafeString:
    return plain(f"{row.since} – {row.until}" if row.until else row.since)


def _state(row: ParticipationRow) -> SafeString:
    return state(row.state, row.state_code, row.reason)


def participation_table(viewer: Viewer, participations: Iterable[Participation]) -> Table:
    """Participations in a table, as the viewer may see them."""
    columns = (
        Column(_("Person"), lambda row: link(row.name, row.url, row.reference), is_head=True),
        Column(_("Measure"), lambda row: plain(row.measure, row.unit)),
        Column(_("From – to"), _days),
        Column(_("State"), _state),
    )
    return table(columns, participation_rows(viewer, participations))


def case_table(viewer: Viewer, participations: Iterable[Participation]) -> Table:
    """The participations of one case in a table."""
    columns = (
        Column(_("Measure"), lambda row: link(row.measure, row.url, row.unit), is_head=True),
        Column(_("From – to"), _days),
        Column(_("State"), _state),
    )
    return table(columns, participation_rows(viewer, participations))


def start_table(viewer: Viewer, referrals: Iterable[Referral]) -> Table:
    """Who has a place and has not started, in a table."""
    columns = (
        Column(
            _("Person"),
            lambda found: link(
                person_name(found.case),
                url_of("start-participation", found.referral.public_id),
                found.referral.case.reference,
            ),
            is_head=True,
        ),
        Column(_("Measure"), lambda found: plain(found.referral.measure.name)),
        Column(_("First day"), lambda found: plain(iso(found.referral.starts_on))),
    )
    return table(columns, seen(viewer, referrals))
