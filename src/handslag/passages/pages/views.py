"""Noting what happens in a passage, one form a step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.changing import changed
from handslag.cases.pages.views import form_page, reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.parties.queries import units_of_county
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.passages import actions, rules
from handslag.passages.pages import forms
from handslag.ui.access import page
from handslag.ui.forms import Form


@dataclass(frozen=True)
class Step:
    """How a page lets the user note something of a passage."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, Case], Form]
    act: Callable[[Request, Case, Any], object]


def _ending_form(request: Request, case: Case) -> Form:
    benefit = case.livelihood if case.livelihood in rules.BENEFITS else ""
    return forms.EndingForm(
        request.POST or None,
        initial={"benefit": benefit, "cause": rules.ENDS, "ends_on": case.livelihood_ends_on},
    )


def _offer_form(request: Request, case: Case) -> Form:
    units = units_of_county(case.holder.unit.county_code).filter(party__kind="AF")
    return forms.OfferForm(request.POST or None, units=units, initial={"offered_on": clock.today()})


def _steps() -> dict[str, Step]:
    return {
        "ending": Step(_("How the benefit ends"), _("Save"), _("It is noted."), _ending_form,
                       lambda r, c, f: actions.note_ending(r.viewer, c.pk, f.ending)),
        "offer": Step(_("Offer a transition meeting"), _("Note the offer"), _("The offer is noted."), _offer_form,
                      lambda r, c, f: actions.offer_transition(
                          r.viewer, c.pk, f.cleaned_data["offered_on"], f.cleaned_data["with_unit"])),
        "answer": Step(_("Note the person's answer"), _("Save the answer"), _("The answer is noted."),
                       lambda r, _c: forms.AnswerForm(r.POST or None, initial={"answered_on": clock.today()}),
                       lambda r, c, f: actions.answer_offer(
                           r.viewer, c.pk, f.cleaned_data["answer"], f.cleaned_data["answered_on"])),
        "job": Step(_("Job to go back to?"), _("Save"), _("It is noted."),
                    lambda r, _c: forms.JobForm(r.POST or None),
                    lambda r, c, f: actions.note_job(r.viewer, c.pk, has_job=f.cleaned_data["has_job"] == "yes")),
    }  # fmt: skip


@page(*HOLDING_ROLES)
def step(request: Request, case_id: UUID, verb: str) -> HttpResponse:
    """Notes one thing of a passage."""
    case = reached(request, case_id)
    taken = _steps().get(verb)
    may = may_act(request.viewer, case.holder_id, case.holder.unit_id)
    if taken is None or not may or not visibility(request.viewer, case).sees("livelihood"):
        raise Http404
    form = taken.form(request, case)
    if changed(request, case, form, lambda _data: taken.act(request, case, form), taken.done):
        return redirect("case", case_id)
    return form_page(request, case, form, taken.heading, taken.save)
