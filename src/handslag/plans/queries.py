"""Reading plans: what of them a viewer may see."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from handslag.cases.models import Case
from handslag.cases.queries import visible_cases, with_joined
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import PLAN
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.parties.viewer import Viewer
from handslag.plans import rules
from handslag.plans.models import Plan, Review, Step

CASE = ("case__person__identity", "case__holder__user", "case__holder__unit", "case__holder__party")


@dataclass(frozen=True)
class ShownPlan:
    """A plan with those of its reviews and steps that somebody may see: the latest review first, steps as they are
    due."""

    plan: Plan
    reviews: tuple[Review, ...]
    steps: tuple[Step, ...]

    @property
    def words(self) -> Review | None:
        """What the plan says now; None where that is hidden."""
        return self.reviews[0] if self.reviews else None

    @cached_property
    def open_steps(self) -> tuple[Step, ...]:
        """What is still to be done."""
        return tuple(step for step in self.steps if step.ended_at is None)

    @property
    def missing(self) -> tuple[str, ...]:
        """The items of law that the plan lacks."""
        words = self.words
        filled = [name for name in rules.WRITTEN.values() if words and getattr(words, name)]
        return rules.missing(filled, self.steps)

    @property
    def review_due(self) -> date | None:
        """The last day for the next review."""
        return rules.review_due(self.words.reviewed_on) if self.words and self.plan.ended_at is None else None


@prepared()
def _reviews(_viewer: None, plan_id: int) -> QuerySet[Review]:
    return Review.objects.filter(plan_id=plan_id).select_related("by__user", "by__party").order_by("-id")


@prepared()
def _steps(_viewer: None, plan_id: int) -> QuerySet[Step]:
    found = Step.objects.filter(plan_id=plan_id).select_related("to__user", "to__unit__party", "by__user", "plan")
    return found.order_by("due_on", "id")


def shown(visible: CaseVisibility, plan: Plan) -> ShownPlan:
    """A plan as far as the viewer may see it."""
    return ShownPlan(
        plan,
        tuple(review for review in _reviews.rows(None, plan.pk) if visible.sees("goal", review)),
        tuple(step for step in _steps.rows(None, plan.pk) if visible.sees("text", step)),
    )


@prepared()
def _plans(_viewer: None, case_ids: frozenset[int]) -> QuerySet[Plan]:
    return Plan.objects.filter(case_id__in=case_ids).select_related("by__user").order_by("-id")


def plans_of(case: Case) -> list[Plan]:
    """The plans of a case and of those joined to it, the latest first."""
    return _plans.rows(None, with_joined(case))


def visible_plan(viewer: Viewer, plan_id: UUID) -> tuple[ShownPlan, CaseVisibility] | None:
    """A plan by its public id, with what the viewer sees of its case; None where the viewer reaches none."""
    case = visible_cases(viewer).select_related("holder__party").filter(plans__public_id=plan_id).first()
    if case is None:
        return None
    visible = visibility(viewer, case)
    return shown(visible, Plan.objects.select_related("case").get(public_id=plan_id)), visible


def plans_at(viewer: Viewer) -> QuerySet[Plan]:
    """Plans of cases that are held at the viewer's places, and those that the holder's party tells them of."""
    told = disclosed_to(viewer).filter(
        group=PLAN, subject=OuterRef("case__person__subject"), from_party=OuterRef("case__holder__party")
    )
    found = Q(case__holder_id__in=viewer.case_post_ids) | Q(Exists(told.order_by()))
    return Plan.objects.filter(found).select_related(*CASE)


@prepared("post_ids")
def steps_to_do(viewer: Viewer) -> QuerySet[Step]:
    """What the viewer is to do after plans, what is due first."""
    return (
        Step.objects.filter(
            to_id__in=viewer.post_ids,
            ended_at__isnull=True,
            became_step=False,
            plan__ended_at__isnull=True,
            plan__case__closed_at__isnull=True,
        )
        .select_related("to__user", "to__unit", "by", "plan", *(f"plan__{name}" for name in CASE))
        .order_by("due_on", "id")
    )


def visible_step(viewer: Viewer, step_id: UUID) -> tuple[Step, CaseVisibility] | None:
    """A step by its public id with what the viewer sees of its case; None where it is hidden."""
    step = Step.objects.filter(public_id=step_id).select_related("to__user", "to__unit", "by", "plan").first()
    case = step and visible_cases(viewer).filter(pk=step.plan.case_id).first()
    if not (step and case):
        return None
    visible = visibility(viewer, case)
    return (step, visible) if visible.sees("text", step) else None


def unreviewed(on: date) -> QuerySet[Plan]:
    """Plans of open cases whose review is overdue on `on`."""
    fresh = Review.objects.filter(reviewed_on__gte=rules.reviewed_since(on), plan=OuterRef("pk")).order_by()
    return Plan.objects.filter(~Exists(fresh), ended_at__isnull=True, case__closed_at__isnull=True)


@prepared("post_ids")
def to_review(viewer: Viewer) -> QuerySet[Plan]:
    """Plans to review, of persons whom the viewer holds; the oldest first."""
    found = unreviewed(clock.today()).filter(case__holder_id__in=viewer.post_ids)
    return found.select_related(*CASE).order_by("id")


@reading
def own_plans(subject: str) -> list[ShownPlan]:
    """The person's plans that go on, whole; for the person."""
    plans = Plan.objects.filter(case__person__subject=subject, ended_at__isnull=True).select_related(
        "case__party", "case__holder__user", "case__holder__unit"
    )
    return [
        ShownPlan(plan, tuple(_reviews.rows(None, plan.pk)), tuple(_steps.rows(None, plan.pk)))
        for plan in plans.order_by("id")
    ]
