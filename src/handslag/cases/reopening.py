"""Opening a closed case again: who opens it says why, and who holds the person from then on."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.cases import may, rules
from handslag.cases.actions import journal, set_next_step
from handslag.cases.knowing import record_for
from handslag.cases.locking import locked
from handslag.cases.models import Case, Reopening
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken, Refused
from handslag.parties.models import Post
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.reference import codes

REASONS = "reopening_reason"


def obstacle_to_reopening(case: Case, *, is_held: bool = False) -> str:
    """Why a closed case cannot be opened again, in words; empty where it can.

    Where it `is_held`, what is told of the person cannot end before this transaction does.
    """
    if case.joined_to_id:
        return _("The case was joined to another and ended with it. Open a new one.")
    if case.content_removed_on:
        return _("Its time is over, and what stood in the case has been removed. Open a new one.")
    if Case.objects.filter(person=case.person_id, closed_at__isnull=True).exists():
        if case.party_id != case.holder.party_id:  # another party's case is that party's to tell
            return _("The case can no longer be opened again. Open a new one.")
        return _("The person has an open case here already. Work in that one.")
    if not record_for(case, case.holder.unit, is_held=is_held):
        return _("Your unit can no longer reach the person. A party that can reach the person opens a new case.")
    return ""


@action(may.reopen)
def reopen(actor: Viewer, case_id: int, reason: str, holder: Post, next_step: str, on: date) -> Case:
    """Opens a closed case again, because; `holder` holds it from now on and takes the next step.

    How it had ended stays on record, and that nobody held it meanwhile. Consents that have ended do not come back.
    Raises Refused for a reason that does not fit how it ended, for a holder outside the unit that was responsible, and
    as `set_next_step` does; Overtaken for a case that ended with another, has been emptied, or whose person has a new
    one or is out of reach.
    """
    by, case = may.reopen(actor, case_id), locked(case_id)
    codes.require(REASONS, reason, "reason")
    if not rules.undoes(reason, case.outcome):
        raise Refused(_("The reason does not fit how the case ended. Choose another."), "reason")
    if obstacle := obstacle_to_reopening(case, is_held=True):
        raise Overtaken(obstacle)
    works = holder.is_active and holder.user.is_active and holder.role in HOLDING_ROLES
    if not works or holder.unit_id != case.holder.unit_id:
        raise Refused(_("Choose somebody who works at the unit that was responsible."), "holder")
    _open_again(case, by, reason, holder)
    case = locked(case_id)
    set_next_step(actor, case, next_step, on, holder, was_done=False)
    case.save()
    journal(actor, "reopened", case, reason=reason, holder=holder.user.email)
    return case


def _open_again(case: Case, by: Post, reason: str, holder: Post) -> None:
    try:
        with transaction.atomic():
            Reopening.objects.create(
                case=case,
                closed_at=case.closed_at,
                outcome=case.outcome,
                next_responsible=case.next_responsible,
                person_wants_no_more=case.person_wants_no_more,
                at=max(clock.now(), case.closed_at + timedelta(microseconds=1)),
                by=by,
                reason=reason,
                holder=holder,
            )
    except IntegrityError:
        raise Overtaken(_("Somebody changed something about this meanwhile. Open the page again.")) from None
