"""What is noted of the passage out of a programme. Each action is one transaction and is journalled."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.passages import programme, rules
from handslag.passages.actions import begun
from handslag.passages.models import Adaptation, Discharge, SickLeave
from handslag.reference import codes


def _begun_at_af(actor: Viewer, case_id: int) -> tuple[Case, Post]:
    """As `begun`, of a case that AF holds: what happens in its programmes AF alone notes."""
    case, post = begun(actor, case_id)
    if case.holder.party.kind != "AF":
        raise NotAllowed(_("Only Arbetsförmedlingen notes what happens in its programmes."))
    return case, post


@action(may.change)
def note_sick_leave(actor: Viewer, case_id: int, since: date, degree: int, programme_code: str = "") -> SickLeave:
    """Notes that a participant is ill to a degree from a day on; what was before ends there. A degree of 0: is well.

    Raises Refused for an unknown programme or degree, or days that belong to another sick leave; Overtaken for who has
    left the programme.
    """
    case, post = _begun_at_af(actor, case_id)
    _refuse_who_left(case)
    require_day(since, rules.ILL, "since", leads=False)
    present = programme.going_on(case.pk)
    if present:
        _end(present, since, degree)
    if degree != rules.WELL:
        leave = _resumed(case, since, degree) or _create(case, post, since, degree, programme_code)
    elif present:
        leave = present
    else:
        raise Refused(_("No sick leave goes on."), "degree")
    cases.journal(actor, "sick_leave_noted", case, leave=leave.pk, degree=degree, since=since.isoformat())
    return leave


def _end(leave: SickLeave, on: date, degree: int) -> None:
    """Ends a sick leave where another degree begins; on its own first day it never was."""
    if degree == leave.degree:
        raise Refused(_("This degree is noted since {day}.").format(day=leave.since), "degree")
    if on < leave.since:
        raise Refused(_("The sick leave began {day}. Choose that day or later.").format(day=leave.since), "since")
    leave.until = on
    leave.save(update_fields=["until"])


def _resumed(case: Case, since: date, degree: int) -> SickLeave | None:
    """The sick leave that goes on after all: the same degree until that very day, and nobody left over it."""
    if Discharge.objects.filter(case=case, left_on=since).exists():
        return None
    found = SickLeave.objects.filter(case=case, until=since, since__lt=since, degree=degree).first()
    if found:
        found.until = None
        found.save(update_fields=["until"])
    return found


def _create(case: Case, post: Post, since: date, degree: int, programme_code: str) -> SickLeave:
    codes.require("programme", programme_code, "programme")
    if degree not in rules.DEGREES:
        raise Refused(_("The degree is 25, 50, 75 or 100."), "degree")
    if last := programme.ended_after(case.pk, since):
        raise Refused(_("A sick leave is noted until {day}.").format(day=last - timedelta(days=1)), "since")
    return SickLeave.objects.create(
        case=case, programme=programme_code, degree=degree, since=since, by=post, noted_at=clock.now()
    )


def _refuse_who_left(case: Case) -> None:
    if programme.left(case.pk):
        raise Overtaken(_("The person has left the programme already. Note the way back first."))


def _wholly_ill(case: Case) -> SickLeave:
    _refuse_who_left(case)
    leave = programme.going_on(case.pk)
    if leave is None or leave.degree != rules.WHOLLY:
        raise Refused(_("The person is not wholly ill. Note the sick leave first."))
    return leave


@action(may.change)
def note_adaptation(actor: Viewer, case_id: int, examined_on: date, *, can_adapt: bool) -> Adaptation:
    """Notes that it was examined whether the programme can be adapted to the ill participant, and what was found."""
    case, post = _begun_at_af(actor, case_id)
    leave = _wholly_ill(case)
    require_day(examined_on, rules.ILL, "examined_on", leads=False)
    if examined_on < leave.since:
        raise Refused(_("The sick leave began {day}. Choose that day or later.").format(day=leave.since), "examined_on")
    made = Adaptation.objects.create(
        leave=leave, examined_on=examined_on, can_adapt=can_adapt, by=post, noted_at=clock.now()
    )
    cases.journal(actor, "adaptation_examined", case, adaptation=made.pk, can_adapt=can_adapt)
    return made


@action(may.change)
def note_discharge(actor: Viewer, case_id: int, left_on: date) -> Discharge:
    """Notes that an ill participant left the programme, where the sick leave from it ends too.

    Raises Refused before more than 30 days in a row of being wholly ill, and where it was not examined first whether
    the programme can be adapted (2007:414 s. 13 a; 2007:813 s. 10 a).
    """
    case, post = _begun_at_af(actor, case_id)
    leave = _wholly_ill(case)
    require_day(left_on, rules.ILL, "left_on", leads=False)
    if left_on < (first := rules.leaves_from(leave.since)):
        raise Refused(
            _("Nobody leaves for illness before more than 30 days. Choose {day} or later.").format(day=first), "left_on"
        )
    if not leave.adaptations.filter(examined_on__lte=left_on).exists():
        raise Refused(_("Examine first whether the programme can be adapted, and note what was found."), "left_on")
    made = Discharge.objects.create(case=case, left_on=left_on, by=post, noted_at=clock.now())
    leave.until = left_on
    leave.save(update_fields=["until"])
    cases.journal(actor, "participant_left", case, discharge=made.pk, on=left_on.isoformat())
    return made


@action(may.change)
def note_way_back(actor: Viewer, case_id: int, result: str, on: date) -> Discharge:
    """Notes that who left is back in the programme, or will not come back.

    Raises Refused for a return after more than a year (2007:414 s. 14 a; 2007:813 s. 11).
    """
    case, post = begun(actor, case_id)
    if result not in (rules.RETURNED, rules.STAYS_OUT):
        raise Refused(_("Choose one of the values in the list."), "result")
    left = programme.left(case.pk)
    if left is None:
        raise Overtaken(_("No way back is open."))
    require_day(on, rules.BACK, "result_on", leads=False)
    if on < left.left_on:
        told = _("The person left the programme {day}. Choose that day or later.")
        raise Refused(told.format(day=left.left_on), "result_on")
    if result == rules.RETURNED and on > (last := rules.last_day_back(left.left_on)):
        raise Refused(_("The way back was open until {day}.").format(day=last), "result_on")
    left.result, left.result_on, left.result_by = result, on, post
    left.save()
    cases.journal(actor, "way_back_noted", case, discharge=left.pk, result=result, on=on.isoformat())
    return left
