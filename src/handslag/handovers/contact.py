"""The first contact after a handover: moved, missed, held. Each step is one transaction."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.knowing import record_for
from handslag.cases.locking import joined_to
from handslag.cases.models import Case
from handslag.foundation import clock, days
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.handovers.steps import (
    begun,
    locked_handover,
    may_step,
    may_tell,
    move,
    require_contact_time,
    say,
    take_over,
)
from handslag.handovers.wording import AFTER_MEETING, FIRST_CONTACT, written
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.reference import codes


def _require_time_has_come(handover: Handover) -> None:
    booked = handover.first_contact_at
    if booked and booked > clock.now():
        told = _("The first contact is booked for {time}. Note it when it has been, or move it first.")
        raise Refused(told.format(time=f"{timezone.localtime(booked):%Y-%m-%d %H:%M}"), "contact_result")


@action(may_step("meet"))
def record_joint_contact(actor: Viewer, handover_id: int, *, person_agrees: bool) -> Handover:
    """The sender notes that sender, receiver and person have met, and that the person agrees: responsibility moves at
    this instant, and who the person is becomes the receiver's own record. The handover is complete.

    Raises Refused before its time, without the person's agreement, and where the one who was to take over has left.
    """
    handover, post = begun(actor, handover_id, "meet")
    _require_time_has_come(handover)
    if not person_agrees:
        message = _("Until the person agrees you are responsible. Withdraw the offer, or let the receiver book anew.")
        raise Refused(message, "person_agrees")
    case, holder = handover.case, handover.accepted_by
    if holder is None or not holder.is_active:
        raise Refused(_("The one who was to take over has left. Let the receiver accept again."))
    move(handover, "meet", cases.next_instant(case))
    handover.contact_result = rules.HELD
    handover.save()
    say(handover, post, "meet")
    _acquaint(actor, case, holder)
    day = days.add_working_days(clock.today(), rules.ANSWER_DAYS)
    take_over(actor, handover, holder, AFTER_MEETING, "joint_contact_recorded", day)
    return handover


def _acquaint(actor: Viewer, main: Case, post: Post) -> None:
    """The party of `post` has met the person: of this case, and of those joined to it."""
    for case in (main, *joined_to(main)):
        cases.acquaint(actor, case, post, record_for(main, main.holder.unit) or case.person)


def _tellable(handover: Handover, post: Post, text: str) -> str:
    """The receiver's note as the sender may read it; the receiver keeps it with the step in any case."""
    return text if may_tell(handover.case, post.party_id, handover.sender.unit) else ""


@action(may_step("rebook"))
def rebook_contact(actor: Viewer, handover_id: int, first_contact_at: datetime, text: str = "") -> Handover:
    """The receiver moves the first contact to another time; the next step moves with it. A pause gives way to it."""
    return _book_anew(actor, handover_id, "rebook", first_contact_at, text, "first_contact_rebooked")


@action(may_step("miss_contact"))
def miss_contact(actor: Viewer, handover_id: int, first_contact_at: datetime, text: str = "") -> Handover:
    """The receiver notes that the person was not reached, and when it is tried again.

    The contact is as little held as before: it goes on climbing, since the first time that it was missed. Raises
    Refused before its time.
    """
    _require_time_has_come(locked_handover(handover_id))
    return _book_anew(actor, handover_id, "miss_contact", first_contact_at, text, "first_contact_missed")


def _book_anew(actor: Viewer, handover_id: int, verb: str, at: datetime, text: str, journalled: str) -> Handover:
    handover, post = begun(actor, handover_id, verb)
    require_contact_time(actor, handover, at)
    if not record_for(handover.case, handover.case.holder.unit, clock.day_of(at)):
        told = _("The consent ends before that day. Choose an earlier day, or let it be renewed.")
        raise Refused(told, "first_contact_at")
    booked = handover.first_contact_at
    if booked and booked <= clock.now() and not handover.missed_since:
        handover.missed_since = booked
    move(handover, verb, clock.now())
    handover.first_contact_at = at
    handover.save()
    say(handover, post, verb, _tellable(handover, post, text))
    case = cases.main_of(handover.case)
    day = clock.day_of(at)
    if case.suspended_until and day < case.suspended_until:
        cases.end_pause(case)
    cases.put_next_step(case, written(FIRST_CONTACT), day, case.holder, was_done=False, note=text.strip())
    case.save()
    cases.journal(actor, journalled, case, handover=handover.pk, at=at.isoformat())
    return handover


@action(may_step("record_contact"))
def record_contact(
    actor: Viewer, handover_id: int, result: str, next_step: str, next_step_on: date, text: str = ""
) -> Handover:
    """The receiver notes how the first contact went, and what happens next. The handover is complete.

    Raises Refused for a contact that was held before its time.
    """
    handover, post = begun(actor, handover_id, "record_contact")
    codes.require("contact_result", result, "contact_result")
    if result == rules.HELD:
        _require_time_has_come(handover)
    move(handover, "record_contact", clock.now())
    handover.contact_result = result
    handover.save()
    say(handover, post, "record_contact", _tellable(handover, post, text))
    case = cases.main_of(handover.case)
    if result == rules.HELD:
        _acquaint(actor, case, case.holder)
    cases.set_next_step(actor, case, next_step, next_step_on, case.holder, was_done=True, note=text)
    case.save()
    cases.journal(actor, "first_contact_recorded", case, handover=handover.pk, result=result)
    return handover
