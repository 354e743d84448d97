"""The handshake: each step of a handover, one transaction each. The only code that writes handovers."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.knowing import record_for
from handslag.cases.locking import joined_to, locked
from handslag.cases.models import Case
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import IDENTITY, PLAN
from handslag.foundation import clock, days
from handslag.foundation.acting import Rule, action
from handslag.foundation.dating import require_day, require_later
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import rules
from handslag.handovers.models import Handover, Message
from handslag.handovers.wording import (
    AFTER_MEETING,
    BACK_AT_ONCE,
    FIRST_CONTACT,
    GONE_BACK,
    JOINT_CONTACT,
    state_label,
    written,
)
from handslag.parties.models import Post, Unit
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.reference import codes

RETURN = "consent_ended"
"""The reason of a handover by which a parted case goes back."""
ANSWER_DAYS = 3
"""Working days in which a sender decides the way forward after a decline."""


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


def may_tell(case: Case, from_party_id: int | None, to_unit: Unit) -> bool:
    """Whether words about the person may pass from a party to a unit: within the party, or where a basis covers it."""
    return from_party_id is not None and covers(case.person.subject, from_party_id, to_unit, PLAN, is_held=True)


def _require_may_tell(case: Case, from_party_id: int | None, to_unit: Unit, text: str, field: str = "text") -> None:
    if text.strip() and not may_tell(case, from_party_id, to_unit):
        message = _(
            "No basis covers it: to {unit} only that a person is coming may be told. Leave the field empty, or see to "
            "it that the person's consent is recorded and confirmed."
        )
        raise Refused(message.format(unit=to_unit), field)


def _say(handover: Handover, by: Post, verb: str, text: str = "") -> None:
    Message.objects.create(handover=handover, at=clock.now(), by=by, verb=verb, text=text.strip())


def _acting_post(actor: Viewer, handover: Handover, side: str) -> Post:
    """The post from which the actor takes a step: one at the receiving unit, or at the holder's unit."""
    unit_id = handover.to_unit_id if side == rules.RECEIVER else handover.case.holder.unit_id
    post = actor.post_in(unit_id)
    if post is None:
        raise NotAllowed(_("This step is for the other side of the handover."))
    return post


def _locked(handover_id: int) -> Handover:
    """The handover, locked after its case. Raises NotAllowed where there is none, as where it is others'."""
    found = Handover.objects.filter(pk=handover_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotAllowed(_("This step is for the other side of the handover."))
    case = locked(found)
    Handover.objects.select_for_update(of=("self",)).get(pk=handover_id)
    handover = Handover.objects.select_related("to_unit__party", "sender__unit").get(pk=handover_id)
    handover.case = case
    return handover


def _take(verb: str) -> Rule:
    """The rule of one step: the side whose step it is, in a state from which it can be taken."""
    transition = rules.BY_VERB[verb]

    def may_take(actor: Viewer, handover_id: int) -> None:
        handover = _locked(handover_id)
        holder = handover.case.holder
        if transition.side == rules.RECEIVER:
            allowed = handover.to_unit_id in actor.unit_ids
        else:
            allowed = holder.pk in actor.post_ids or holder.unit_id in actor.led_unit_ids
        if not allowed:
            raise NotAllowed(_("This step is for the other side of the handover."))
        if handover.state not in transition.sources:
            told = _("Somebody was before you: the handover is now “{state}”. Nothing was changed.")
            raise Overtaken(told.format(state=state_label(handover.state)))

    return may_take


def _begun(actor: Viewer, handover_id: int, verb: str) -> tuple[Handover, Post]:
    """The locked handover, and the post from which the actor takes the step."""
    handover = _locked(handover_id)
    return handover, _acting_post(actor, handover, rules.BY_VERB[verb].side)


def _other_side(handover: Handover, verb: str) -> Unit:
    return handover.sender.unit if rules.BY_VERB[verb].side == rules.RECEIVER else handover.to_unit


def _move(handover: Handover, verb: str, now: datetime) -> None:
    handover.state = rules.BY_VERB[verb].target
    handover.awaiting_since = now
    if handover.state in (rules.DECLINED, rules.WITHDRAWN):
        handover.accepted_by = handover.first_contact_at = None
    if handover.state not in rules.PENDING and handover.answered_at is None:
        handover.answered_at = now


def _require_contact_time(actor: Viewer, handover: Handover, at: datetime) -> None:
    require_later(at, rules.CONTACT, "first_contact_at", leads=actor.leads(handover.to_unit_id))


def _require_receiver(unit: Unit, post: Post | None) -> None:
    if not unit.is_active or not unit.posts.filter(is_active=True, role__in=HOLDING_ROLES).exists():
        raise Refused(_("Nobody works at that unit. Choose another unit."), "to_unit")
    if post and (post.unit_id != unit.pk or not post.is_active or post.role not in HOLDING_ROLES):
        raise Refused(_("Choose a person who works at the unit, or leave it to the unit."), "to_post")


def _require_words(text: str, field: str, message: str) -> None:
    if not text.strip():
        raise Refused(message, field)


@action(may.change)
def offer_handover(actor: Viewer, case_id: int, offer: Offer) -> Handover:
    """Offers a case to a unit, or a named person there. The sender holds until it is accepted.

    Raises Refused for an offer without reason, brief or a day ahead, to nobody, or to the holder; Overtaken while
    another handover of the case is open.
    """
    case = locked(case_id)
    if case.handovers.filter(state__in=rules.OPEN).exists():
        raise Overtaken(_("A handover of this case is already on its way. Finish it first."))
    _require_receiver(offer.to_unit, offer.to_post)
    if offer.to_post == case.holder or (offer.to_unit == case.holder.unit and not offer.to_post):
        raise Refused(_("The case is already here. Choose another receiver."), "to_unit")
    codes.require("handover_reason", offer.reason, "reason")
    for field in ("brief", "promised"):
        _require_may_tell(case, case.holder.party_id, offer.to_unit, getattr(offer, field), field)
    if may_tell(case, case.holder.party_id, offer.to_unit):
        _require_words(offer.brief, "brief", _("Write what the receiver must know."))
    leads = actor.leads(case.holder.unit_id)
    require_day(offer.needed_by, rules.NEEDED_BY, "needed_by", leads=leads)
    require_later(offer.proposed_contact_at, rules.CONTACT, "proposed_contact_at", leads=leads)
    return _create(actor, case, offer)


def _create(actor: Viewer, case: Case, offer: Offer, previous: Handover | None = None) -> Handover:
    handover = _made(case, offer, clock.now(), previous)
    _say(handover, case.holder, "offer")
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


def _made(case: Case, offer: Offer, now: datetime, previous: Handover | None = None) -> Handover:
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


def return_to(actor: Viewer, case: Case, post: Post) -> Handover:
    """Offers a parted case back to somebody of the party that opened it, without words: the basis for them is gone."""
    day = days.add_working_days(clock.today(), ANSWER_DAYS)
    at = timezone.make_aware(rules.proposed_contact(clock.today(), days.add_working_days))
    receiver = post if post.is_active else None
    return _create(actor, case, Offer(post.unit, receiver, RETURN, "", "", day, at))


def give_back(actor: Viewer, case: Case, post: Post) -> Handover:
    """Gives a case at once to somebody who can reach the person: the consent ended before its holder met the person.

    No answer is waited for, so that the person is never held by who could not reach her; the new contact is booked, and
    the lead of the unit is alarmed (waits.py). What was on its way with the case ends.
    """
    for going in case.handovers.filter(state__in=rules.OPEN).select_related("to_unit"):
        verb = "give_back" if going.state == rules.ACCEPTED else "withdraw"
        _move(going, verb, clock.now())
        going.save()
        _say(going, case.holder, verb)
    day = days.add_working_days(clock.today(), ANSWER_DAYS)
    at = timezone.make_aware(rules.proposed_contact(clock.today(), days.add_working_days))
    now = cases.next_instant(case)
    handover = _made(case, Offer(post.unit, post, RETURN, "", "", day, at), now)
    _move(handover, "accept", now)
    handover.accepted_by, handover.first_contact_at = post, at
    handover.save()
    _say(handover, case.holder, "give_back")
    _take_over(actor, handover, post, BACK_AT_ONCE, "handover_returned")
    return handover


def _speak(actor: Viewer, handover_id: int, verb: str, text: str, journalled: str, needs_words: str = "") -> Handover:
    """Takes a step that carries nothing but words; refuses it without them where `needs_words` says why."""
    handover, post = _begun(actor, handover_id, verb)
    if needs_words:
        _require_words(text, "text", needs_words)
    _require_may_tell(handover.case, post.party_id, _other_side(handover, verb), text)
    _move(handover, verb, clock.now())
    handover.save()
    _say(handover, post, verb, text)
    cases.journal(actor, journalled, handover.case, handover=handover.pk)
    return handover


@action(_take("ask"))
def ask_back(actor: Viewer, handover_id: int, question: str) -> Handover:
    """The receiver asks the sender something; it is the sender's turn."""
    return _speak(actor, handover_id, "ask", question, "handover_asked", _("Write your question."))


@action(_take("answer"))
def answer_question(actor: Viewer, handover_id: int, text: str) -> Handover:
    """The sender answers the receiver's question; it is the receiver's turn."""
    return _speak(actor, handover_id, "answer", text, "handover_question_answered", _("Write your answer."))


@action(_take("withdraw"))
def withdraw_handover(actor: Viewer, handover_id: int, text: str = "") -> Handover:
    """The sender takes the offer back; the sender has held all the time."""
    return _speak(actor, handover_id, "withdraw", text, "handover_withdrawn")


@action(_take("accept"))
def accept_handover(
    actor: Viewer, handover_id: int, first_contact_at: datetime, holder: Post | None = None
) -> Handover:
    """The receiver takes over by booking the first contact; responsibility moves at this instant.

    Where the receiver is not told who the person is (or not until that day), the accept is conditional: it books a
    joint first contact of sender, receiver and person, and the sender holds until that has been held.

    `holder` is who takes over: the actor, or anyone of the unit when its lead accepts. Raises Refused when the contact
    lies in the past or the holder is no active caseworker of the unit; Overtaken when the offer no longer stands.
    """
    handover, post = _begun(actor, handover_id, "accept")
    holder = holder or post
    _require_contact_time(actor, handover, first_contact_at)
    _require_receiver(handover.to_unit, holder)
    if holder.pk not in actor.post_ids and handover.to_unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the team lead can let somebody else take over."))
    case = handover.case
    if holder.pk == case.holder_id:
        raise Refused(_("You already hold the case. Let a colleague accept it, or decline it."), "holder")
    is_told = record_for(case, handover.to_unit, clock.day_of(first_contact_at), is_held=True) is not None
    if handover.joins_id and not is_told:
        raise Overtaken(_("The consent to join has ended. Decline, and let the sender offer again."))
    verb = "accept" if is_told else "accept_on_condition"
    _move(handover, verb, cases.next_instant(case))
    handover.accepted_by, handover.first_contact_at = holder, first_contact_at
    handover.save()
    _say(handover, post, verb)
    if is_told:
        _take_over(actor, handover, holder, FIRST_CONTACT, "handover_accepted")
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


def _take_over(
    actor: Viewer, handover: Handover, holder: Post, step: str, journalled: str, on: date | None = None
) -> None:
    """Moves the responsibility at the instant at which the handover was answered. The holder's next step is `step`, on
    a day or at the first contact."""
    case, at = handover.case, handover.first_contact_at
    if at is None or handover.answered_at is None:
        raise ValueError("a handover moves nothing before it is accepted")
    sender = case.holder
    case.holder, case.holder_since = holder, handover.answered_at
    cases.end_pause(case)
    if handover.joins_id:
        case.joined_to = _joined(handover, holder)
        case.save()
    main = case.joined_to or case
    cases.end_pause(main)
    cases.put_next_step(main, written(step), on or clock.day_of(at), holder, was_done=False)
    main.save()
    cases.journal(
        actor,
        journalled,
        case,
        handover=handover.pk,
        sender=sender.user.email,
        holder=holder.user.email,
        first_contact_at=at.isoformat(),
    )


@action(_take("meet"))
def record_joint_contact(actor: Viewer, handover_id: int, *, person_agrees: bool) -> Handover:
    """The sender notes that sender, receiver and person have met, and that the person agrees: responsibility moves at
    this instant, and who the person is becomes the receiver's own record. The handover is complete.

    Raises Refused before its time, without the person's agreement, and where the one who was to take over has left.
    """
    handover, post = _begun(actor, handover_id, "meet")
    _require_time_has_come(handover)
    if not person_agrees:
        message = _("Until the person agrees you are responsible. Withdraw the offer, or let the receiver book anew.")
        raise Refused(message, "person_agrees")
    case, holder = handover.case, handover.accepted_by
    if holder is None or not holder.is_active:
        raise Refused(_("The one who was to take over has left. Let the receiver accept again."))
    _move(handover, "meet", cases.next_instant(case))
    handover.contact_result = rules.HELD
    handover.save()
    _say(handover, post, "meet")
    _acquaint(actor, case, holder)
    day = days.add_working_days(clock.today(), ANSWER_DAYS)
    _take_over(actor, handover, holder, AFTER_MEETING, "joint_contact_recorded", day)
    return handover


def _acquaint(actor: Viewer, main: Case, post: Post) -> None:
    """The party of `post` has met the person: of this case, and of those joined to it."""
    for case in (main, *joined_to(main)):
        cases.acquaint(actor, case, post, record_for(main, main.holder.unit) or case.person)


def _joined(handover: Handover, holder: Post) -> Case:
    """The receiver's own case, which the handed over one joins. Raises Overtaken when it moved or closed meanwhile."""
    own = locked(handover.joins_id or 0)
    if not own.is_open or own.joined_to_id or own.holder_id != holder.pk:
        raise Overtaken(_("The case to join has moved or is closed. Decline, and let the sender offer again."))
    if not covers(own.person.subject, own.party_id, handover.sender.unit, IDENTITY, is_held=True):
        raise Overtaken(_("The consent to join has ended. Decline, and let the sender offer again."))
    return own


def _already_asked(handover: Handover) -> set[int]:
    units: set[int] = set()
    link: Handover | None = handover
    while link:
        units.add(link.to_unit_id)
        link = link.previous
    return units


@action(_take("decline"))
def decline_handover(
    actor: Viewer, handover_id: int, reason: str, next_unit: Unit | None, *, goes_back: bool = False, text: str = ""
) -> Handover:
    """The receiver says no, naming a reason and who goes next: another unit, or back to the sender.

    To another unit the offer goes on as it stands; back with the sender, the case's next step becomes to decide the way
    forward. Returns the declined handover. Raises Refused when reason or next is lacking, or the next was asked before.
    """
    handover, post = _begun(actor, handover_id, "decline")
    case = handover.case
    _require_may_tell(case, post.party_id, _other_side(handover, "decline"), text)
    if not codes.exists("decline_reason", reason):
        raise Refused(_("Name a reason for declining."), "decline_reason")
    if bool(next_unit) == goes_back:
        raise Refused(_("Say who goes next: another unit, or back to the sender."), "next_unit")
    if next_unit:
        _require_receiver(next_unit, None)
        if next_unit.pk in _already_asked(handover) | {case.holder.unit_id}:
            raise Refused(_("That unit has already been asked, or is the sender. Choose another."), "next_unit")
    _move(handover, "decline", clock.now())
    handover.decline_reason, handover.next_unit, handover.goes_back = reason, next_unit, goes_back
    handover.save()
    _say(handover, post, "decline", text)
    cases.journal(
        actor,
        "handover_declined",
        case,
        handover=handover.pk,
        reason=reason,
        next=next_unit.name if next_unit else "sender",
    )
    if next_unit:
        _create(
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
    day = days.add_working_days(clock.today(), ANSWER_DAYS)
    if case.suspended_until:
        day = max(day, case.suspended_until)
    cases.put_next_step(case, written(GONE_BACK), day, case.holder, was_done=False)
    case.save()


def _tellable(handover: Handover, post: Post, text: str) -> str:
    """The receiver's note as the sender may read it; the receiver keeps it with the step in any case."""
    return text if may_tell(handover.case, post.party_id, handover.sender.unit) else ""


@action(_take("rebook"))
def rebook_contact(actor: Viewer, handover_id: int, first_contact_at: datetime, text: str = "") -> Handover:
    """The receiver moves the first contact to another time; the next step moves with it. A pause gives way to it."""
    return _book_anew(actor, handover_id, "rebook", first_contact_at, text, "first_contact_rebooked")


@action(_take("miss_contact"))
def miss_contact(actor: Viewer, handover_id: int, first_contact_at: datetime, text: str = "") -> Handover:
    """The receiver notes that the person was not reached, and when it is tried again.

    The contact is as little held as before: it goes on climbing, since the first time that it was missed. Raises
    Refused before its time.
    """
    _require_time_has_come(_locked(handover_id))
    return _book_anew(actor, handover_id, "miss_contact", first_contact_at, text, "first_contact_missed")


def _require_time_has_come(handover: Handover) -> None:
    booked = handover.first_contact_at
    if booked and booked > clock.now():
        told = _("The first contact is booked for {time}. Note it when it has been, or move it first.")
        raise Refused(told.format(time=f"{timezone.localtime(booked):%Y-%m-%d %H:%M}"), "contact_result")


def _book_anew(actor: Viewer, handover_id: int, verb: str, at: datetime, text: str, journalled: str) -> Handover:
    handover, post = _begun(actor, handover_id, verb)
    _require_contact_time(actor, handover, at)
    if not record_for(handover.case, handover.case.holder.unit, clock.day_of(at)):
        told = _("The consent ends before that day. Choose an earlier day, or let it be renewed.")
        raise Refused(told, "first_contact_at")
    booked = handover.first_contact_at
    if booked and booked <= clock.now() and not handover.missed_since:
        handover.missed_since = booked
    _move(handover, verb, clock.now())
    handover.first_contact_at = at
    handover.save()
    _say(handover, post, verb, _tellable(handover, post, text))
    case = cases.main_of(handover.case)
    day = clock.day_of(at)
    if case.suspended_until and day < case.suspended_until:
        cases.end_pause(case)
    cases.put_next_step(case, written(FIRST_CONTACT), day, case.holder, was_done=False, note=text.strip())
    case.save()
    cases.journal(actor, journalled, case, handover=handover.pk, at=at.isoformat())
    return handover


@action(_take("record_contact"))
def record_contact(
    actor: Viewer, handover_id: int, result: str, next_step: str, next_step_on: date, text: str = ""
) -> Handover:
    """The receiver notes how the first contact went, and what happens next. The handover is complete.

    Raises Refused for a contact that was held before its time.
    """
    handover, post = _begun(actor, handover_id, "record_contact")
    codes.require("contact_result", result, "contact_result")
    if result == rules.HELD:
        _require_time_has_come(handover)
    _move(handover, "record_contact", clock.now())
    handover.contact_result = result
    handover.save()
    _say(handover, post, "record_contact", _tellable(handover, post, text))
    case = cases.main_of(handover.case)
    if result == rules.HELD:
        _acquaint(actor, case, case.holder)
    cases.set_next_step(actor, case, next_step, next_step_on, case.holder, was_done=True, note=text)
    case.save()
    cases.journal(actor, "first_contact_recorded", case, handover=handover.pk, result=result)
    return handover
