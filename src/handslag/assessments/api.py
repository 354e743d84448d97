"""Joint assessments, read by the parties that reach them."""

from datetime import date, datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from handslag.assessments import queries
from handslag.assessments.models import Assessment, Part
from handslag.assessments.pages.showing import READ
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Paging, Problem, part

router = Router()


class PartLine(Schema):
    """A version of a party's part. What no basis shows to the party is null. Spells are `degree:first:last`, with
    semicolons between; `sick_day` is the day of the sick case when it was signed (SFB 2010:110 27:51)."""

    party: str
    version: int
    signed_at: datetime
    signed_by: str
    own_words: str | None
    goal: str | None
    no_words_reason: str | None
    livelihood: str | None
    livelihood_since: date | None
    diagnosis_chapter: str | None
    spells: str | None
    sick_day: int | None
    prognosis: str | None
    prognosis_days: str | None
    obstacles: str | None
    occupation: str | None
    education: str | None
    work: str | None
    resources: str | None
    standpoint: str | None
    dissents: bool | None
    dissent_reason: str | None
    settle_by: date | None


class AssessmentLine(Schema):
    """A joint assessment. What no basis shows to the party is null; `outcome` is of the code list `assessment_outcome`
    and `reason`, of one that was broken off, of `end_reason`."""

    id: UUID
    case_id: UUID
    case_ref: str
    purpose: str | None
    wanted_by: date | None
    asked_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reason: str | None


class AssessmentWhole(AssessmentLine):
    """An assessment with its state, the units that are called, and every version of every part, the latest first."""

    state: str | None
    units: list[str]
    plan_id: UUID | None
    parts: list[PartLine]


class AssessmentPage(Schema):
    """A page of assessments."""

    items: list[AssessmentLine]
    page: int
    limit: int
    has_next: bool


def _line(visible: CaseVisibility, assessment: Assessment) -> dict:
    has_ended = assessment.ended_at is not None and visible.sees("outcome", assessment)
    return {
        "id": assessment.public_id,
        "case_id": visible.case.public_id,
        "case_ref": visible.case.reference,
        "purpose": visible.value("purpose", assessment),
        "wanted_by": visible.value("wanted_by", assessment),
        "asked_at": assessment.asked_at,
        "ended_at": assessment.ended_at,
        "outcome": assessment.outcome if has_ended else None,
        "reason": assessment.reason if has_ended else None,
    }


def _part(visible: CaseVisibility, signed: Part) -> dict:
    return {
        "party": signed.party.code,
        "version": signed.number,
        "signed_at": signed.at,
        "signed_by": signed.by.user.email,
        "sick_day": signed.sick_day if visible.sees("spells", signed) else None,
        **{name: visible.value(name, signed) for name in READ},
    }


def _lines(viewer: Viewer, assessments: list[Assessment]) -> list[dict]:
    seen = visibilities(viewer, [assessment.case for assessment in assessments], with_past=True)
    return [_line(visible, assessment) for visible, assessment in zip(seen, assessments, strict=True)]


@router.get("", response={200: AssessmentPage, 401: Problem, 422: Problem})
def list_assessments(request: Request, paging: Query[Paging]) -> dict:
    """Assessments of the party's cases, and those to which its units are called; the latest asked for first."""
    viewer = request.viewer
    found = queries.assessments_at(viewer).select_related("ended_by").order_by("-id")
    return part(found, paging, lambda rows: _lines(viewer, rows))


@router.get("/{uuid:assessment_id}", response={200: AssessmentWhole, 401: Problem, 404: Problem, 422: Problem})
def show(request: Request, assessment_id: UUID):
    """One joint assessment."""
    seen = queries.visible_assessment(request.viewer, assessment_id)
    if seen is None:
        return get_object_or_404(Assessment.objects.none())
    assessment, visible = seen
    shows = visible.sees("purpose", assessment)
    return {
        **_line(visible, assessment),
        "state": queries.facts_of(assessment).state if shows else None,
        "units": [call.unit.code for call in queries.calls_of(assessment)],
        "plan_id": assessment.plan.public_id if assessment.plan and shows else None,
        "parts": [_part(visible, signed) for signed in queries.versions_of(assessment)],
    }
