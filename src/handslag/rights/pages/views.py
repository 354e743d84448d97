"""Rectification and protected identity."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.cases.pages.changing import changed
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import form_page, reached
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.reference.fields import listed, several_listed
from handslag.rights.protection import protect as protect_person
from handslag.rights.rectification import present
from handslag.rights.rectification import rectify as rectify_record
from handslag.ui.access import page
from handslag.ui.forms import Form


class RectifyForm(Form):
    """What is recorded, and what was wrong with it."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=60)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=60)
    identity_number = forms.CharField(
        label=gettext_lazy("Identity number, 12 digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    municipality_code = listed("municipality", label=gettext_lazy("Municipality"))
    target_groups = several_listed("target_group", label=gettext_lazy("Need groups"))
    reason = forms.CharField(label=gettext_lazy("What was wrong, and who said so?"), max_length=300)


class ProtectForm(Form):
    """That the caseworker has read what protection does."""

    understood = forms.BooleanField(label=gettext_lazy("I have read this. Hide the person now."))


@page(*HOLDING_ROLES)
def rectify(request: Request, case_id: UUID) -> HttpResponse:
    """Mends what was recorded wrongly; both versions are kept."""
    case = reached(request, case_id)
    if case.party_id not in request.viewer.own_party_ids or not visibility(request.viewer, case).identity:
        raise Http404
    recorded = present(case)
    initial = {**recorded, "target_groups": recorded["target_groups"].split(";")}
    form = RectifyForm(request.POST or None, initial=initial)

    def act(data: dict) -> None:
        values = {**data, "target_groups": ";".join(sorted(data["target_groups"]))}
        rectify_record(request.viewer, case.pk, values, data["reason"])

    if changed(request, case, form, act, _("It is rectified. What stood before is kept, with the reason.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Rectify"), _("Save both versions"))


@page(*HOLDING_ROLES)
def protect(request: Request, case_id: UUID) -> HttpResponse:
    """Hides a person with protected identity everywhere, at once."""
    case = reached(request, case_id)
    form = ProtectForm(request.POST or None)
    done = _("The person is hidden and goes on as an anonymous participant.")
    if changed(request, case, form, lambda _d: protect_person(request.viewer, case.pk), done):
        return redirect("case", case_id)
    row = case_row(visibility(request.viewer, case), clock.today())
    return render(request, "rights/protect.html", {"case": row, "form": form})
