"""What every step of a referral is made of: whose it is, what may be told in it, and what it leaves behind."""

from django.utils.translation import gettext as _

from handslag.cases.locking import locked
from handslag.foundation import clock
from handslag.foundation.acting import Rule
from handslag.foundation.errors import NotAllowed, Overtaken
from handslag.foundation.rooms import rooms
from handslag.measures.models import Measure
from handslag.parties.models import Post, Unit
from handslag.parties.viewer import Viewer
from handslag.referrals import rules
from handslag.referrals.models import Message, Referral
from handslag.referrals.staff import staff_post
from handslag.referrals.wording import state_label


def not_your_step() -> NotAllowed:
    """The refusal of who may not take a step, in the same words whether or not there is such a referral."""
    return NotAllowed(_("This step is for the other side of the referral."))


def locked_referral(referral_id: int) -> Referral:
    """The referral, locked after its case. Raises NotAllowed where there is none, as where it is others'."""
    found = Referral.objects.filter(pk=referral_id).values_list("case_id", flat=True).first()
    if found is None:
        raise not_your_step()
    case = locked(found)
    Referral.objects.select_for_update(of=("self",)).get(pk=referral_id)
    referral = Referral.objects.select_related("to_unit__party", "referrer__unit", "measure").get(pk=referral_id)
    referral.case = case
    return referral


def hold_line(measure_id: int) -> list[Referral]:
    """Those who wait for a measure and have not been offered a place, first to last; nobody else changes the line until
    the transaction ends."""
    Measure.objects.select_for_update(no_key=True).filter(pk=measure_id).first()
    return list(Referral.objects.filter(measure=measure_id, state=rules.WAITING).order_by("turn"))


def acting_post(actor: Viewer, referral: Referral, side: str) -> Post | None:
    """The post from which the actor takes a side's steps: one of who works for the measure (or leads its unit), or of
    who holds the case, stands in, or leads the holder's unit. None where there is none."""
    if side == rules.MEASURE:
        return staff_post(actor, referral.to_unit_id)
    holder = referral.case.holder
    may = holder.pk in actor.post_ids or holder.unit_id in actor.led_unit_ids
    return actor.post_in(holder.unit_id) if may else None


def may_step(verb: str) -> Rule:
    """The rule of one step: the side whose step it is, in a state from which it can be taken."""
    transition = rules.BY_VERB[verb]

    def may_take(actor: Viewer, referral_id: int) -> None:
        referral = locked_referral(referral_id)
        if acting_post(actor, referral, transition.side) is None:
            raise not_your_step()
        if referral.state not in transition.sources:
            told = _("Somebody was before you: the referral is now “{state}”. Nothing was changed.")
            raise Overtaken(told.format(state=state_label(referral.state)))

    return may_take


def begun(actor: Viewer, referral_id: int, verb: str) -> tuple[Referral, Post]:
    """The locked referral, and the post from which the actor takes the step."""
    referral = locked_referral(referral_id)
    post = acting_post(actor, referral, rules.BY_VERB[verb].side)
    if post is None:
        raise not_your_step()
    if referral.state == rules.ACCEPTED and (obstacle := _obstacle_to_leaving(referral)):
        raise Overtaken(obstacle)
    return referral, post


def _obstacle_to_leaving(referral: Referral) -> str:
    """Why a place cannot be given up yet, by the first room that has something to finish; empty where it can."""
    return next((why for room in rooms().values() for find in room.place_obstacles if (why := find(referral))), "")


def other_side(referral: Referral, verb: str) -> Unit:
    """The unit that is told of a step."""
    is_measures = rules.BY_VERB[verb].side == rules.MEASURE
    return referral.case.holder.unit if is_measures else referral.to_unit


def say(referral: Referral, by: Post, verb: str, text: str = "") -> None:
    """Writes a step into what was said about the referral."""
    Message.objects.create(referral=referral, at=clock.now(), by=by, verb=verb, text=text.strip())


def move(referral: Referral, verb: str) -> None:
    """Puts the referral into the state that a step leads to, unsaved. It waits for the other side from now on."""
    referral.state = rules.BY_VERB[verb].target
    referral.awaiting_since = now = clock.now()
    if referral.state in (*rules.IN_LINE, rules.ACCEPTED):
        referral.said_yes_at = referral.said_yes_at or now
    if referral.state in rules.ANSWERED and verb != "leave":
        referral.answered_at = now
