"""Consent and disclosure: who is told what, recording it, printing it, and withdrawing it."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases import rules as case_rules
from handslag.cases.models import Case
from handslag.cases.pages.changing import carried, changed, pressed
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import form_page, reached
from handslag.cases.queries import visible_cases
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.disclosure.actions import Agreed, Statutory
from handslag.disclosure.models import Disclosure
from handslag.disclosure.queries import by_consent, disclosures_about
from handslag.disclosure.rules import Flow
from handslag.foundation import clock, days
from handslag.foundation.ids import uuid_of
from handslag.handovers.rules import proposed_contact
from handslag.parties.models import Unit
from handslag.parties.pages.fields import chosen_county
from handslag.parties.queries import colleagues, units_of_county, viewer_of
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.sharing import actions
from handslag.sharing.pages.consent_form import consent_form
from handslag.sharing.pages.forms import MOST_UNITS, ConsentForm, JoinForm, StatutoryForm, UnitsForm
from handslag.sharing.pages.rows import disclosure_table
from handslag.sharing.queries import is_standing, losses, parted_by, waiting_in
from handslag.ui.access import PERSON, page
from handslag.ui.documents import pdf_response
from handslag.ui.forms import MINUTE
from handslag.ui.sessions import person_of
from handslag.ui.submission import tried

YEAR = timedelta(days=365)


def _may_record(request: Request, case: Case) -> bool:
    return case.is_worked_in and case_rules.may_act(request.viewer, case.holder_id, case.holder.unit_id)


@page(*CASE_ROLES)
def overview(request: Request, case_id: UUID) -> HttpResponse:
    """Everything that was ever disclosed from or to the own party about the person, on which basis."""
    case, may_withdraw = reached(request, case_id), bool(request.viewer.unit_ids)
    grouped = by_consent(disclosures_about(request.viewer, case.person.subject))
    mine = {line.consent_id for line in waiting_in(request.viewer, case)}
    consents = [
        {
            "consent": consent,
            "manner": codes.label("consent_manner", consent.manner),
            "table": disclosure_table(found, may_withdraw=may_withdraw),
            "awaits_me": consent.pk in mine,
            "gdpr": codes.label("gdpr_basis", consent.gdpr_basis),
        }
        for consent, found in grouped.items()
        if consent
    ]
    return render(
        request,
        "sharing/overview.html",
        {
            "case": case_row(visibility(request.viewer, case), clock.today()),
            "consents": consents,
            "by_law": disclosure_table(grouped.get(None, []), may_withdraw=may_withdraw),
            "may_record": _may_record(request, case),
            "is_protected": case.person.is_protected,
            "may_withdraw": may_withdraw,
        },
    )


def _chosen_units(request: Request, case: Case) -> list[Unit]:
    ids = [found for value in request.GET.getlist("unit") if (found := uuid_of(value))][: MOST_UNITS + 1]
    others = Unit.objects.filter(public_id__in=ids, is_active=True).exclude(party=case.holder.party)
    return list(others.select_related("party").order_by("party__kind", "party__name", "name"))


def _choose_units(request: Request, case: Case, seen: CaseVisibility) -> HttpResponse:
    county = chosen_county(request, case.holder.unit.county_code)
    others = units_of_county(county).exclude(party=case.holder.party)
    return render(
        request,
        "sharing/units.html",
        {
            "case": case_row(seen, clock.today()),
            "form": UnitsForm(request.GET if "chosen" in request.GET else None, units=others),
            "county": county,
            "counties": codes.choices("county"),
        },
    )


def _agreed(case: Case, units: list[Unit], data: dict) -> Agreed:
    own = case.holder
    flows = {Flow(own.party.pk, unit.pk, group) for unit in units for group in data[f"out_{unit.public_id}"]}
    flows |= {Flow(unit.party_id, own.unit.pk, group) for unit in units for group in data[f"in_{unit.public_id}"]}
    return Agreed(
        purpose=data["purpose"],
        manner=data["manner"],
        witness=data["witness"],
        given_on=data["given_on"],
        until=data["until"],
        gdpr_basis=data["gdpr_basis"],
        flows=frozenset(flows),
    )


@page(*HOLDING_ROLES)
def consent(request: Request, case_id: UUID) -> HttpResponse:
    """Records what the person agreed to: first with whom, then what is told; the form can be printed to sign."""
    case = reached(request, case_id)
    if not _may_record(request, case):
        raise Http404
    seen, units = visibility(request.viewer, case), _chosen_units(request, case)
    if not 0 < len(units) <= MOST_UNITS:
        return _choose_units(request, case, seen)
    today = clock.today()
    form = ConsentForm(
        request.POST or None,
        units=units,
        own=case.holder.party,
        witnesses=colleagues([case.holder.unit, *units], request.viewer),
        initial={"given_on": today, "until": today + YEAR, "gdpr_basis": "public_task"},
    )
    if request.method == "POST" and "print" in request.POST and form.is_valid():
        return pdf_response(consent_form(seen, units, _agreed(case, units, form.cleaned_data)), "samtycke.pdf")
    done = _("The consent is recorded. What you tell is shown now; what others tell, when they have confirmed it.")
    if changed(
        request, case, form, lambda d: actions.give_consent(request.viewer, case.pk, _agreed(case, units, d)), done
    ):
        return redirect("sharing", case_id)
    return render(
        request,
        "sharing/consent.html",
        {"case": case_row(seen, today), "form": form, "units": units, "address": request.get_full_path()},
    )


@page(*HOLDING_ROLES)
def by_law(request: Request, case_id: UUID) -> HttpResponse:
    """Records that something is told to another party because the law says so."""
    case = reached(request, case_id)
    if not _may_record(request, case):
        raise Http404
    county = chosen_county(request, case.holder.unit.county_code)
    units = units_of_county(county).exclude(party=case.holder.party)
    form = StatutoryForm(request.POST or None, units=units, initial={"until": clock.today() + timedelta(days=90)})

    def act(data: dict) -> None:
        told = Statutory(case.holder.party.pk, data["to_unit"], data["statute"], data["reason"], data["until"])
        actions.tell_by_law(request.viewer, case.pk, told)

    if changed(request, case, form, act, _("It is recorded, and shown to the unit from now on.")):
        return redirect("sharing", case_id)
    return form_page(request, case, form, _("Tell another party by law"), _("Record and show"))


@page(*HOLDING_ROLES)
@require_POST
def withdraw(request: Request, case_id: UUID) -> HttpResponse:
    """First shows who will lose what; then ends the chosen disclosures at once."""
    case = reached(request, case_id)
    ids = [found for value in request.POST.getlist("disclosure") if (found := uuid_of(value))]
    chosen = [
        d for d in disclosures_about(request.viewer, case.person.subject).filter(public_id__in=ids) if is_standing(d)
    ]
    if "confirm" in request.POST:
        return _withdrawn(request, case, chosen)
    if not chosen:
        messages.error(request, _("Choose at least one line that still stands."))
        return redirect("sharing", case_id)
    parted = parted_by(chosen)
    return render(
        request,
        "sharing/withdraw.html",
        {
            "case": case_row(visibility(request.viewer, case), clock.today()),
            "chosen": [disclosure.public_id for disclosure in chosen],
            "carried": carried(case),
            "losses": [
                {"loss": loss, "groups": [codes.label("information_group", g) for g in loss.groups]}
                for loss in losses(chosen)
            ],
            "parted": [{"reference": c.reference, "party": c.party.name, "holder": c.holder} for c in parted],
        },
    )


def _withdrawn(request: Request, case: Case, chosen: list[Disclosure]) -> HttpResponse:
    done = _("The sharing has stopped. What was told before stays on record as told.")
    pressed(request, case, lambda: actions.withdraw(request.viewer, [d.pk for d in chosen], case.pk), done)
    anew = viewer_of(request.viewer.user) if request.viewer.user else request.viewer
    still_reached = visible_cases(anew).filter(pk=case.pk).exists()
    return redirect("sharing", case.public_id) if still_reached else redirect("my-work")


@page(*HOLDING_ROLES)
def join(request: Request, case_id: UUID, other_id: UUID) -> HttpResponse:
    """Proposes to the holder of the person's case at another party that the two become one."""
    case = reached(request, case_id)
    other = get_object_or_404(visible_cases(request.viewer), public_id=other_id)
    contact = proposed_contact(clock.today(), days.add_working_days).strftime(MINUTE)
    form = JoinForm(request.POST or None, initial={"first_contact_at": contact})

    def act(data: dict) -> None:
        actions.propose_joining(request.viewer, case.pk, other.pk, data["first_contact_at"])

    if changed(request, case, form, act, _("It is proposed. You hold the person until the other party has accepted.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Propose one case with one holder"), _("Propose"))


@page(PERSON)
@require_POST
def sign_own(request: Request, consent_id: UUID) -> HttpResponse:
    """The person signs a consent that was recorded of her."""
    done = _("You have signed. Each party tells only after it has made its own test.")
    tried(request, lambda: actions.sign_own(person_of(request) or "", consent_id), done)
    return redirect("me")


@page(PERSON)
@require_POST
def withdraw_own(request: Request) -> HttpResponse:
    """The person takes back consent, line by line."""
    ids = [found for value in request.POST.getlist("disclosure") if (found := uuid_of(value))]
    done = _("It is taken back. They no longer tell each other.")
    tried(request, lambda: actions.withdraw_own(person_of(request) or "", ids), done)
    return redirect("me")
