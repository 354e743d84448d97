"""What is done with a case, one form a page; and search."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases import actions, may, queries, reopening
from handslag.cases.models import Case
from handslag.cases.pages.changing import changed, pressed
from handslag.cases.pages.forms import CloseForm, LivelihoodForm, NextStepForm, PauseForm, ReopenForm
from handslag.cases.pages.rows import case_row, case_table
from handslag.cases.pages.seeking import sought
from handslag.cases.searching import first_found
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.foundation.errors import TooMany
from handslag.parties.queries import holding_posts
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES, LEAD, OFFICER
from handslag.parties.viewer import OPENED, Request
from handslag.ui.access import page
from handslag.ui.forms import Form

"""How many cases a search shows."""


def reached(request: Request, case_id: UUID) -> Case:
    """The case, if the viewer reaches it; else a page that says nothing is here."""
    case = queries.visible_case(request.viewer, case_id)
    if case is None:
        raise Http404
    request.viewer.memo[OPENED] = case.pk
    return case


def form_page(request: Request, case: Case, form: Form, heading: str, save: str) -> HttpResponse:
    """A form about a case, under the case's head."""
    row = case_row(visibility(request.viewer, case), clock.today())
    return render(request, "cases/form.html", {"case": row, "form": form, "heading": heading, "save": save})


@page(*HOLDING_ROLES)
def next_step(request: Request, case_id: UUID) -> HttpResponse:
    """Ends the present step and sets the next."""
    case = reached(request, case_id)
    form = NextStepForm(
        request.POST or None,
        people=holding_posts(case.holder.unit),
        initial={"next_step_by": case.holder.public_id, "was_done": "yes"},
    )

    def act(data: dict) -> None:
        actions.take_next_step(
            request.viewer,
            case.pk,
            data["next_step"],
            data["next_step_on"],
            data["next_step_by"],
            was_done=data["was_done"] == "yes",
            note=data["note"],
        )

    if changed(request, case, form, act, _("The next step is set.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Next step"), _("Save the next step"))


@page(*HOLDING_ROLES)
def livelihood(request: Request, case_id: UUID) -> HttpResponse:
    """Notes a new livelihood, or a new end date."""
    case = reached(request, case_id)
    present = {
        "livelihood": case.livelihood,
        "livelihood_degree": case.livelihood_degree,
        "livelihood_since": case.livelihood_since,
        "livelihood_ends_on": case.livelihood_ends_on,
    }
    shown = visibility(request.viewer, case).sees("livelihood")
    form = LivelihoodForm(request.POST or None, initial=present if shown else {})

    def act(data: dict) -> None:
        actions.change_livelihood(
            request.viewer,
            case.pk,
            data["livelihood"],
            data["livelihood_degree"],
            data["livelihood_since"],
            data["livelihood_ends_on"],
        )

    if changed(request, case, form, act, _("The livelihood is noted.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Livelihood"), _("Save the livelihood"))


@page(*HOLDING_ROLES)
def pause(request: Request, case_id: UUID) -> HttpResponse:
    """Lets a case rest until a day."""
    case = reached(request, case_id)
    form = PauseForm(request.POST or None)

    def act(data: dict) -> None:
        actions.suspend(request.viewer, case.pk, data["until"], data["reason"])

    if changed(request, case, form, act, _("The case is paused; its next step moved with it.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Pause the case"), _("Pause"))


@page(*HOLDING_ROLES)
@require_POST
def resume(request: Request, case_id: UUID) -> HttpResponse:
    """Ends a pause."""
    case = reached(request, case_id)
    pressed(request, case, lambda: actions.resume(request.viewer, case.pk), _("The pause is over."))
    return redirect("case", case_id)


@page(*HOLDING_ROLES)
def close(request: Request, case_id: UUID) -> HttpResponse:
    """Closes a case, naming an outcome and who is next."""
    case = reached(request, case_id)
    form = CloseForm(request.POST or None)

    def act(data: dict) -> None:
        no_more = data["ends_with"] == "no_more"
        actions.close(
            request.viewer,
            case.pk,
            data["outcome"],
            "" if no_more else data["next_responsible"],
            person_wants_no_more=no_more,
        )

    if changed(request, case, form, act, _("The case is closed.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Close the case"), _("Close the case"))


@page(LEAD, OFFICER)
def reopen(request: Request, case_id: UUID) -> HttpResponse:
    """Opens a closed case again."""
    case = reached(request, case_id)
    if may.leading_post(request.viewer, case.holder) is None:
        raise Http404
    if request.method == "GET" and case.is_open:
        return redirect("case", case_id)
    form = ReopenForm(request.POST or None, people=holding_posts(case.holder.unit), outcome=case.outcome)

    def act(data: dict) -> None:
        told = (data[name] for name in ("reason", "holder", "next_step", "next_step_on"))
        reopening.reopen(request.viewer, case.pk, *told)

    if changed(request, case, form, act, _("The case is open again.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Open the case again"), _("Open the case again"))


@page(*CASE_ROLES)
@require_POST
def search(request: Request) -> HttpResponse:
    """Finds persons the viewer may see. Posted, so that no identity number ever stands in an address."""
    text = request.POST.get("q", "").strip()[:130]
    try:
        found, has_more = first_found(sought(request, text)) if len(text) > 1 else ([], False)
    except TooMany as refused:
        return render(request, "cases/search.html", {"text": text, "refused": refused.message}, status=429)
    shown = case_table(request.viewer, found)
    return render(request, "cases/search.html", {"text": text, "table": shown, "more": has_more})
