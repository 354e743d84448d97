"""Asking for a joint assessment, who takes part, what is gathered, and what it ends in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.assessments import actions, queries, rules
from handslag.assessments.models import Assessment, Call, Document
from handslag.assessments.pages import forms
from handslag.assessments.pages.rows import assessment_row
from handslag.assessments.pages.showing import shown
from handslag.assessments.wording import state_label
from handslag.cases.models import Case
from handslag.cases.pages.changing import carried, changed, pressed
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import form_page, reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import PLAN
from handslag.foundation import clock
from handslag.meetings.pages.rows import meeting_row
from handslag.meetings.pages.rows import table_of as meetings_table
from handslag.parties.models import Unit
from handslag.parties.pages.fields import chosen_county
from handslag.parties.queries import holding_posts, units_of_county
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import OPENED, Request
from handslag.plans.queries import plans_of
from handslag.reference import codes
from handslag.ui.access import page
from handslag.ui.dates import minute
from handslag.ui.forms import Form


def _others(request: Request, case: Case):
    county = chosen_county(request, case.holder.unit.county_code)
    return county, units_of_county(county).exclude(party=case.holder.party)


@page(*HOLDING_ROLES)
def ask(request: Request, case_id: UUID) -> HttpResponse:
    """Asks units of other parties for a joint assessment; goes on to the consent where a unit may not be told."""
    case = reached(request, case_id)
    county, units = _others(request, case)
    form = forms.AskForm(
        request.POST or None, units=units, initial={"wanted_by": clock.today() + timedelta(days=rules.WITHIN)}
    )
    made: list[Assessment] = []

    def act(_data: dict) -> None:
        made.append(actions.ask_assessment(request.viewer, case.pk, form.request))

    if changed(request, case, form, act, _("The units are called. Book a meeting with the person.")):
        if not made:
            return redirect("case", case_id)
        lacking = untold(case, form.request.units)
        return redirect(_consent_url(case, lacking) if lacking else reverse("assessment", args=[made[0].public_id]))
    row = case_row(visibility(request.viewer, case), clock.today())
    context = {"case": row, "form": form, "counties": codes.choices("county"), "county": county}
    return render(request, "assessments/ask.html", context)


def untold(case: Case, units) -> list[Unit]:
    """The units that no basis lets be told what is planned with the person."""
    return [unit for unit in units if not covers(case.person.subject, case.holder.party.pk, unit, PLAN)]


def _consent_url(case: Case, units: list[Unit]) -> str:
    chosen = urlencode([("unit", str(unit.public_id)) for unit in units])
    return f"{reverse('consent', args=[case.public_id])}?{chosen}"


def found(request: Request, assessment_id: UUID) -> tuple[Assessment, CaseVisibility]:
    """The assessment, if the viewer reaches it; else a page that says nothing is here."""
    seen = queries.visible_assessment(request.viewer, assessment_id)
    if seen is None:
        raise Http404
    request.viewer.memo[OPENED] = seen[0].case_id
    return seen


@dataclass(frozen=True)
class Step:
    """How a page lets the user do something with an assessment."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, Assessment, CaseVisibility], Form]
    act: Callable[[Request, Assessment, Any], object]


def _call_form(request: Request, assessment: Assessment, visible: CaseVisibility) -> Form:
    called = [call.unit_id for call in queries.calls_of(assessment)]
    return forms.CallForm(request.POST or None, units=_others(request, visible.case)[1].exclude(pk__in=called))


def _end_form(kind: type[forms.StepForm]) -> Callable[[Request, Assessment, CaseVisibility], Form]:
    def form(request: Request, assessment: Assessment, visible: CaseVisibility) -> Form:
        case = visible.case
        part = actions.latest(assessment, case.holder.party_id)
        goal = part.goal if part and visible.sees("goal", part) else ""
        has_plan = any(plan.ended_at is None for plan in plans_of(case) if plan.case_id == case.pk)
        return kind(
            request.POST or None,
            people=holding_posts(case.holder.unit),
            has_plan=has_plan,
            initial={"to": case.holder.public_id, "goal": goal},
        )

    return form


def _steps() -> dict[str, Step]:
    return {
        "end": Step(_("End the joint assessment"), _("End it, with a plan and a next step"),
                    _("The joint assessment has ended in a plan. Its first step is the next step."),
                    _end_form(forms.EndForm),
                    lambda r, a, f: actions.end_assessment(r.viewer, a.pk, f.ending)),
        "call": Step(_("Call one more unit"), _("Call"), _("They are called."), _call_form,
                     lambda r, a, f: actions.call_unit(r.viewer, a.pk, f.cleaned_data["unit"])),
        "break-off": Step(_("Break it off"), _("Break it off, with a plan and a next step"),
                          _("The joint assessment is broken off."), _end_form(forms.BreakForm),
                          lambda r, a, f: actions.end_assessment(r.viewer, a.pk, f.ending)),
    }  # fmt: skip


def _leads(request: Request, assessment: Assessment, case: Case) -> bool:
    return assessment.ended_at is None and may_act(request.viewer, case.holder_id, case.holder.unit_id)


def _ending(assessment: Assessment, visible: CaseVisibility) -> str:
    if assessment.ended_at is None or not visible.sees("outcome", assessment):
        return ""
    if assessment.outcome:
        return codes.label("assessment_outcome", assessment.outcome)
    return codes.label("end_reason", assessment.reason)


@page(*CASE_ROLES)
def show(request: Request, assessment_id: UUID) -> HttpResponse:
    """A joint assessment as the viewer may see it, with what the viewer may do."""
    assessment, visible = found(request, assessment_id)
    case, today = visible.case, clock.today()
    calls, leads = queries.calls_of(assessment), _leads(request, assessment, case)
    post = actions.post_taking_part(request.viewer, assessment, case) if case.is_open else None
    shows, parts = visible.sees("purpose", assessment), queries.latest_parts(assessment)
    lacking = untold(case, [call.unit for call in calls]) if leads else []
    return render(
        request,
        "assessments/assessment.html",
        {
            "case": case_row(visible, today),
            "assessment": assessment,
            "row": assessment_row(assessment, visible),
            "shows": shows,
            "state": state_label(queries.facts_of(assessment).state) if shows else "",
            "ending": _ending(assessment, visible),
            "parts": [shown(visible, part) for part in parts],
            "silent": actions.silent_parties(assessment, case) if assessment.ended_at is None else [],
            "calls": calls,
            "others": queries.others_of(assessment) if shows else [],
            "untold": [unit.name for unit in lacking],
            "consent": _consent_url(case, lacking) if lacking else "",
            "documents": [
                (document, minute(document.gathered_at)) for document in queries.documents_of(visible, assessment)
            ],
            "meetings": meetings_table(
                (meeting_row(meeting, visible, today) for meeting in queries.meetings_of(assessment)),
                hides_person=True,
            ),
            "steps": [(verb, step.heading) for verb, step in _steps().items()] if leads else [],
            "leads": leads,
            "takes_part": post is not None,
            "has_signed": post is not None and any(part.party_id == post.party_id for part in parts),
            "carried": carried(visible.case),
        },
    )


@page(*HOLDING_ROLES)
def step(request: Request, assessment_id: UUID, verb: str) -> HttpResponse:
    """Does something with an assessment."""
    assessment, visible = found(request, assessment_id)
    taken = _steps().get(verb)
    if taken is None or not _leads(request, assessment, visible.case):
        raise Http404
    form = taken.form(request, assessment, visible)
    if changed(request, visible.case, form, lambda _data: taken.act(request, assessment, form), taken.done):
        return redirect("assessment", assessment_id)
    return form_page(request, visible.case, form, taken.heading, taken.save)


@page(*HOLDING_ROLES)
@require_POST
def uncall(request: Request, call_id: UUID) -> HttpResponse:
    """Takes the call to a unit back."""
    call = get_object_or_404(Call.objects.select_related("assessment"), public_id=call_id)
    assessment, visible = found(request, call.assessment.public_id)
    act, done = lambda: actions.uncall_unit(request.viewer, call.pk), _("They are no longer called.")  # noqa: E731
    pressed(request, visible.case, act, done)
    return redirect("assessment", assessment.public_id)


@page(*HOLDING_ROLES)
@require_POST
def gather(request: Request, document_id: UUID) -> HttpResponse:
    """Notes that a document has been gathered."""
    document = get_object_or_404(Document.objects.select_related("assessment"), public_id=document_id)
    assessment, visible = found(request, document.assessment.public_id)
    act, done = lambda: actions.gather_document(request.viewer, document.pk), _("It is noted as gathered.")  # noqa: E731
    pressed(request, visible.case, act, done)
    return redirect("assessment", assessment.public_id)
