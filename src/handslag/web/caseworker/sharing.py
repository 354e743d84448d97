"""Consent and disclosure: who is told what, recording it, printing it, and withdrawing it."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases import rules as case_rules
from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.cases.sight import Sight, sight
from handslag.disclosure.actions import Agreed, Statutory
from handslag.disclosure.models import Disclosure
from handslag.disclosure.queries import by_consent, disclosures_about
from handslag.disclosure.rules import Flow
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.handovers.rules import proposed_contact
from handslag.parties.models import Unit
from handslag.parties.queries import units_of_county, viewer_of
from handslag.reference import codes
from handslag.sharing import actions
from handslag.sharing.queries import is_standing, losses, parted_by
from handslag.web import rows
from handslag.web.access import CASE_ROLES, HOLDERS, page
from handslag.web.caseworker.cases import form_page, visible
from handslag.web.caseworker.sharing_forms import ConsentForm, JoinForm, StatutoryForm
from handslag.web.documents.consent import consent_form
from handslag.web.documents.pdf import pdf_response
from handslag.web.doing import carried_out
from handslag.web.forms import MINUTE
from handslag.web.numbers import number

MOST_UNITS = 6
YEAR = timedelta(days=365)


def _may_record(request: HttpRequest, case: Case) -> bool:
    return case.is_worked_in and case_rules.may_act(request.viewer, case.holder_id, case.holder.unit_id)


def _line(disclosure: Disclosure) -> dict:
    standing = is_standing(disclosure)
    return {
        "id": disclosure.pk,
        "from": disclosure.from_party.name,
        "to": f"{disclosure.to_unit.name} ({disclosure.to_unit.party.name})",
        "group": codes.label("information_group", disclosure.group),
        "until": disclosure.until.isoformat(),
        "standing": standing,
        "ended": rows.minute(disclosure.ended_at) or ("" if standing else disclosure.until.isoformat()),
        "reason": disclosure.reason,
        "statute": codes.label("statutory_basis", disclosure.statute) if disclosure.statute else "",
    }


@page(*CASE_ROLES)
def overview(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everything that was ever disclosed from or to the own party about the person, on which basis."""
    case = visible(request, case_id)
    grouped = by_consent(disclosures_about(request.viewer, case.person.subject))
    consents = [
        {"consent": consent, "manner": codes.label("consent_manner", consent.manner), "lines": [*map(_line, found)],
         "gdpr": codes.label("gdpr_basis", consent.gdpr_basis)}
        for consent, found in grouped.items() if consent
    ]  # fmt: skip
    return render(
        request,
        "caseworker/sharing.html",
        {
            "case": rows.case_row(sight(request.viewer, case), clock.today()),
            "consents": consents,
            "by_law": [*map(_line, grouped.get(None, []))],
            "may_record": _may_record(request, case),
            "is_protected": case.person.is_protected,
            "may_withdraw": bool(request.viewer.unit_ids),
        },
    )


def _county(request: HttpRequest, case: Case) -> str:
    asked = request.GET.get("county", "")
    return asked if codes.exists("county", asked) else case.holder.unit.county_code


def _chosen_units(request: HttpRequest, case: Case) -> list[Unit]:
    ids = [found for value in request.GET.getlist("unit")[:MOST_UNITS] if (found := number(value))]
    others = Unit.objects.filter(pk__in=ids, is_active=True).exclude(party_id=case.holder.party_id)
    return list(others.select_related("party").order_by("party__kind", "party__name", "name"))


def _choose_units(request: HttpRequest, case: Case, seen: Sight) -> HttpResponse:
    county = _county(request, case)
    others = units_of_county(county).exclude(party_id=case.holder.party_id)
    return render(
        request,
        "caseworker/consent_units.html",
        {
            "case": rows.case_row(seen, clock.today()),
            "units": others,
            "county": county,
            "counties": codes.choices("county"),
            "most": MOST_UNITS,
        },
    )


def _agreed(case: Case, units: list[Unit], data: dict) -> Agreed:
    own = case.holder
    flows = {Flow(own.party_id, unit.pk, group) for unit in units for group in data[f"out_{unit.pk}"]}
    flows |= {Flow(unit.party_id, own.unit_id, group) for unit in units for group in data[f"in_{unit.pk}"]}
    return Agreed(
        purpose=data["purpose"],
        manner=data["manner"],
        witness=data["witness"],
        given_on=data["given_on"],
        until=data["until"],
        gdpr_basis=data["gdpr_basis"],
        flows=frozenset(flows),
    )


@page(*HOLDERS)
def consent(request: HttpRequest, case_id: int) -> HttpResponse:
    """Records what the person agreed to: first with whom, then what is told; the form can be printed to sign."""
    case = visible(request, case_id)
    if not _may_record(request, case):
        raise Http404
    seen, units = sight(request.viewer, case), _chosen_units(request, case)
    if not units:
        return _choose_units(request, case, seen)
    today = clock.today()
    form = ConsentForm(
        request.POST or None,
        units=units,
        own=case.holder.party,
        initial={"given_on": today, "until": today + YEAR, "gdpr_basis": "public_task"},
    )
    if request.method == "POST" and "print" in request.POST and form.is_valid():
        return pdf_response(consent_form(seen, units, _agreed(case, units, form.cleaned_data)), "samtycke.pdf")
    done = _("The consent is recorded, and the sharing has begun.")
    if carried_out(
        request, form, lambda d: actions.give_consent(request.viewer, case_id, _agreed(case, units, d)), done
    ):
        return redirect("sharing", case_id)
    return render(
        request,
        "caseworker/consent.html",
        {"case": rows.case_row(seen, today), "form": form, "units": units, "address": request.get_full_path()},
    )


@page(*HOLDERS)
def by_law(request: HttpRequest, case_id: int) -> HttpResponse:
    """Records that something is told to another party because the law says so."""
    case = visible(request, case_id)
    if not _may_record(request, case):
        raise Http404
    county = _county(request, case)
    units = units_of_county(county).exclude(party_id=case.holder.party_id)
    form = StatutoryForm(request.POST or None, units=units, initial={"until": clock.today() + timedelta(days=90)})

    def act(data: dict) -> None:
        told = Statutory(case.holder.party_id, data["to_unit"], data["statute"], data["reason"], data["until"])
        actions.tell_by_law(request.viewer, case_id, told)

    if carried_out(request, form, act, _("It is recorded, and shown to the unit from now on.")):
        return redirect("sharing", case_id)
    return form_page(request, case, form, _("Tell another party by law"), _("Record and show"))


@page(*HOLDERS)
@require_POST
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    """First shows who will lose what; then ends the chosen disclosures at once."""
    case = visible(request, case_id)
    ids = [found for value in request.POST.getlist("disclosure") if (found := number(value))]
    chosen = [d for d in disclosures_about(request.viewer, case.person.subject).filter(pk__in=ids) if is_standing(d)]
    if not chosen:
        messages.error(request, _("Choose at least one line that still stands."))
        return redirect("sharing", case_id)
    if "confirm" in request.POST:
        return _withdrawn(request, case_id, chosen)
    parted = parted_by(chosen)
    return render(
        request,
        "caseworker/withdraw.html",
        {
            "case": rows.case_row(sight(request.viewer, case), clock.today()),
            "chosen": [*map(_line, chosen)],
            "losses": [
                {"loss": loss, "groups": [codes.label("information_group", g) for g in loss.groups]}
                for loss in losses(chosen)
            ],
            "parted": [{"reference": c.reference, "party": c.party.name, "holder": c.holder} for c in parted],
        },
    )


def _withdrawn(request: HttpRequest, case_id: int, chosen: list[Disclosure]) -> HttpResponse:
    try:
        actions.withdraw(request.viewer, [d.pk for d in chosen], case_id)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The sharing has stopped. What was told before stays on record as told."))
    still_reached = visible_cases(viewer_of(request.user)).filter(pk=case_id).exists()
    return redirect("sharing", case_id) if still_reached else redirect("my-work")


@page(*HOLDERS)
def join(request: HttpRequest, case_id: int, other_id: int) -> HttpResponse:
    """Proposes to the holder of the person's case at another party that the two become one."""
    case = visible(request, case_id)
    contact = proposed_contact(clock.today(), clock.add_working_days).strftime(MINUTE)
    form = JoinForm(request.POST or None, initial={"first_contact_at": contact})

    def act(data: dict) -> None:
        actions.propose_joining(request.viewer, case_id, other_id, data["first_contact_at"])

    if carried_out(request, form, act, _("It is proposed. You hold the person until the other party has accepted.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Propose one case with one holder"), _("Propose"))
