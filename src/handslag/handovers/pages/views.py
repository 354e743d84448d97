"""Handing over and taking over."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from handslag.cases import queries as case_queries
from handslag.cases.knowing import record_for
from handslag.cases.pages.bases import basis_lines
from handslag.cases.pages.changing import changed
from handslag.cases.pages.rows import case_row
from handslag.cases.visibility import visibility
from handslag.disclosure.queries import units_told
from handslag.disclosure.rules import PLAN
from handslag.foundation import clock, days
from handslag.handovers import actions, contact, queries, rules
from handslag.handovers.models import Handover
from handslag.handovers.pages import forms
from handslag.handovers.pages.dialogue import dialogue
from handslag.handovers.pages.rows import handover_row
from handslag.parties.pages.fields import chosen_county, receiver_of
from handslag.parties.queries import holders_of_county, holding_posts, units_of_county
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.ui.access import page
from handslag.ui.dates import minute
from handslag.ui.forms import MINUTE, Form


@page(*HOLDING_ROLES)
def offer(request: Request, case_id: UUID) -> HttpResponse:
    """Offers a case to a unit or a named person at any party."""
    case = get_object_or_404(case_queries.open_cases(request.viewer), public_id=case_id)
    seen, today = visibility(request.viewer, case), clock.today()
    county = chosen_county(request, (seen.value("municipality_code") or "")[:2] or case.holder.unit.county_code)
    form = forms.OfferForm(
        request.POST or None,
        people=holders_of_county(county),
        initial={
            "receiver": request.GET.get("to", ""),
            "needed_by": rules.proposed_needed_by(seen.value("livelihood_ends_on"), today),
            "proposed_contact_at": rules.proposed_contact(today, days.add_working_days).strftime(MINUTE),
        },
    )

    def act(data: dict) -> None:
        unit, post = receiver_of(data["receiver"])
        actions.offer_handover(
            request.viewer,
            case.pk,
            actions.Offer(
                unit,
                post,
                data["reason"],
                data["brief"],
                data["promised"],
                data["needed_by"],
                data["proposed_contact_at"],
            ),
        )

    if changed(request, case, form, act, _("The handover is offered. You hold the person until it is accepted.")):
        return redirect("case", case_id)
    return render(
        request,
        "handovers/offer.html",
        {
            "case": case_row(seen, today),
            "form": form,
            "county": county,
            "counties": codes.choices("county"),
            "covered": units_told(case.person.subject, case.holder.party.pk, PLAN),
        },
    )


@page(*HOLDING_ROLES)
def units(request: Request) -> HttpResponse:
    """The units of a county, for the offer's form to show when the county is changed."""
    county = chosen_county(request, "01")
    form = forms.OfferForm(people=holders_of_county(county))
    return render(request, "handovers/_receiver.html", {"field": form["receiver"], "county": county})


@dataclass(frozen=True)
class Step:
    """How a page lets the user take one step of a handover."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, Handover], Form]
    act: Callable[[Request, Handover, dict], object]
    told: str = ""
    """What the page says of it first."""


def _accept_form(request: Request, handover: Handover) -> Form:
    own = request.viewer.post_in(handover.to_unit_id)
    leads = handover.to_unit_id in request.viewer.led_unit_ids
    people = holding_posts(handover.to_unit)
    people = people if leads else people.filter(pk__in=request.viewer.post_ids)
    chosen = leads and (handover.accepted_by or handover.to_post) or own
    return forms.AcceptForm(
        request.POST or None,
        people=people,
        initial={
            "holder": chosen and chosen.public_id,
            "first_contact_at": minute(handover.first_contact_at or handover.proposed_contact_at).replace(" ", "T"),
        },
    )


def _decline_form(request: Request, handover: Handover) -> Form:
    county = chosen_county(request, handover.to_unit.county_code)
    return forms.DeclineForm(request.POST or None, units=units_of_county(county))


def _decline(request: Request, handover: Handover, data: dict) -> None:
    goes_back = data["goes"] == "back"
    actions.decline_handover(
        request.viewer,
        handover.pk,
        data["decline_reason"],
        None if goes_back else data["next_unit"],
        goes_back=goes_back,
        text=data["text"],
    )


def _steps() -> dict[str, Step]:
    def plain(form_class: type[Form]) -> Callable:
        return lambda request, _handover: form_class(request.POST or None)

    return {
        "accept": Step(
            _("Accept and take over"), _("Take over responsibility"), _("You hold the person now."), _accept_form,
            lambda r, h, d: actions.accept_handover(r.viewer, h.pk, d["first_contact_at"], d["holder"]),
            _("From the moment you save, responsibility is yours. The first contact is booked at the same time.")),
        "decline": Step(_("Decline"), _("Decline"), _("The handover is declined; who goes next is told."),
                        _decline_form, _decline),
        "ask": Step(_("Ask the sender"), _("Send the question"), _("The question is sent."), plain(forms.TextForm),
                    lambda r, h, d: actions.ask_back(r.viewer, h.pk, d["text"])),
        "answer": Step(_("Answer the question"), _("Send the answer"), _("The answer is sent."), plain(forms.TextForm),
                       lambda r, h, d: actions.answer_question(r.viewer, h.pk, d["text"])),
        "withdraw": Step(_("Withdraw the offer"), _("Withdraw"), _("The offer is withdrawn; you hold the person."),
                         plain(forms.WithdrawForm),
                         lambda r, h, d: actions.withdraw_handover(r.viewer, h.pk, d["text"])),
        "meet": Step(
            _("Note the joint first contact"), _("Save"), _("It is noted. The receiver holds the person now."),
            plain(forms.MeetForm),
            lambda r, h, d: contact.record_joint_contact(r.viewer, h.pk, person_agrees=d["person_agrees"])),
        "rebook": Step(_("Move the first contact"), _("Save the new time"), _("The first contact is moved."),
                       plain(forms.RebookForm),
                       lambda r, h, d: contact.rebook_contact(r.viewer, h.pk, d["first_contact_at"], d["text"])),
        "miss_contact": Step(
            _("The person was not reached"), _("Save the new time"), _("It is noted; the contact is booked anew."),
            plain(forms.MissForm),
            lambda r, h, d: contact.miss_contact(r.viewer, h.pk, d["first_contact_at"], d["text"])),
        "record_contact": Step(
            _("Note the first contact"), _("Save"), _("The first contact is noted; the handover is complete."),
            plain(forms.ContactForm),
            lambda r, h, d: contact.record_contact(r.viewer, h.pk, d["contact_result"], d["next_step"],
                                                   d["next_step_on"], d["text"])),
    }  # fmt: skip


def _step(handover: Handover, verb: str) -> Step | None:
    """How a step is taken: an accept is conditional where the receiver is not told who the person is, and one that is
    repeated moves the joint first contact."""
    step = _steps().get(verb)
    if not step or verb != "accept" or record_for(handover.case, handover.to_unit):
        return step
    conditional = replace(
        step,
        heading=_("Accept, if the person agrees"),
        save=_("Book the joint first contact"),
        done=_("The joint first contact is booked. The sender is responsible until you have met."),
        told=_(
            "You are not told who the person is. You book a first contact together with the sender and the person. "
            "The sender is responsible until you have met and the person agrees."
        ),
    )
    if handover.state != rules.CONDITIONAL:
        return conditional
    moved = _("The joint first contact is moved. The sender is responsible until you have met.")
    return replace(conditional, heading=_("Move the joint first contact"), save=_("Save the new time"), done=moved)


def _visible(request: Request, handover_id: UUID) -> Handover:
    return get_object_or_404(queries.visible_handovers(request.viewer), public_id=handover_id)


def _context(request: Request, handover: Handover) -> dict:
    seen, today = visibility(request.viewer, handover.case), clock.today()
    sides = queries.sides(request.viewer, handover)
    return {
        "handover": handover,
        "row": handover_row(handover, seen, today),
        "case": case_row(seen, today),
        "bases": basis_lines(seen),
        "brief": seen.value("brief", handover) or "",
        "promised": seen.value("promised", handover) or "",
        "proposed": minute(handover.proposed_contact_at),
        "offered": minute(handover.offered_at),
        "contact_result": codes.label("contact_result", handover.contact_result),
        "decline_reason": codes.label("decline_reason", handover.decline_reason),
        "verbs": [verb for side in sorted(sides) for verb in rules.verbs_open_to(handover.state, side)],
        "awaits_me": rules.awaited(handover.state) in sides,
        "is_sender": rules.SENDER in sides,
    }


@page(*CASE_ROLES)
def show(request: Request, handover_id: UUID) -> HttpResponse:
    """A handover as both sides see it, with the steps that the viewer may take."""
    handover = _visible(request, handover_id)
    context = _context(request, handover)
    steps = ((verb, _step(handover, verb)) for verb in context["verbs"])
    context["steps"] = [(verb, step.heading) for verb, step in steps if step]
    said = handover.messages.select_related("by__user", "by__unit").order_by("at", "id")
    context["dialogue"] = dialogue(said, visibility(request.viewer, handover.case))
    return render(request, "handovers/handover.html", context)


@page(*HOLDING_ROLES)
def step(request: Request, handover_id: UUID, verb: str) -> HttpResponse:
    """Takes one step of a handover."""
    handover = _visible(request, handover_id)
    taken = _step(handover, verb)
    if not taken:
        raise Http404
    form = taken.form(request, handover)
    if changed(request, handover.case, form, lambda data: taken.act(request, handover, data), taken.done):
        return redirect("handover", handover_id)
    context = _context(request, handover)
    counties = codes.choices("county") if verb == "decline" else []
    return render(
        request,
        "handovers/step.html",
        {
            **context,
            "form": form,
            "step": taken,
            "verb": verb,
            "counties": counties,
            "county": chosen_county(request, handover.to_unit.county_code),
        },
    )
