"""Confirming what the own party tells by a consent that another party recorded."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from handslag.cases.pages.changing import changed
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import reached
from handslag.cases.visibility import visibility
from handslag.disclosure.rules import SIGNATURE
from handslag.foundation import clock
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.sharing import actions
from handslag.sharing.pages.forms import ConfirmForm
from handslag.sharing.queries import to_confirm, waiting_in
from handslag.ui.access import page

SHOWN = (
    *("recorded_by__user", "recorded_by__unit", "recorded_by__party"),
    *("witness__user", "witness__unit"),
)


def _over(request: Request, case_id: UUID) -> HttpResponse:
    """What was sent twice, or after somebody else had confirmed or ended it all, is answered in words."""
    if request.method != "POST":
        raise Http404
    messages.info(request, _("Nothing waits for your confirmation any more."))
    return redirect("sharing", case_id)


@page(*HOLDING_ROLES)
def confirm(request: Request, case_id: UUID, consent_id: UUID) -> HttpResponse:
    """Shows the consent and what the own party would tell by it; the chosen lines are confirmed, or refused."""
    case = reached(request, case_id)
    consent = to_confirm(request.viewer).select_related(*SHOWN).filter(public_id=consent_id).first()
    waiting = [line for line in waiting_in(request.viewer, case) if consent and line.consent_id == consent.pk]
    if not (consent and waiting):
        return _over(request, case_id)
    refuses = "refuse" in request.POST
    is_signed = consent.signed_at is not None
    initial = {"seen": SIGNATURE} if is_signed else {}
    form = ConfirmForm(request.POST or None, waiting=waiting, refuses=refuses, is_signed=is_signed, initial=initial)

    def act(data: dict) -> None:
        ids = [line.pk for line in waiting if str(line.public_id) in data["lines"]]
        if refuses:
            actions.refuse_telling(request.viewer, ids)
        else:
            actions.confirm_telling(request.viewer, ids, data["seen"], is_tested=data["is_tested"])

    done = _("It is refused; nothing of it is told.") if refuses else _("It is confirmed, and told from now on.")
    if changed(request, case, form, act, done):
        return redirect("sharing", case_id)
    return render(
        request,
        "sharing/confirm.html",
        {
            "case": case_row(visibility(request.viewer, case), clock.today()),
            "consent": consent,
            "manner": codes.label("consent_manner", consent.manner),
            "form": form,
        },
    )
