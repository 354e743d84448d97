"""Noting what happens in the passage out of a programme, one form a step."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.views import form_page, reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.passages import programme, programme_actions
from handslag.passages.pages import programme_forms as forms
from handslag.passages.pages.views import Step
from handslag.ui.access import page
from handslag.ui.forms import Form
from handslag.ui.submission import carried_out


def _leave_form(request: Request, case: Case) -> Form:
    leave = programme.going_on(case.pk)
    return forms.SickLeaveForm(
        request.POST or None, initial={"since": clock.today(), "programme": leave.programme if leave else ""}
    )


def _steps() -> dict[str, Step]:
    today = clock.today()
    return {
        "sick-leave": Step(_("Sick leave from a programme"), _("Save"), _("It is noted."), _leave_form,
                           lambda r, c, f: programme_actions.note_sick_leave(
                               r.viewer, c.pk, f.cleaned_data["since"], f.cleaned_data["degree"],
                               f.cleaned_data["programme"])),
        "adaptation": Step(_("Can the programme be adapted?"), _("Save"), _("It is noted."),
                           lambda r, _c: forms.AdaptationForm(r.POST or None, initial={"examined_on": today}),
                           lambda r, c, f: programme_actions.note_adaptation(
                               r.viewer, c.pk, f.cleaned_data["examined_on"],
                               can_adapt=f.cleaned_data["can_adapt"] == "yes")),
        "leave": Step(_("Leaves the programme"), _("Save"), _("It is noted, with the last day to come back."),
                      lambda r, _c: forms.DischargeForm(r.POST or None, initial={"left_on": today}),
                      lambda r, c, f: programme_actions.note_discharge(r.viewer, c.pk, f.cleaned_data["left_on"])),
        "way-back": Step(_("The way back to the programme"), _("Save"), _("It is noted."),
                         lambda r, _c: forms.WayBackForm(r.POST or None, initial={"result_on": today}),
                         lambda r, c, f: programme_actions.note_way_back(
                             r.viewer, c.pk, f.cleaned_data["result"], f.cleaned_data["result_on"])),
    }  # fmt: skip


@page(*HOLDING_ROLES)
def step(request: Request, case_id: UUID, verb: str) -> HttpResponse:
    """Notes one thing of a passage out of a programme."""
    case = reached(request, case_id)
    taken = _steps().get(verb)
    may = may_act(request.viewer, case.holder_id, case.holder.unit_id)
    if taken is None or not may or not visibility(request.viewer, case).sees("livelihood"):
        raise Http404
    form = taken.form(request, case)
    if carried_out(request, form, lambda _data: taken.act(request, case, form), taken.done):
        return redirect("case", case_id)
    return form_page(request, case, form, taken.heading, taken.save)
