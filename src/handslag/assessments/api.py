"""Joint assessments: read by the parties that reach them, asked for and signed in the name of a person of theirs."""

from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from handslag.assessments import actions, queries, rules
from handslag.assessments.models import Assessment, Part
from handslag.assessments.pages.showing import READ
from handslag.assessments.signing import Content
from handslag.cases.queries import open_cases
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.parties.api import Acting, acting, unit_named
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Given, Paging, Problem, part

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


class UnitLine(Schema):
    """A unit that is called, by its codes."""

    party: str
    unit: str


class AssessmentWhole(AssessmentLine):
    """An assessment with its state, the units that are called, and every version of every part, the latest first."""

    state: str | None
    units: list[UnitLine]
    plan_id: UUID | None
    parts: list[PartLine]


class AssessmentPage(Schema):
    """A page of assessments."""

    items: list[AssessmentLine]
    page: int
    limit: int
    has_next: bool


class UnitIn(Given):
    """A unit, by its party's code and its own."""

    party: str
    unit: str


class AskIn(Acting):
    """What a joint assessment is for, by when it is wanted, and which units of other parties are asked."""

    case_id: UUID
    purpose: str = Field(max_length=2000)
    wanted_by: date
    units: list[UnitIn]
    documents: list[str] = []


class SpellIn(Given):
    """A stretch of the certificate; without a last day it goes on."""

    degree: int
    since: date
    until: date | None = None


class SignIn(Acting):
    """A party's part to sign; `upon` is the version that it was written upon, 0 for the first."""

    upon: int
    standpoint: str = Field(max_length=4000)
    own_words: str = Field("", max_length=4000)
    goal: str = Field("", max_length=2000)
    no_words_reason: str = ""
    livelihood: str = ""
    livelihood_since: date | None = None
    diagnosis_chapter: str = ""
    spells: list[SpellIn] = Field([], max_length=rules.MOST_SPELLS)
    prognosis: str = ""
    prognosis_days: str = ""
    obstacles: str = Field("", max_length=4000)
    occupation: str = ""
    education: str = ""
    work: str = Field("", max_length=4000)
    resources: str = Field("", max_length=4000)
    dissents: bool = False
    dissent_reason: str = Field("", max_length=2000)
    settle_by: date | None = None

    @property
    def content(self) -> Content:
        """The part as the actions take it."""
        told = self.dict(exclude={"acting_as", "upon", "spells"})
        return Content(**told, spells=tuple(rules.Spell(s.degree, s.since, s.until) for s in self.spells))


READ_ONE = {200: AssessmentWhole, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ_ONE, 403: Problem, 409: Problem}


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


def _whole(request: Request, assessment_id: UUID) -> dict:
    assessment, visible = _found(request, assessment_id)
    shows = visible.sees("purpose", assessment)
    return {
        **_line(visible, assessment),
        "state": queries.facts_of(assessment).state if shows else None,
        "units": [{"party": c.unit.party.code, "unit": c.unit.code} for c in queries.calls_of(assessment)],
        "plan_id": assessment.plan.public_id if assessment.plan and shows else None,
        "parts": [_part(visible, signed) for signed in queries.versions_of(assessment)],
    }


def _found(request: Request, assessment_id: UUID) -> tuple[Assessment, CaseVisibility]:
    seen = queries.visible_assessment(request.viewer, assessment_id)
    if seen is None:
        raise Http404
    return seen


@router.post("", response={**STEP, 201: AssessmentWhole})
def ask(request: Request, wanted: AskIn):
    """Asks for a joint assessment of the person of a case that the party holds."""
    case = get_object_or_404(open_cases(request.viewer), public_id=wanted.case_id)
    units = tuple(unit_named(called.party, called.unit, "units") for called in wanted.units)
    asked = actions.Request(wanted.purpose, wanted.wanted_by, units, tuple(wanted.documents))
    assessment = actions.ask_assessment(acting(request, wanted.acting_as), case.pk, asked)
    return Status(201, _whole(request, assessment.public_id))


@router.get("/{uuid:assessment_id}", response=READ_ONE)
def show(request: Request, assessment_id: UUID):
    """One joint assessment."""
    return _whole(request, assessment_id)


@router.post("/{uuid:assessment_id}/sign", response=STEP)
def sign(request: Request, assessment_id: UUID, wanted: SignIn):
    """Signs the party's part, as a further version where it was signed before."""
    assessment, _visible = _found(request, assessment_id)
    actions.sign_part(acting(request, wanted.acting_as), assessment.pk, wanted.content, wanted.upon)
    return _whole(request, assessment_id)
