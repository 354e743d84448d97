"""Cases in lists: dates and labels made once, in Python, so that pages stay fast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.rules import WARN_DAYS
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation import clock
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.ui.addresses import url_of
from handslag.ui.dates import due_tone, end_tone, iso, minute, when
from handslag.ui.tables import Column, Table, link, moment, plain, table, tag


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list, as one viewer may see it."""

    id: UUID
    url: str
    name: str
    reference: str
    step: str
    due: str
    due_in: str
    due_tone: str
    livelihood: str
    ends: str
    ends_in: str
    ends_tone: str
    holder: str
    unit: str
    paused_until: str
    closed: str


def person_name(visible: CaseVisibility) -> str:
    """The person's name; where hidden or anonymous, words that tell so."""
    if visible.identity:
        return visible.identity.name
    person = visible.case.person
    if person.start_year:
        sex = _("woman") if person.sex == "woman" else _("man")
        return _("Anonymous participant ({sex}, {year})").format(sex=sex, year=person.start_year)
    return _("A person, not disclosed")


def livelihood_label(visible: CaseVisibility) -> str:
    """What the person lives on, with its degree; words that tell so where it is hidden or not noted."""
    livelihood = visible.value("livelihood")
    if livelihood is None:
        return _("not disclosed")
    return codes.label("livelihood", livelihood) if livelihood else _("not noted")


def case_row(visible: CaseVisibility, today: date) -> CaseRow:
    """A case in a list."""
    case, ends, plan = visible.case, visible.value("livelihood_ends_on"), visible.sees("next_step")
    return CaseRow(
        id=case.public_id,
        url=url_of("case", case.public_id),
        name=person_name(visible),
        reference=case.reference,
        step=case.next_step if plan else _("not disclosed"),
        due=case.next_step_on.isoformat() if plan else "",
        due_in=when(case.next_step_on, today) if plan else "",
        due_tone=due_tone(case.next_step_on, today) if plan else "",
        livelihood=livelihood_label(visible),
        ends=iso(ends),
        ends_in=when(ends, today),
        ends_tone=end_tone(ends, today, WARN_DAYS),
        holder=str(case.holder.user),
        unit=case.holder.unit.name,
        paused_until=iso(case.suspended_until) if plan else "",
        closed=minute(case.closed_at),
    )


def case_rows(viewer: Viewer, cases: Iterable[Case]) -> list[CaseRow]:
    """Cases in a list, as the viewer may see them."""
    today = clock.today()
    return [case_row(visible, today) for visible in visibilities(viewer, cases)]


def _step_cell(row: CaseRow) -> SafeString:
    if row.closed:
        return tag(_("Closed {day}").format(day=row.closed))
    return plain(row.step, _("Paused until {day}").format(day=row.paused_until) if row.paused_until else "", "tag")


def _livelihood_cell(row: CaseRow) -> SafeString:
    if not row.ends:
        return plain("", row.livelihood)
    return moment(row.ends_in, row.ends_tone, f"{row.livelihood}, {row.ends}")


def person_column() -> Column:
    """The column that names the person, with the case's reference."""
    return Column(_("Person"), lambda row: link(row.name, row.url, row.reference), is_head=True)


def due_column() -> Column:
    """The column that tells when the next step is due."""
    return Column(_("Due"), lambda row: plain("") if row.closed else moment(row.due_in, row.due_tone, row.due))


def holder_column() -> Column:
    """The column that tells who is responsible."""
    return Column(_("Responsible"), lambda row: plain(row.holder, row.unit))


def case_table(viewer: Viewer, cases: Iterable[Case], *, hides_holder: bool = False) -> Table:
    """Cases in a table, as the viewer may see them."""
    columns = (
        person_column(),
        Column(_("Next step"), _step_cell),
        due_column(),
        Column(_("Livelihood ends"), _livelihood_cell),
        None if hides_holder else holder_column(),
    )
    return table(columns, case_rows(viewer, cases))


def held_table(viewer: Viewer, cases: Iterable[Case]) -> Table:
    """The cases that the viewer holds; who holds stands there only where that may be an absent colleague."""
    return case_table(viewer, cases, hides_holder=not viewer.absent)
