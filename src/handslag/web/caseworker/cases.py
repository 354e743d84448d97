"""A case: who holds the person, what happens next, and the whole way here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases import actions, queries, rules
from handslag.cases.models import Case
from handslag.cases.sight import sight
from handslag.foundation import clock
from handslag.handovers.queries import handovers_of
from handslag.handovers.rules import OPEN
from handslag.intake.single import open_one
from handslag.journal.queries import changes_of
from handslag.parties.queries import holding_posts
from handslag.reference import codes
from handslag.web import rows
from handslag.web.access import CASE_ROLES, HOLDERS, page
from handslag.web.caseworker.bases import basis_lines, joining_context
from handslag.web.caseworker.forms import CloseForm, LivelihoodForm, NewCaseForm, NextStepForm, PauseForm
from handslag.web.caseworker.wording import journal_lines
from handslag.web.doing import carried_out, tried
from handslag.web.timeline import timeline

JOURNAL_LINES = 50


def visible(request: HttpRequest, case_id: int) -> Case:
    """The case, if the viewer reaches it; else a page that says nothing is here."""
    return get_object_or_404(queries.visible_cases(request.viewer), pk=case_id)


def form_page(request: HttpRequest, case: Case, form, heading: str, save: str) -> HttpResponse:
    return render(
        request,
        "caseworker/case_form.html",
        {
            "case": rows.case_row(sight(request.viewer, case), clock.today()),
            "form": form,
            "heading": heading,
            "save": save,
        },
    )


@page(*CASE_ROLES)
def show(request: HttpRequest, case_id: int) -> HttpResponse:
    """The case page."""
    viewer, today = request.viewer, clock.today()
    case = visible(request, case_id)
    seen = sight(viewer, case)
    handovers = list(handovers_of(viewer, case))
    going_on = next((handover for handover in handovers if handover.state in OPEN), None)
    context = {
        "case": case,
        "sight": seen,
        "row": rows.case_row(seen, today),
        "bases": basis_lines(seen),
        "since": rows.minute(case.holder_since)[:10],
        "held_in": rows.when(case.holder_since.date(), today),
        "livelihood_since": case.livelihood_since.isoformat() if seen.shows_livelihood else "",
        "step_by": case.next_step_by.user if case.next_step_by_id != case.holder_id else None,
        "municipality": codes.label("municipality", seen.municipality_code),
        "groups": [codes.label("target_group", group) for group in seen.target_groups],
        "outcome": codes.label("outcome", case.outcome) if seen.shows_outcome else _("not disclosed"),
        "handover": rows.handover_row(going_on, seen, today) if going_on else None,
        "handovers": [rows.handover_row(handover, seen, today) for handover in handovers[:20]],
        "timeline": timeline(seen, handovers),
        "journal": journal_lines(changes_of(case.pk)[:JOURNAL_LINES]),
        "may_act": case.is_open
        and not case.joined_to_id
        and rules.may_act(viewer, case.holder_id, case.holder.unit_id),
        "is_ours": case.party_id in viewer.own_party_ids,
        **joining_context(viewer, case),
    }
    return render(request, "caseworker/case.html", context)


@page(*HOLDERS)
def next_step(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ends the present step and sets the next."""
    case = visible(request, case_id)
    form = NextStepForm(
        request.POST or None,
        people=holding_posts(case.holder.unit),
        initial={"next_step_by": case.holder_id, "was_done": "yes"},
    )

    def act(data: dict) -> None:
        actions.take_next_step(
            request.viewer,
            case_id,
            data["next_step"],
            data["next_step_on"],
            data["next_step_by"],
            was_done=data["was_done"] == "yes",
            note=data["note"],
        )

    if carried_out(request, form, act, _("The next step is set.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Next step"), _("Save the next step"))


@page(*HOLDERS)
def livelihood(request: HttpRequest, case_id: int) -> HttpResponse:
    """Notes a new livelihood, or a new end date."""
    case = visible(request, case_id)
    present = {
        "livelihood": case.livelihood,
        "livelihood_degree": case.livelihood_degree,
        "livelihood_since": case.livelihood_since,
        "livelihood_ends_on": case.livelihood_ends_on,
    }
    shown = sight(request.viewer, case).shows_livelihood
    form = LivelihoodForm(request.POST or None, initial=present if shown else {})

    def act(data: dict) -> None:
        actions.change_livelihood(
            request.viewer,
            case_id,
            data["livelihood"],
            data["livelihood_degree"],
            data["livelihood_since"],
            data["livelihood_ends_on"],
        )

    if carried_out(request, form, act, _("The livelihood is noted.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Livelihood"), _("Save the livelihood"))


@page(*HOLDERS)
def pause(request: HttpRequest, case_id: int) -> HttpResponse:
    """Lets a case rest until a day."""
    case = visible(request, case_id)
    form = PauseForm(request.POST or None)

    def act(data: dict) -> None:
        actions.suspend(request.viewer, case_id, data["until"], data["reason"])

    if carried_out(request, form, act, _("The case is paused; its next step moved with it.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Pause the case"), _("Pause"))


@page(*HOLDERS)
@require_POST
def resume(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ends a pause."""
    visible(request, case_id)
    tried(request, lambda: actions.resume(request.viewer, case_id), _("The pause is over."))
    return redirect("case", case_id)


@page(*HOLDERS)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    """Closes a case, naming an outcome and who is next."""
    case = visible(request, case_id)
    form = CloseForm(request.POST or None)

    def act(data: dict) -> None:
        no_more = data["ends_with"] == "no_more"
        actions.close(
            request.viewer,
            case_id,
            data["outcome"],
            "" if no_more else data["next_responsible"],
            person_wants_no_more=no_more,
        )

    if carried_out(request, form, act, _("The case is closed.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Close the case"), _("Close the case"))


@page(*HOLDERS)
def new(request: HttpRequest) -> HttpResponse:
    """Registers a case by hand; the one who registers it holds it."""
    form = NewCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        case_id, problems = open_one(request.viewer, form.cleaned_data)
        for problem in problems:
            form.add_error(problem.column if problem.column in form.fields else None, problem.message)
        if case_id:
            messages.success(request, _("The case is open, and you hold it."))
            return redirect("case", case_id)
    return render(request, "caseworker/new_case.html", {"form": form, "cancel": reverse("my-work")})
