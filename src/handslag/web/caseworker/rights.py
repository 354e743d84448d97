"""Rectification and protected identity."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.cases.sight import sight
from handslag.foundation import clock
from handslag.reference import codes
from handslag.rights.protection import protect as protect_person
from handslag.rights.rectification import present
from handslag.rights.rectification import rectify as rectify_record
from handslag.web import rows
from handslag.web.access import HOLDERS, page
from handslag.web.caseworker.cases import form_page, visible
from handslag.web.caseworker.forms import listed
from handslag.web.doing import carried_out
from handslag.web.forms import Form


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
    target_groups = forms.MultipleChoiceField(
        label=gettext_lazy("Need groups"),
        choices=lambda: codes.choices("target_group"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=gettext_lazy("What was wrong, and who said so?"), max_length=300)


class ProtectForm(Form):
    """That the caseworker has read what protection does."""

    understood = forms.BooleanField(label=gettext_lazy("I have read this. Hide the person now."))


@page(*HOLDERS)
def rectify(request: HttpRequest, case_id: int) -> HttpResponse:
    """Mends what was recorded wrongly; both versions are kept."""
    case = visible(request, case_id)
    if case.party_id not in request.viewer.own_party_ids or not sight(request.viewer, case).identity:
        raise Http404
    recorded = present(case)
    initial = {**recorded, "target_groups": recorded["target_groups"].split(";")}
    form = RectifyForm(request.POST or None, initial=initial)

    def act(data: dict) -> None:
        values = {**data, "target_groups": ";".join(sorted(data["target_groups"]))}
        rectify_record(request.viewer, case_id, values, data["reason"])

    if carried_out(request, form, act, _("It is rectified. What stood before is kept, with the reason.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Rectify"), _("Save both versions"))


@page(*HOLDERS)
def protect(request: HttpRequest, case_id: int) -> HttpResponse:
    """Hides a person with protected identity everywhere, at once."""
    case = visible(request, case_id)
    form = ProtectForm(request.POST or None)
    done = _("The person is hidden and goes on as an anonymous participant.")
    if carried_out(request, form, lambda _d: protect_person(request.viewer, case_id), done):
        return redirect("case", case_id)
    row = rows.case_row(sight(request.viewer, case), clock.today())
    return render(request, "caseworker/protect.html", {"case": row, "form": form})
