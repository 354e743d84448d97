"""The handshake: a handover is offered, asked about, and accepted or declined. Each step is one transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.knowing import record_for
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.foundation import clock, days
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day, require_later
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.handovers.steps import (
    begun,
    may_step,
    may_tell,
    move,
    other_side,
    require_contact_time,
    require_may_tell,
    require_receiver,
    require_words,
    say,
    take_over,
)
from handslag.handovers.wording import FIRST_CONTACT, GONE_BACK, JOINT_CONTACT, written
from handslag.parties.models import Post, Unit
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Offer:
    """What a sender tells the receiver."""

    to_unit: Unit
    to_post: Post | None
    reason: str
    brief: str
    promised: str
    needed_by: date
    proposed_contact_at: datetime
    joins: Case | None = None
    """The receiver's own case of the same person, which the offered one joins when it is accepted."""


@action(may.change)
def offer_handover(actor: Viewer, case_id: int, offer: Offer) -> Handover:
    """Offers a case to a unit, or a named person there. The sender holds until it is accepted.

    Raises Refused for an offer without reason, brief or a day ahead, to nobody, or to the holder; Overtaken while
    another handover of the case is open.
    """
    case = locked(case_id)
    if case.handovers.filter(state__in=rules.OPEN).exists():
        raise Overtaken(_("A handover of this case is already on its way. Finish it first."))
    require_receiver(offer.to_unit, offer.to_post)
    if offer.to_post == case.holder or (offer.to_unit == case.holder.unit and not offer.to_post):
        raise Refused(_("The case is already here. Choose another receiver."), "to_unit")
    codes.require("handover_reason", offer.reason, "reason")
    for field in ("brief", "promised"):
        require_may_tell(case, case.holder.party_id, offer.to_unit, getattr(offer, field), field)
    if may_tell(case, case.holder.party_id, offer.to_unit):
        require_words(offer.brief, "brief", _("Write what the receiver must know."))
    leads = actor.leads(case.holder.unit_id)
    require_day(offer.needed_by, rules.NEEDED_BY, "needed_by", leads=leads)
    require_later(offer.proposed_contact_at, rules.CONTACT, "proposed_contact_at", leads=leads)
    return make_offer(actor, case, offer)


def make_offer(actor: Viewer, case: Case, offer: Offer, previous: Handover | None = None) -> Handover:
    """Makes an offer whose right and words were checked, and journals it."""
    handover = make_handover(case, offer, clock.now(), previous)
    say(handover, case.holder, "offer")
    cases.journal(
        actor,
        "handover_offered",
        case,
        handover=handover.pk,
        to_unit=offer.to_unit.name,
        to_party=offer.to_unit.party.code,
        reason=offer.reason,
    )
    return handover


def make_handover(case: Case, offer: Offer, now: datetime, previous: Handover | None = None) -> Handover:
    """Makes a handover as it is offered; its words are left out where no basis covers that the receiver is told."""
    tells = may_tell(case, case.holder.party_id, offer.to_unit)
    return Handover.objects.create(
        case=case,
        sender=case.holder,
        to_unit=offer.to_unit,
        to_post=offer.to_post,
        previous=previous,
        joins=offer.joins,
        reason=offer.reason,
        brief=offer.brief.strip() if tells else "",
        promised=offer.promised.strip() if tells else "",
        needed_by=offer.needed_by,
        proposed_contact_at=offer.proposed_contact_at,
        offered_at=now,
        awaiting_since=now,
    )


def _speak(actor: Viewer, handover_id: int, verb: str, text: str, journalled: str, needs_words: str = "") -> Handover:
    """Takes a step that carries nothing but words; refuses it without them where `needs_words` says why."""
    handover, post = begun(actor, handover_id, verb)
    if needs_words:
        require_words(text, "text", needs_words)
    require_may_tell(handover.case, post.party_id, other_side(handover, verb), text)
    move(handover, verb, clock.now())
    handover.save()
    say(handover, post, verb, text)
    cases.journal(actor, journalled, handover.case, handover=handover.pk)
    return handover


@action(may_step("ask"))
def ask_back(actor: Viewer, handover_id: int, question: str) -> Handover:
    """The receiver asks the sender something; it is the sender's turn."""
    return _speak(actor, handover_id, "ask", question, "handover_asked", _("Write your question."))


@action(may_step("answer"))
def answer_question(actor: Viewer, handover_id: int, text: str) -> Handover:
    """The sender answers the receiver's question; it is the receiver's turn."""
    return _speak(actor, handover_id, "answer", text, "handover_question_answered", _("Write your answer."))


@action(may_step("withdraw"))
def withdraw_handover(actor: Viewer, handover_id: int, text: str = "") -> Handover:
    """The sender takes the offer back; the sender has held all the time."""
    return _speak(actor, handover_id, "withdraw", text, "handover_withdrawn")


@action(may_step("accept"))
def accept_handover(
    actor: Viewer, handover_id: int, first_contact_at: datetime, holder: Post | None = None
) -> Handover:
    """The receiver takes over by booking the first contact; responsibility moves at this instant.

    Where the receiver is not told who the person is (or not until that day), the accept is conditional: it books a
    joint first contact of sender, receiver and person, and the sender holds until that has been held.

    `holder` is who takes over: the actor, or anyone of the unit when its lead accepts. Raises Refused when the contact
    lies in the past or the holder is no active caseworker of the unit; Overtaken when the offer no longer stands.
    """
    handover, post = begun(actor, handover_id, "accept")
    holder = holder or post
    require_contact_time(actor, handover, first_contact_at)
    require_receiver(handover.to_unit, holder)
    if holder.pk not in actor.post_ids and handover.to_unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the team lead can let somebody else take over."))
    case = handover.case
    if holder.pk == case.holder_id:
        raise Refused(_("You already hold the case. Let a colleague accept it, or decline it."), "holder")
    is_told = record_for(case, handover.to_unit, clock.day_of(first_contact_at), is_held=True) is not None
    if handover.joins_id and not is_told:
        raise Overtaken(_("The consent to join has ended. Decline, and let the sender offer again."))
    verb = "accept" if is_told else "accept_on_condition"
    move(handover, verb, cases.next_instant(case))
    handover.accepted_by, handover.first_contact_at = holder, first_contact_at
    handover.save()
    say(handover, post, verb)
    if is_told:
        take_over(actor, handover, holder, FIRST_CONTACT, "handover_accepted")
    else:
        _await_meeting(actor, handover)
    return handover


def _await_meeting(actor: Viewer, handover: Handover) -> None:
    """The sender's next step is to meet the person together with the receiver."""
    case, at = handover.case, handover.first_contact_at
    if at is None:
        raise ValueError("a meeting is awaited that was not booked")
    cases.end_pause(case)
    cases.put_next_step(case, written(JOINT_CONTACT), clock.day_of(at), case.holder, was_done=False)
    case.save()
    cases.journal(actor, "handover_accepted_on_condition", case, handover=handover.pk, at=at.isoformat())


def _already_asked(handover: Handover) -> set[int]:
    units: set[int] = set()
    link: Handover | None = handover
    while link:
        units.add(link.to_unit_id)
        link = link.previous
    return units


@action(may_step("decline"))
def decline_handover(
    actor: Viewer, handover_id: int, reason: str, next_unit: Unit | None, *, goes_back: bool = False, text: str = ""
) -> Handover:
    """The receiver says no, naming a reason and who goes next: another unit, or back to the sender.

    To another unit the offer goes on as it stands; back with the sender, the case's next step becomes to decide the way
    forward. Returns the declined handover. Raises Refused when reason or next is lacking, or the next was asked before.
    """
    handover, post = begun(actor, handover_id, "decline")
    case = handover.case
    require_may_tell(case, post.party_id, other_side(handover, "decline"), text)
    if not codes.exists("decline_reason", reason):
        raise Refused(_("Name a reason for declining."), "decline_reason")
    if bool(next_unit) == goes_back:
        raise Refused(_("Say who goes next: another unit, or back to the sender."), "next_unit")
    if next_unit:
        require_receiver(next_unit, None)
        if next_unit.pk in _already_asked(handover) | {case.holder.unit_id}:
            raise Refused(_("That unit has already been asked, or is the sender. Choose another."), "next_unit")
    move(handover, "decline", clock.now())
    handover.decline_reason, handover.next_unit, handover.goes_back = reason, next_unit, goes_back
    handover.save()
    say(handover, post, "decline", text)
    cases.journal(
        actor,
        "handover_declined",
        case,
        handover=handover.pk,
        reason=reason,
        next=next_unit.name if next_unit else "sender",
    )
    if next_unit:
        make_offer(
            actor,
            case,
            Offer(
                next_unit,
                None,
                handover.reason,
                handover.brief,
                handover.promised,
                handover.needed_by,
                handover.proposed_contact_at,
            ),
            previous=handover,
        )
    else:
        _return_to_sender(case)
    return handover


def _return_to_sender(case: Case) -> None:
    day = days.add_working_days(clock.today(), rules.ANSWER_DAYS)
    if case.suspended_until:
        day = max(day, case.suspended_until)
    cases.put_next_step(case, written(GONE_BACK), day, case.holder, was_done=False)
    case.save()
