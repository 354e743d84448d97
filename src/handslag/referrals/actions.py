"""The handshake of a referral, up to a yes or a no. Each step is one transaction and is journalled."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken, Refused
from handslag.handovers.steps import may_tell, require_may_tell, require_words
from handslag.measures.models import Measure
from handslag.measures.rules import INDIVIDUAL
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.referrals import rules
from handslag.referrals.models import Referral, Unmet
from handslag.referrals.staff import units_of
from handslag.referrals.steps import begun, may_step, move, other_side, say


@dataclass(frozen=True)
class Asked:
    """To which measure somebody is referred, at which unit its staff receive it, and what is asked for."""

    measure: Measure
    to_unit: Unit
    asked_for: str = ""


@action(may.change)
def refer(actor: Viewer, case_id: int, asked: Asked, previous_id: int | None = None) -> Referral:
    """Refers the person of a case to a measure; the case stays where it is held, and all else in it goes on.

    `previous_id` names a declined referral of the case that this one follows; it is taken in hand by this.

    Raises Refused for a measure that takes nobody or a unit that is not its own, and for words without a basis or none
    with one; Overtaken while the person is referred there already.
    """
    case = locked(case_id)
    _require_open(asked)
    if case.referrals.filter(measure=asked.measure, state__in=rules.OPEN).exists():
        raise Overtaken(_("The person is already referred to this measure. See what has become of that first."))
    require_may_tell(case, case.holder.party_id, asked.to_unit, asked.asked_for, "asked_for")
    if may_tell(case, case.holder.party_id, asked.to_unit):
        require_words(asked.asked_for, "asked_for", _("Write what you ask the measure for."))
    previous = _followed(case, previous_id)
    now, post = clock.now(), actor.post_in(case.holder.unit_id) or case.holder
    referral = Referral.objects.create(
        case=case,
        measure=asked.measure,
        to_unit=asked.to_unit,
        referrer=post,
        previous=previous,
        asked_for=asked.asked_for.strip(),
        offered_at=now,
        awaiting_since=now,
    )
    say(referral, post, "refer")
    cases.journal(actor, "referred", case, referral=referral.pk, measure=asked.measure.name, to_unit=asked.to_unit.name)
    return referral


def _require_open(asked: Asked) -> None:
    measure = asked.measure
    if measure.direction != INDIVIDUAL or not measure.is_listed:
        raise Refused(_("Nobody is referred to this measure. Choose another one."), "measure")
    if measure.ends_on and measure.ends_on < clock.today():
        raise Refused(_("The measure has ended. Choose another one."), "measure")
    if not units_of(measure).filter(pk=asked.to_unit.pk).exists():
        raise Refused(_("Nobody works for the measure at that unit. Choose one where somebody does."), "to_unit")


def _followed(case: Case, previous_id: int | None) -> Referral | None:
    """The declined referral that another one follows, taken in hand."""
    if previous_id is None:
        return None
    previous = case.referrals.filter(pk=previous_id, state=rules.DECLINED, follow_up=None).first()
    if previous is None:
        raise Overtaken(_("That referral has been followed already."))
    if previous.settled_at is None:
        previous.settled_at = clock.now()
        previous.save(update_fields=["settled_at"])
    return previous


def _speak(actor: Viewer, referral_id: int, verb: str, text: str, journalled: str, needs_words: str = "") -> Referral:
    """Takes a step that carries nothing but words; refuses it without them where `needs_words` says why."""
    referral, post = begun(actor, referral_id, verb)
    if needs_words:
        require_words(text, "text", needs_words)
    require_may_tell(referral.case, post.party_id, other_side(referral, verb), text)
    move(referral, verb)
    referral.save()
    say(referral, post, verb, text)
    cases.journal(actor, journalled, referral.case, referral=referral.pk, measure=referral.measure.name)
    return referral


@action(may_step("ask"))
def ask_referrer(actor: Viewer, referral_id: int, question: str) -> Referral:
    """The measure asks who referred something; it is their turn."""
    return _speak(actor, referral_id, "ask", question, "referral_asked", _("Write your question."))


@action(may_step("answer"))
def answer_measure(actor: Viewer, referral_id: int, text: str) -> Referral:
    """Who holds the person answers the measure's question; it is the measure's turn."""
    return _speak(actor, referral_id, "answer", text, "referral_question_answered", _("Write your answer."))


@action(may_step("withdraw"))
def withdraw_referral(actor: Viewer, referral_id: int, text: str = "") -> Referral:
    """Who holds the person takes the referral back."""
    return _speak(actor, referral_id, "withdraw", text, "referral_withdrawn")


@action(may_step("settle"))
def settle_no(actor: Viewer, referral_id: int) -> Referral:
    """Who holds the person has taken a no in hand: it climbs no more."""
    referral, post = begun(actor, referral_id, "settle")
    if referral.settled_at:
        raise Overtaken(_("Somebody has taken this no in hand already."))
    referral.settled_at = clock.now()
    referral.save(update_fields=["settled_at"])
    say(referral, post, "settle")
    cases.journal(actor, "referral_no_settled", referral.case, referral=referral.pk, measure=referral.measure.name)
    return referral


@action(may_step("decline"))
def decline_referral(
    actor: Viewer, referral_id: int, reason: str, proposed: Measure | None = None, text: str = ""
) -> Referral:
    """The measure says no, with a reason, and proposes who goes next: another measure, or that who referred decides.

    A no stands with who holds the person until it is taken in hand, and climbs; so does one after a yes, at once. What
    nobody could be given is noted for the analysis of needs, without the person. Raises Refused without a reason.
    """
    referral, post = begun(actor, referral_id, "decline")
    codes.require("referral_decline_reason", reason, "decline_reason")
    require_may_tell(referral.case, post.party_id, other_side(referral, "decline"), text)
    if proposed and (proposed.pk == referral.measure_id or proposed.direction != INDIVIDUAL):
        raise Refused(_("Propose another measure, to which people can be referred."), "proposed")
    move(referral, "decline")
    referral.decline_reason, referral.proposed = reason, proposed
    referral.save()
    say(referral, post, "decline", text)
    _note_unmet(referral)
    cases.journal(
        actor,
        "referral_declined",
        referral.case,
        referral=referral.pk,
        measure=referral.measure.name,
        reason=reason,
        after_yes=referral.said_yes_at is not None,
    )
    return referral


def _note_unmet(referral: Referral) -> None:
    case = referral.case
    Unmet.objects.create(
        measure=referral.measure,
        asked_for=referral.measure.detail,
        municipality_code=case.municipality_code,
        target_groups=case.target_groups,
        reason=referral.decline_reason,
        month=clock.today().replace(day=1),
    )
