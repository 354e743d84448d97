"""Joint assessments in lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.assessments.models import Assessment
from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation import clock
from handslag.parties.viewer import Viewer
from handslag.ui.dates import due_tone, iso, when
from handslag.ui.tables import Column, Table, link, moment, plain, table


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment in a list, as one viewer may see it."""

    url: str
    name: str
    reference: str
    purpose: str
    wanted: str
    wanted_in: str
    wanted_tone: str
    holder: str


def assessment_row(assessment: Assessment, visible: CaseVisibility) -> AssessmentRow:
    """An assessment in a list."""
    today, wanted = clock.today(), visible.value("wanted_by", assessment)
    return AssessmentRow(
        url=reverse("assessment", args=[assessment.public_id]),
        name=person_name(visible),
        reference=visible.case.reference,
        purpose=visible.value("purpose", assessment) or _("not disclosed"),
        wanted=iso(wanted),
        wanted_in=when(wanted, today),
        wanted_tone=due_tone(wanted, today) if wanted else "",
        holder=f"{visible.case.holder.user}, {visible.case.holder.unit}",
    )


def assessment_table(viewer: Viewer, assessments: Iterable[Assessment]) -> Table:
    """Assessments in a table, as the viewer may see them."""
    assessments = list(assessments)
    seen = visibilities(viewer, [assessment.case for assessment in assessments], with_past=True)
    columns = (
        Column(_("Person"), lambda row: link(row.name, row.url, row.reference), is_head=True),
        Column(_("What it is for"), lambda row: plain(row.purpose)),
        Column(_("To be done by"), lambda row: moment(row.wanted_in, row.wanted_tone, row.wanted)),
        Column(_("Responsible"), lambda row: plain(row.holder)),
    )
    rows = (assessment_row(found, visible) for found, visible in zip(assessments, seen, strict=True))
    return table(columns, rows)
