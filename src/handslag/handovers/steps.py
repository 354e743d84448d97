"""What every step of a handover is made of: whose it is, what may be told in it, and what it leaves behind."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import IDENTITY, PLAN
from handslag.foundation import clock
from handslag.foundation.acting import Rule
from handslag.foundation.dating import require_later
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import rules
from handslag.handovers.models import Handover, Message
from handslag.handovers.wording import state_label, written
from handslag.parties.models import Post, Unit
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer


def may_tell(case: Case, from_party_id: int | None, to_unit: Unit) -> bool:
    """Whether words about the person may pass from a party to a unit: within the party, or where a basis covers it."""
    return from_party_id is not None and covers(case.person.subject, from_party_id, to_unit, PLAN, is_held=True)


def require_may_tell(case: Case, from_party_id: int | None, to_unit: Unit, text: str, field: str = "text") -> None:
    """Raises Refused, naming the field, where words would pass without a basis."""
    if text.strip() and not may_tell(case, from_party_id, to_unit):
        message = _(
            "No basis covers it: to {unit} only that a person is coming may be told. Leave the field empty, or see to "
            "it that the person's consent is recorded and confirmed."
        )
        raise Refused(message.format(unit=to_unit), field)


def require_words(text: str, field: str, message: str) -> None:
    """Raises Refused with the message where the field is empty."""
    if not text.strip():
        raise Refused(message, field)


def require_receiver(unit: Unit, post: Post | None) -> None:
    """Raises Refused where nobody at the unit can hold a person, or the one who is named cannot."""
    if not unit.is_active or not unit.posts.filter(is_active=True, role__in=HOLDING_ROLES).exists():
        raise Refused(_("Nobody works at that unit. Choose another unit."), "to_unit")
    if post and (post.unit_id != unit.pk or not post.is_active or post.role not in HOLDING_ROLES):
        raise Refused(_("Choose a person who works at the unit, or leave it to the unit."), "to_post")


def require_contact_time(actor: Viewer, handover: Handover, at: datetime) -> None:
    """Raises Refused for a first contact in the past, or too far ahead."""
    require_later(at, rules.CONTACT, "first_contact_at", leads=actor.leads(handover.to_unit_id))


def locked_handover(handover_id: int) -> Handover:
    """The handover, locked after its case. Raises NotAllowed where there is none, as where it is others'."""
    found = Handover.objects.filter(pk=handover_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotAllowed(_("This step is for the other side of the handover."))
    case = locked(found)
    Handover.objects.select_for_update(of=("self",)).get(pk=handover_id)
    handover = Handover.objects.select_related("to_unit__party", "sender__unit").get(pk=handover_id)
    handover.case = case
    return handover


def may_step(verb: str) -> Rule:
    """The rule of one step: the side whose step it is, in a state from which it can be taken."""
    transition = rules.BY_VERB[verb]

    def may_take(actor: Viewer, handover_id: int) -> None:
        handover = locked_handover(handover_id)
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


def _acting_post(actor: Viewer, handover: Handover, side: str) -> Post:
    """The post from which the actor takes a step: one at the receiving unit, or at the holder's unit."""
    unit_id = handover.to_unit_id if side == rules.RECEIVER else handover.case.holder.unit_id
    post = actor.post_in(unit_id)
    if post is None:
        raise NotAllowed(_("This step is for the other side of the handover."))
    return post


def begun(actor: Viewer, handover_id: int, verb: str) -> tuple[Handover, Post]:
    """The locked handover, and the post from which the actor takes the step."""
    handover = locked_handover(handover_id)
    return handover, _acting_post(actor, handover, rules.BY_VERB[verb].side)


def other_side(handover: Handover, verb: str) -> Unit:
    """The unit that is told of a step."""
    return handover.sender.unit if rules.BY_VERB[verb].side == rules.RECEIVER else handover.to_unit


def say(handover: Handover, by: Post, verb: str, text: str = "") -> None:
    """Writes a step into the handover's dialogue."""
    Message.objects.create(handover=handover, at=clock.now(), by=by, verb=verb, text=text.strip())


def move(handover: Handover, verb: str, now: datetime) -> None:
    """Puts the handover into the state that a step leads to, unsaved. It waits for the other side from now on."""
    handover.state = rules.BY_VERB[verb].target
    handover.awaiting_since = now
    if handover.state in (rules.DECLINED, rules.WITHDRAWN):
        handover.accepted_by = handover.first_contact_at = None
    if handover.state not in rules.PENDING and handover.answered_at is None:
        handover.answered_at = now


def take_over(
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


def _joined(handover: Handover, holder: Post) -> Case:
    """The receiver's own case, which the handed over one joins. Raises Overtaken when it moved or closed meanwhile."""
    own = locked(handover.joins_id or 0)
    if not own.is_open or own.joined_to_id or own.holder_id != holder.pk:
        raise Overtaken(_("The case to join has moved or is closed. Decline, and let the sender offer again."))
    if not covers(own.person.subject, own.party_id, handover.sender.unit, IDENTITY, is_held=True):
        raise Overtaken(_("The consent to join has ended. Decline, and let the sender offer again."))
    return own
