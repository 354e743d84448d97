"""Plans: read by the parties that may see them, made and changed in the name of a person of theirs."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from handslag.cases.models import Case
from handslag.cases.order import in_order
from handslag.cases.queries import open_cases
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation.errors import Overtaken, Refused
from handslag.parties.api import Acting, acting, unit_named
from handslag.parties.queries import holding_post
from handslag.parties.viewer import Request, Viewer
from handslag.plans import actions, queries
from handslag.plans.models import Plan
from handslag.plans.queries import ShownPlan
from handslag.ui.api import Paging, Problem, key_of, part

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


class WordsIn(Acting):
    """What a plan says."""

    goal: str = Field(max_length=2000)
    support: str = Field("", max_length=4000)
    duties: str = Field("", max_length=4000)
    direction: str = Field("", max_length=2000)
    other: str = Field("", max_length=4000)
    note: str = Field("", max_length=2000)

    @property
    def words(self) -> actions.Words:
        """The words as the actions take them."""
        return actions.Words(**{field.name: getattr(self, field.name) for field in fields(actions.Words)})


class MakeIn(WordsIn):
    """The plan of a case that the party holds."""

    case_id: UUID


class StepIn(Acting):
    """A step to add; `to` is the e-mail of who does it, at the unit that is responsible where no other is named."""

    text: str = Field(max_length=200)
    to: str = Field(max_length=254)
    party: str = ""
    unit: str = ""
    due_on: date
    person_does: str = Field("", max_length=500)
    measure: str = ""
    begins_on: date | None = None

    def planned(self, case: Case) -> actions.Planned:
        """The step as the actions take it. Raises Refused for somebody who does not work at the unit."""
        own = not (self.party or self.unit)
        unit = case.holder.unit if own else unit_named(self.party, self.unit, "unit")
        to = holding_post(unit.party, unit.code, self.to)
        if to is None:
            raise Refused(_("Nobody active at this unit has this e-mail."), "to")
        return actions.Planned(self.text, to, self.due_on, self.person_does, self.measure, self.begins_on)


class EndIn(Acting):
    """How a plan ends (code list `plan_ending`)."""

    ending: str


class EndStepIn(Acting):
    """What came of a step."""

    was_done: bool


READ_ONE = {200: PlanWhole, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ_ONE, 403: Problem, 409: Problem}


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


def _found(request: Request, plan_id: UUID) -> tuple[ShownPlan, CaseVisibility]:
    seen = queries.visible_plan(request.viewer, plan_id)
    if seen is None:
        raise Http404
    return seen


def _whole(request: Request, plan_id: UUID) -> dict:
    found, visible = _found(request, plan_id)
    return {
        **_line(visible, found.plan),
        "words": found.words,
        "review_due": found.review_due,
        "missing": list(found.missing) if found.words else None,
        "steps": list(found.steps),
    }


def _once(request: Request, case_id: int, given: Acting, act: Callable[[Viewer], object]) -> None:
    """Does something with a case in somebody's name, once."""
    actor = acting(request, given.acting_as)
    in_order(actor, {case_id: None}, key_of(request), lambda: act(actor))


def _changed(request: Request, plan_id: UUID, given: Acting, act: Callable[[Viewer, Case], object]) -> dict:
    """Changes a plan that goes on."""
    case = _found(request, plan_id)[1].case

    def change(actor: Viewer) -> None:
        if not Plan.objects.filter(public_id=plan_id, ended_at__isnull=True).exists():
            raise Overtaken(_("The plan has ended."))
        act(actor, case)

    _once(request, case.pk, given, change)
    return _whole(request, plan_id)


@router.post("", response={**STEP, 201: PlanWhole})
def make(request: Request, wanted: MakeIn):
    """Makes the plan of a case that the party holds: one for all parties."""
    case = get_object_or_404(open_cases(request.viewer), public_id=wanted.case_id)
    _once(request, case.pk, wanted, lambda actor: actions.make_plan(actor, case.pk, wanted.words))
    return Status(201, _whole(request, case.plans.latest("id").public_id))


@router.get("/{uuid:plan_id}", response=READ_ONE)
def show(request: Request, plan_id: UUID):
    """One plan."""
    return _whole(request, plan_id)


@router.post("/{uuid:plan_id}/review", response=STEP)
def review(request: Request, plan_id: UUID, wanted: WordsIn):
    """Writes the plan's words anew; what stood before stays beside it."""
    return _changed(request, plan_id, wanted, lambda actor, case: actions.review_plan(actor, case.pk, wanted.words))


@router.post("/{uuid:plan_id}/steps", response=STEP)
def add_step(request: Request, plan_id: UUID, wanted: StepIn):
    """Adds a step."""
    return _changed(
        request, plan_id, wanted, lambda actor, case: actions.add_step(actor, case.pk, wanted.planned(case))
    )


@router.post("/{uuid:plan_id}/steps/{uuid:step_id}/end", response=STEP)
def end_step(request: Request, plan_id: UUID, step_id: UUID, wanted: EndStepIn):
    """Notes that a step is done, or will not be."""
    found, visible = _found(request, plan_id)
    step = next((step for step in found.steps if step.public_id == step_id), None)
    if step is None:
        raise Http404
    act = lambda actor: actions.end_step(actor, step.pk, was_done=wanted.was_done)  # noqa: E731
    _once(request, visible.case.pk, wanted, act)
    return _whole(request, plan_id)


@router.post("/{uuid:plan_id}/end", response=STEP)
def end(request: Request, plan_id: UUID, wanted: EndIn):
    """Ends the plan. The case goes on, with its next step."""
    return _changed(request, plan_id, wanted, lambda actor, case: actions.end_plan(actor, case.pk, wanted.ending))
