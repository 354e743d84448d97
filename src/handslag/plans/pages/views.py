"""Making a plan, reading it, changing it, and printing it for the person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.changing import changed
from handslag.cases.pages.rows import case_row, person_name
from handslag.cases.pages.views import form_page, reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.queries import units_told
from handslag.disclosure.rules import PLAN
from handslag.drafts.pages.desk import writing_page, written
from handslag.foundation import clock
from handslag.parties.models import Post
from handslag.parties.queries import holding_posts
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import OPENED, Request
from handslag.plans import actions, queries
from handslag.plans.pages import forms
from handslag.plans.pages.document import plan_pdf
from handslag.plans.pages.rows import step_row
from handslag.plans.queries import ShownPlan
from handslag.reference import codes
from handslag.ui.access import PERSON, page
from handslag.ui.dates import due_tone, iso, when
from handslag.ui.documents import pdf_response
from handslag.ui.forms import Form
from handslag.ui.sessions import person_of

TEXTS = ("goal", "support", "duties", "direction", "other", "note")


@page(*HOLDING_ROLES)
def make(request: Request, case_id: UUID) -> HttpResponse:
    """Makes the plan of a case."""
    case = reached(request, case_id)
    form = forms.WordsForm(request.POST or None, is_first=True)
    made: list = []

    def act(_data: dict) -> None:
        made.append(actions.make_plan(request.viewer, case.pk, form.words))

    at = written(request, case, "make-plan", form, act, _("The plan is made. Add what is to be done."))
    if at is None:
        return redirect("plan", made[0].public_id) if made else redirect("case", case_id)
    return writing_page(request, case, form, at, _("Make a plan"), _("Save the plan"))


def _found(request: Request, plan_id: UUID) -> tuple[ShownPlan, CaseVisibility]:
    found = queries.visible_plan(request.viewer, plan_id)
    if found is None:
        raise Http404
    request.viewer.memo[OPENED] = found[0].plan.case_id
    return found


def doers(case: Case):
    """Who can be given a step: the unit that is responsible, and units that a basis lets be told of the plan."""
    units = [case.holder.unit, *units_told(case.person.subject, case.holder.party.pk, PLAN)]
    posts = [post.pk for unit in units for post in holding_posts(unit)]
    found = Post.objects.filter(pk__in=posts).select_related("user", "unit")
    return found.order_by("user__family_name", "user__given_name", "id")


@dataclass(frozen=True)
class Change:
    """How a page lets the user change a plan."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, ShownPlan, Case], Form]
    act: Callable[[Request, Case, Any], object]
    is_long: bool = False
    """Whether it is saved as a draft while it is written."""


def _words_form(request: Request, found: ShownPlan, _case: Case) -> Form:
    now = {name: getattr(found.words, name) for name in TEXTS[:-1]} if found.words else {}
    return forms.WordsForm(request.POST or None, initial=now)


def _step_form(request: Request, _found: ShownPlan, case: Case) -> Form:
    return forms.StepForm(request.POST or None, people=doers(case), initial={"to": case.holder.public_id})


def _changes() -> dict[str, Change]:
    return {
        "step": Change(_("Add a step"), _("Save the step"), _("The step is added."), _step_form,
                       lambda r, c, f: actions.add_step(r.viewer, c.pk, f.planned), is_long=True),
        "review": Change(_("Review the plan"), _("Save the review"), _("The plan is reviewed."), _words_form,
                         lambda r, c, f: actions.review_plan(r.viewer, c.pk, f.words), is_long=True),
        "end": Change(_("End the plan"), _("End the plan"), _("The plan is ended."),
                      lambda r, _p, _c: forms.EndPlanForm(r.POST or None),
                      lambda r, c, f: actions.end_plan(r.viewer, c.pk, f.cleaned_data["ending"])),
    }  # fmt: skip


def _may_change(request: Request, found: ShownPlan, case: Case) -> bool:
    goes_on = found.plan.ended_at is None and case.is_worked_in
    return goes_on and may_act(request.viewer, case.holder_id, case.holder.unit_id)


@page(*CASE_ROLES)
def show(request: Request, plan_id: UUID) -> HttpResponse:
    """The plan as the viewer may see it, with what the viewer may do."""
    found, visible = _found(request, plan_id)
    today, due = clock.today(), found.review_due
    may_change = _may_change(request, found, visible.case)
    return render(
        request,
        "plans/plan.html",
        {
            "case": case_row(visible, today),
            "plan": found.plan,
            "words": found.words,
            "steps": [step_row(step) for step in found.steps],
            "missing": [(codes.label("plan_item", i), codes.entries("plan_item")[i].source) for i in found.missing],
            "earlier": found.reviews[1:],
            "ended": codes.label("plan_ending", found.plan.ending) if found.plan.ending and found.words else "",
            "review": iso(due),
            "review_in": when(due, today),
            "review_tone": due_tone(due, today) if due else "",
            "changes": [(verb, change.heading) for verb, change in _changes().items()] if may_change else [],
        },
    )


@page(*HOLDING_ROLES)
def change(request: Request, plan_id: UUID, verb: str) -> HttpResponse:
    """Changes a plan."""
    found, visible = _found(request, plan_id)
    wanted, case = _changes().get(verb), visible.case
    if wanted is None or not _may_change(request, found, case):
        raise Http404
    form = wanted.form(request, found, case)
    act = lambda _data: wanted.act(request, case, form)  # noqa: E731
    if wanted.is_long:
        at = written(request, case, f"{verb}-{plan_id}", form, act, wanted.done)
        if at is not None:
            return writing_page(request, case, form, at, wanted.heading, wanted.save)
    elif not changed(request, case, form, act, wanted.done):
        return form_page(request, case, form, wanted.heading, wanted.save)
    return redirect("plan", plan_id)


@page(*CASE_ROLES)
def step(request: Request, step_id: UUID) -> HttpResponse:
    """A step of a plan; whoever was to do it notes what came of it."""
    found = queries.visible_step(request.viewer, step_id)
    if found is None:
        raise Http404
    planned, visible = found
    form = forms.EndStepForm(request.POST or None)

    def act(data: dict) -> None:
        actions.end_step(request.viewer, planned.pk, was_done=data["was_done"] == "yes")

    if changed(request, visible.case, form, act, _("It is noted what came of the step.")):
        return redirect("plan", planned.plan.public_id)
    context = {"case": case_row(visible, clock.today()), "step": planned, "row": step_row(planned), "form": form}
    return render(request, "plans/step.html", context)


@page(*HOLDING_ROLES)
def printed(request: Request, plan_id: UUID) -> HttpResponse:
    """The plan as a PDF for the person: what the viewer may see of it."""
    found, visible = _found(request, plan_id)
    if found.words is None:
        raise Http404
    return pdf_response(plan_pdf(found, person_name(visible), str(visible.case.holder.user)), "plan.pdf")


@page(PERSON)
def own_printed(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The person's own plan as a PDF."""
    plans = queries.own_plans(person_of(request) or "")
    found = next((found for found in plans if found.plan.public_id == plan_id), None)
    if found is None:
        raise Http404
    return pdf_response(plan_pdf(found, _("me"), str(found.plan.case.holder.user)), "plan.pdf")
