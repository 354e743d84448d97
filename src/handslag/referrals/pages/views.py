"""Referring somebody to a measure, answering, and the waiting list."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.cases.pages.bases import basis_lines
from handslag.cases.pages.changing import changed
from handslag.cases.pages.rows import case_row, person_name
from handslag.cases.pages.views import reached
from handslag.cases.queries import held_by
from handslag.cases.visibility import visibilities, visibility
from handslag.disclosure.queries import units_told
from handslag.disclosure.rules import IDENTITY, PLAN
from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.measures.queries import free_places, measure_of
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.referrals import actions, queries, rules
from handslag.referrals.models import Referral
from handslag.referrals.pages import forms
from handslag.referrals.pages.dialogue import dialogue
from handslag.referrals.pages.moves import move_lines
from handslag.referrals.pages.rows import referral_row, referral_rows, table_of
from handslag.referrals.pages.steps import Step, steps
from handslag.referrals.seeing import Seen, is_for_staff, seen
from handslag.referrals.staff import STAFF, units_of
from handslag.referrals.steps import acting_post
from handslag.ui.access import page
from handslag.ui.forms import Form
from handslag.ui.submission import carried_out

READERS = (*CASE_ROLES, STAFF)
STEPPERS = (*HOLDING_ROLES, STAFF)


def _measure(measure_id: UUID) -> Measure:
    measure = measure_of(measure_id)
    if measure is None:
        raise Http404
    return measure


def _visible(request: Request, referral_id: UUID) -> Referral:
    referral = queries.visible_referral(request.viewer, referral_id)
    if referral is None:
        raise Http404
    return referral


@page(*HOLDING_ROLES)
def refer(request: Request, case_id: UUID, measure_id: UUID) -> HttpResponse:
    """Refers the person of a case to a measure."""
    case, measure = reached(request, case_id), _measure(measure_id)
    units = units_of(measure)
    only = units.first() if units.count() == 1 else None
    form = forms.ReferForm(request.POST or None, units=units, initial={"to_unit": only and only.public_id})
    previous = Referral.objects.filter(case=case, proposed=measure, state=rules.DECLINED, follow_up=None).first()

    def act(data: dict) -> None:
        asked = actions.Asked(measure, data["to_unit"], data["asked_for"])
        actions.refer(request.viewer, case.pk, asked, previous.pk if previous else None)

    if changed(request, case, form, act, _("The person is referred. You hold the person as before.")):
        return redirect("case", case_id)
    context = {
        "case": case_row(visibility(request.viewer, case), clock.today()),
        "measure": measure,
        "form": form,
        "takes": bool(units),
        "covered": units_told(case.person.subject, case.holder.party.pk, PLAN),
    }
    return render(request, "referrals/refer.html", context)


@page(*HOLDING_ROLES)
def choose_person(request: Request, measure_id: UUID) -> HttpResponse:
    """Which of the persons that the viewer holds is referred to a measure."""
    measure = _measure(measure_id)
    cases = held_by.rows(request.viewer)
    names = [(visible.case, person_name(visible)) for visible in visibilities(request.viewer, cases)]
    return render(request, "referrals/choose.html", {"measure": measure, "persons": names})


@page(*READERS)
def show(request: Request, referral_id: UUID) -> HttpResponse:
    """A referral as both sides see it, with the steps that the viewer may take."""
    referral = _visible(request, referral_id)
    context = _context(request, referral)
    said = queries.said_of(referral)
    context["dialogue"] = dialogue(said, context["seen"].text_of)
    context["moves"] = move_lines(referral)
    known = steps()
    context["steps"] = [(verb, known[verb].heading) for verb in context["verbs"]]
    return render(request, "referrals/referral.html", context)


def _context(request: Request, referral: Referral) -> dict:
    (found,) = seen(request.viewer, [referral])
    place = queries.places_of([referral]).get(referral.pk, 0)
    sides = [s for s in (rules.REFERRER, rules.MEASURE) if acting_post(request.viewer, referral, s)]
    verbs = [verb for side in sides for verb in rules.verbs_open_to(referral.state, side)]
    if referral.settled_at:
        verbs.remove("settle") if "settle" in verbs else None
    if place > 1 and "invite" in verbs:
        verbs.remove("invite")
    return {
        "referral": referral,
        "seen": found,
        "row": referral_row(found, place, clock.today()),
        "case": case_row(found.case, clock.today()),
        "bases": _bases(found, is_for_staff(request.viewer, referral)),
        "reaches_case": not is_for_staff(request.viewer, referral),
        "decline_reason": codes.label("referral_decline_reason", referral.decline_reason),
        "verbs": verbs,
        "awaits_me": rules.awaited(referral.state) in sides,
        "is_referrer": rules.REFERRER in sides,
    }


def _bases(found: Seen, for_staff: bool) -> list[dict]:
    """On which basis the page shows what it shows; to measure staff it shows nothing else of the case."""
    shown = {codes.label("information_group", group) for group in (IDENTITY, PLAN)}
    return [line for line in basis_lines(found.case) if not for_staff or line["group"] in shown]


@page(*STEPPERS)
def step(request: Request, referral_id: UUID, verb: str) -> HttpResponse:
    """Takes one step of a referral."""
    referral = _visible(request, referral_id)
    taken = steps().get(verb)
    if not taken:
        raise Http404
    form = taken.form(request, referral)
    if _is_taken(request, referral, form, taken):
        return redirect("referral", referral_id)
    return render(request, "referrals/step.html", {**_context(request, referral), "form": form, "step": taken})


def _is_taken(request: Request, referral: Referral, form: Form, taken: Step) -> bool:
    """Whether the step was taken. Measure staff reach no case, so theirs goes by the referral's state alone."""

    def act(data: dict) -> object:
        return taken.act(request, referral, data)

    if is_for_staff(request.viewer, referral):
        return carried_out(request, form, act, taken.done)
    return changed(request, referral.case, form, act, taken.done)


@page(STAFF)
def inbox(request: Request) -> HttpResponse:
    """What measure staff must answer; and measure by measure, who waits, who is invited and who has a place."""
    viewer, of = request.viewer, dict[Measure, list[Referral]]()
    lists = [
        (_("To answer"), queries.received_by(viewer, [rules.OFFERED], "awaiting_since")),
        (_("We have asked"), queries.received_by(viewer, [rules.ASKED], "awaiting_since")),
    ]
    for referral in queries.received_by(viewer, (*rules.IN_LINE, rules.ACCEPTED), "turn"):
        of.setdefault(referral.measure, []).append(referral)
    free = free_places(of)
    for measure, those in of.items():
        told = ngettext("{measure}: {free} place free", "{measure}: {free} places free", free[measure.pk])
        heading = told.format(measure=measure, free=free[measure.pk])
        lists.append((heading, sorted(those, key=lambda referral: rules.ALONG.index(referral.state))))
    shown = [(heading, table_of(referral_rows(viewer, found))) for heading, found in lists]
    return render(request, "referrals/inbox.html", {"lists": shown})
