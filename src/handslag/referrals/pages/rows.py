"""Referrals in lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.foundation import clock
from handslag.foundation.clock import day_of
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.referrals import rules
from handslag.referrals.models import Referral
from handslag.referrals.queries import places_of
from handslag.referrals.seeing import Seen, seen
from handslag.referrals.wording import state_label, waits_told
from handslag.ui.addresses import url_of
from handslag.ui.dates import due_tone, when
from handslag.ui.tables import Column, Table, link, plain, state, table


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral in a list, as one viewer may see it."""

    url: str
    name: str
    reference: str
    measure: str
    unit: str
    holder: str
    holder_unit: str
    state: str
    state_code: str
    detail: str
    """What of the state is worth telling: the place in line, the first day, by when to answer, why not."""
    tone: str


def _detail(referral: Referral, place: int, today: date) -> tuple[str, str]:
    if referral.state == rules.WAITING:
        return waits_told(referral, place), ""
    if referral.state == rules.INVITED and referral.answer_by:
        told = _("starts {day}; answer by {by}").format(day=referral.starts_on, by=referral.answer_by)
        return told, due_tone(referral.answer_by, today)
    if referral.state == rules.ACCEPTED:
        return _("first day {day}").format(day=referral.starts_on), ""
    if referral.state == rules.DECLINED:
        reason = codes.label("referral_decline_reason", referral.decline_reason)
        is_open = referral.settled_at is None
        return (_("after a yes: {reason}").format(reason=reason) if referral.said_yes_at else reason), "late" * is_open
    return when(day_of(referral.awaiting_since), today), ""


def referral_row(found: Seen, place: int, today: date) -> ReferralRow:
    """A referral in a list; `place` is its place in line, where it waits."""
    referral, holder = found.referral, found.referral.case.holder
    detail, tone = _detail(referral, place, today)
    return ReferralRow(
        url=url_of("referral", referral.public_id),
        name=person_name(found.case),
        reference=referral.case.reference,
        measure=referral.measure.name,
        unit=referral.to_unit.name,
        holder=str(holder.user),
        holder_unit=holder.unit.name,
        state=state_label(referral.state),
        state_code=referral.state,
        detail=detail,
        tone=tone,
    )


def referral_rows(viewer: Viewer, referrals: Iterable[Referral]) -> list[ReferralRow]:
    """Referrals in a list, as the viewer may see them."""
    referrals, today = list(referrals), clock.today()
    places = places_of(referrals)
    return [referral_row(found, places.get(found.referral.pk, 0), today) for found in seen(viewer, referrals)]


def _state_cell(row: ReferralRow) -> SafeString:
    return state(row.state, row.state_code, row.detail, row.tone)


def _person(row: ReferralRow) -> SafeString:
    return link(row.name, row.url, row.reference)


def measure_column() -> Column:
    """The column that names the measure."""
    return Column(_("Measure"), lambda row: plain(row.measure, row.unit))


def table_of(rows: Iterable[ReferralRow]) -> Table:
    """Referrals in a table."""
    columns = (
        Column(_("Person"), _person, is_head=True),
        measure_column(),
        Column(_("State"), _state_cell),
        Column(_("Responsible"), lambda row: plain(row.holder, row.holder_unit)),
    )
    return table(columns, rows)


def case_table(rows: Iterable[ReferralRow]) -> Table:
    """The referrals of one case in a table."""
    columns = (
        Column(_("Measure"), lambda row: link(row.measure, row.url, row.unit), is_head=True),
        Column(_("State"), _state_cell),
    )
    return table(columns, rows)


def referral_table(viewer: Viewer, referrals: Iterable[Referral]) -> Table:
    """Referrals in a table, as the viewer may see them."""
    return table_of(referral_rows(viewer, referrals))
