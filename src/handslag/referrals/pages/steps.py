"""How each step of a referral is taken on its page: the form, what it does, and what is said before and after."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.foundation import clock, days
from handslag.measures.queries import proposable
from handslag.parties.viewer import Request
from handslag.referrals import actions, line, rules
from handslag.referrals.models import Referral
from handslag.referrals.pages import forms
from handslag.ui.forms import Form


@dataclass(frozen=True)
class Step:
    """How a step is taken on its page."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, Referral], Form]
    act: Callable[[Request, Referral, dict], object]
    told: str = ""
    """What the page says of it first."""


def _plain(form_class: type[Form]) -> Callable[[Request, Referral], Form]:
    return lambda request, _referral: form_class(request.POST or None)


def _sure(request: Request, _referral: Referral) -> Form:
    return forms.SureForm(request.POST if request.method == "POST" else None)


def _first_day(referral: Referral) -> str:
    return max(clock.today(), referral.measure.starts_on, referral.expected_on or clock.today()).isoformat()


def _accept(request: Request, referral: Referral) -> Form:
    return forms.AcceptForm(request.POST or None, initial={"starts_on": _first_day(referral)})


def _invite(request: Request, referral: Referral) -> Form:
    by = days.add_working_days(clock.today(), rules.ANSWER_DAYS)
    return forms.InviteForm(request.POST or None, initial={"starts_on": _first_day(referral), "answer_by": by})


def _decline(request: Request, referral: Referral) -> Form:
    return forms.DeclineForm(request.POST or None, measures=proposable(referral.measure))


def steps() -> dict[str, Step]:
    """Every step by its verb."""
    return {
        "accept": Step(
            _("Accept"), _("Accept"), _("The person has a place. Who holds the person is told."), _accept,
            lambda r, f, d: line.accept_referral(r.viewer, f.pk, d["starts_on"]),
            _("Who holds the person goes on holding, and is told the first day.")),
        "wait": Step(
            _("Put on the waiting list"), _("Put on the waiting list"), _("The person is on the waiting list."),
            _plain(forms.WaitForm),
            lambda r, f, d: line.put_on_list(r.viewer, f.pk, line.Waits(d["wait_reason"], d["expected_on"])),
            _("The person comes last in line.")),
        "invite": Step(
            _("Offer a place"), _("Offer the place"), _("The place is offered. Who holds the person asks the person."),
            _invite, lambda r, f, d: line.offer_place(r.viewer, f.pk, d["starts_on"], d["answer_by"])),
        "take_place": Step(
            _("Take the place"), _("Take the place"), _("The person has the place."), _sure,
            lambda r, f, d: line.take_place(r.viewer, f.pk), _("Take it when you have asked the person.")),
        "pass_place": Step(
            _("Pass this place"), _("Pass this place"), _("The person waits on."), _sure,
            lambda r, f, d: line.pass_place(r.viewer, f.pk),
            _("The person stays on the waiting list, behind the next one in line.")),
        "ask": Step(
            _("Ask who referred"), _("Send the question"), _("The question is sent."), _plain(forms.TextForm),
            lambda r, f, d: actions.ask_referrer(r.viewer, f.pk, d["text"])),
        "answer": Step(
            _("Answer the question"), _("Send the answer"), _("The answer is sent."), _plain(forms.TextForm),
            lambda r, f, d: actions.answer_measure(r.viewer, f.pk, d["text"])),
        "move": Step(
            _("Change the place in line"), _("Change the place"), _("The place in line is changed."),
            _plain(forms.MoveForm), lambda r, f, d: line.move_in_line(r.viewer, f.pk, d["place"], d["reason"]),
            _("Everybody in the line reads that it was changed, and why, and nobody's name.")),
        "leave": Step(
            _("The person has left"), _("Note it"), _("It is noted. The place is free."), _sure,
            lambda r, f, d: line.leave_place(r.viewer, f.pk)),
        "decline": Step(
            _("Decline"), _("Decline"), _("The referral is declined. Who holds the person is told."), _decline,
            lambda r, f, d: actions.decline_referral(r.viewer, f.pk, d["decline_reason"], d["proposed"], d["text"])),
        "withdraw": Step(
            _("Take the referral back"), _("Take it back"), _("The referral is taken back."),
            _plain(forms.WithdrawForm), lambda r, f, d: actions.withdraw_referral(r.viewer, f.pk, d["text"])),
        "settle": Step(
            _("Take the no in hand"), _("I take it in hand"), _("The no is taken in hand."), _sure,
            lambda r, f, d: actions.settle_no(r.viewer, f.pk),
            _("You have decided the way forward with the person. The no climbs no more.")),
    }  # fmt: skip
