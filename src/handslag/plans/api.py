"""Plans, read by the parties that may see them."""

from datetime import date, datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.parties.viewer import Request, Viewer
from handslag.plans import queries
from handslag.plans.models import Plan
from handslag.ui.api import Paging, Problem, part

router = Router()


class PlanLine(Schema):
    """A plan; `ending` (code list `plan_ending`) is null where no basis shows it, and empty while the plan goes on."""

    id: UUID
    case_id: UUID
    case_ref: str
    made_at: datetime
    ended_at: datetime | None
    ending: str | None


class StepLine(Schema):
    """A step: what, by whom, and when; `measure` is of the code list `rehabilitation_direction`."""

    id: UUID = Field(alias="public_id")
    text: str
    to: str = Field(alias="to.user.email")
    party: str = Field(alias="to.party.code")
    person_does: str
    measure: str
    begins_on: date | None
    due_on: date
    became_step: bool
    ended_at: datetime | None
    was_done: bool | None


class WordsLine(Schema):
    """What the plan says, as of its latest review."""

    reviewed_on: date
    goal: str
    support: str
    duties: str
    direction: str
    other: str


class PlanWhole(PlanLine):
    """A plan with its words (null where no basis shows them), its steps, and the items that it lacks (`plan_item`)."""

    words: WordsLine | None
    review_due: date | None
    missing: list[str] | None
    steps: list[StepLine]


class PlanPage(Schema):
    """A page of plans."""

    items: list[PlanLine]
    page: int
    limit: int
    has_next: bool


def _line(visible: CaseVisibility, plan: Plan) -> dict:
    return {
        "id": plan.public_id,
        "case_id": visible.case.public_id,
        "case_ref": visible.case.reference,
        "made_at": plan.made_at,
        "ended_at": plan.ended_at,
        "ending": plan.ending if plan.ended_at is None else visible.value("ending", plan),
    }


def _lines(viewer: Viewer, plans: list[Plan]) -> list[dict]:
    seen = visibilities(viewer, [plan.case for plan in plans], with_past=True)
    return [_line(visible, plan) for visible, plan in zip(seen, plans, strict=True)]


@router.get("", response={200: PlanPage, 401: Problem, 422: Problem})
def list_plans(request: Request, paging: Query[Paging]) -> dict:
    """Plans of the party's cases, and those that other parties tell it of; the latest made first."""
    viewer = request.viewer
    return part(
        queries.plans_at(viewer).select_related("ended_by").order_by("-id"), paging, lambda p: _lines(viewer, p)
    )


@router.get("/{uuid:plan_id}", response={200: PlanWhole, 401: Problem, 404: Problem, 422: Problem})
def show(request: Request, plan_id: UUID):
    """One plan."""
    seen = queries.visible_plan(request.viewer, plan_id)
    if seen is None:
        return get_object_or_404(Plan.objects.none())
    found, visible = seen
    return {
        **_line(visible, found.plan),
        "words": found.words,
        "review_due": found.review_due,
        "missing": list(found.missing) if found.words else None,
        "steps": list(found.steps),
    }
