"""A place, or a turn in the waiting list: accepted, waited for, offered, taken or passed. Each step is one transaction.

Who comes while others wait, waits too. A place is offered to who is first in line; who shall go before others is moved
first, for a reason that everybody in the line reads.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.measures.queries import free_places
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.referrals import rules
from handslag.referrals.models import Move, Referral
from handslag.referrals.steps import begun, hold_line, may_step, move, say

PASSED = "passed_place"
"""The reason of a move by which who passes a place lets the next one go before."""


@dataclass(frozen=True)
class Waits:
    """For what somebody waits, and until when that is expected to last."""

    reason: str
    expected_on: date | None = None


@action(may_step("accept"))
def accept_referral(actor: Viewer, referral_id: int, starts_on: date) -> Referral:
    """The measure says yes: the person has a place from a day on. Who holds the person holds on.

    Raises Refused for a day that does not do or has no free place, and Overtaken while others wait for the measure.
    """
    referral, post = begun(actor, referral_id, "accept")
    require_day(starts_on, rules.STARTS, "starts_on", leads=True)
    hold_line(referral.measure_id)
    if Referral.objects.filter(measure=referral.measure_id, state__in=rules.IN_LINE).exists():
        raise Overtaken(_("Others wait for this measure. Put the person on the waiting list."))
    _require_free(referral)
    return _give_place(actor, referral, post, "accept", starts_on)


def _require_free(referral: Referral) -> None:
    if not free_places([referral.measure])[referral.measure_id]:
        raise Refused(_("No place is free. Put the person on the waiting list, or wait until somebody has left."))


def _give_place(actor: Viewer, referral: Referral, post: Post, verb: str, starts_on: date) -> Referral:
    move(referral, verb)
    referral.starts_on = starts_on
    referral.save()
    say(referral, post, verb)
    cases.journal(
        actor,
        "referral_accepted",
        referral.case,
        referral=referral.pk,
        measure=referral.measure.name,
        starts_on=starts_on.isoformat(),
    )
    return referral


@action(may_step("wait"))
def put_on_list(actor: Viewer, referral_id: int, waits: Waits) -> Referral:
    """The measure says yes, when there is a place: the person comes last in its waiting list."""
    referral, post = begun(actor, referral_id, "wait")
    _require_waits(waits)
    hold_line(referral.measure_id)
    move(referral, "wait")
    referral.turn, referral.waiting_since = rules.turn_at_end(_turns(referral)), clock.now()
    referral.wait_reason, referral.expected_on = waits.reason, waits.expected_on
    referral.save()
    say(referral, post, "wait")
    cases.journal(actor, "referral_waits", referral.case, referral=referral.pk, measure=referral.measure.name)
    return referral


def _require_waits(waits: Waits) -> None:
    codes.require("referral_wait_reason", waits.reason, "wait_reason")
    if waits.expected_on:
        require_day(waits.expected_on, rules.STARTS, "expected_on", leads=True)


@action(may_step("move"))
def move_in_line(actor: Viewer, referral_id: int, place: int, reason: str) -> Referral:
    """Gives who waits another place in the line, for a reason that everybody in it reads.

    Raises Refused for a place that the line does not have, the one that the person has already, or no reason.
    """
    referral, post = begun(actor, referral_id, "move")
    codes.require("referral_move_reason", reason, "reason")
    _move(actor, referral, post, place, reason)
    return referral


def _move(actor: Viewer, referral: Referral, post: Post, place: int, reason: str) -> None:
    line = hold_line(referral.measure_id)
    now = [waiting.pk for waiting in line].index(referral.pk) + 1
    if not 1 <= place <= len(line) or place == now:
        raise Refused(_("Choose another place, from 1 to {last}.").format(last=len(line)), "place")
    turn = _turn_at(referral, [waiting for waiting in line if waiting.pk != referral.pk], place)
    if turn is None:
        raise Refused(_("There is no room there any more. Move somebody else to the other side."), "place")
    Move.objects.create(
        referral=referral, turn=turn, from_place=now, to_place=place, reason=reason, by=post, at=clock.now()
    )
    referral.turn = turn
    say(referral, post, "move")
    cases.journal(
        actor,
        "referral_moved_in_line",
        referral.case,
        referral=referral.pk,
        measure=referral.measure.name,
        place=place,
        reason=reason,
    )


def _turns(referral: Referral) -> list[int]:
    """The turns that others have in the line, with those who are invited."""
    given = Referral.objects.filter(measure=referral.measure_id, state__in=rules.IN_LINE).exclude(pk=referral.pk)
    return [turn for turn in given.values_list("turn", flat=True) if turn is not None]


def _turn_at(referral: Referral, others: list[Referral], place: int) -> int | None:
    """The turn of a place (from 1) among others that wait; those who are invited keep theirs."""
    turns = _turns(referral)
    if place > len(others):
        return rules.turn_at_end(turns)
    after = others[place - 1].turn
    return None if after is None else rules.turn_before(after, turns)


@action(may_step("invite"))
def offer_place(actor: Viewer, referral_id: int, starts_on: date, answer_by: date) -> Referral:
    """The measure offers a place to who is first in line. When nobody has answered by the day, it climbs; the place is
    kept until somebody answers.

    Raises Overtaken for who is not first, and Refused for days that do not do or where no place is free.
    """
    referral, post = begun(actor, referral_id, "invite")
    require_day(answer_by, rules.ANSWER_BY, "answer_by", leads=True)
    require_day(starts_on, rules.STARTS, "starts_on", leads=True)
    line = hold_line(referral.measure_id)
    if line[0].pk != referral.pk:
        raise Overtaken(_("Somebody else is first in line. Offer the place there, or change the order for a reason."))
    _require_free(referral)
    move(referral, "invite")
    referral.starts_on, referral.answer_by = starts_on, answer_by
    referral.save()
    say(referral, post, "invite")
    cases.journal(
        actor,
        "place_offered",
        referral.case,
        referral=referral.pk,
        measure=referral.measure.name,
        starts_on=starts_on.isoformat(),
        answer_by=answer_by.isoformat(),
    )
    return referral


@action(may_step("take_place"))
def take_place(actor: Viewer, referral_id: int) -> Referral:
    """Who holds the person has asked her: she takes the place that was offered."""
    referral, post = begun(actor, referral_id, "take_place")
    if referral.starts_on is None:
        raise ValueError("a place was offered without a start")
    hold_line(referral.measure_id)
    return _give_place(actor, referral, post, "take_place", max(referral.starts_on, clock.today()))


@action(may_step("pass_place"))
def pass_place(actor: Viewer, referral_id: int) -> Referral:
    """The person passes this place, and waits on behind the next one in line."""
    referral, post = begun(actor, referral_id, "pass_place")
    hold_line(referral.measure_id)
    move(referral, "pass_place")
    referral.starts_on = referral.answer_by = None
    referral.save()
    say(referral, post, "pass_place")
    cases.journal(actor, "place_passed", referral.case, referral=referral.pk, measure=referral.measure.name)
    line = hold_line(referral.measure_id)
    place = [waiting.pk for waiting in line].index(referral.pk) + 1
    if place < len(line):
        _move(actor, referral, post, place + 1, PASSED)
    return referral


@action(may_step("leave"))
def leave_place(actor: Viewer, referral_id: int) -> Referral:
    """The person has left the measure: the place is free for who is next."""
    referral, post = begun(actor, referral_id, "leave")
    move(referral, "leave")
    referral.save()
    say(referral, post, "leave")
    cases.journal(actor, "place_left", referral.case, referral=referral.pk, measure=referral.measure.name)
    return referral
