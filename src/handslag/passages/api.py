"""Passages of a case, read by the parties that may see them; AF's own system notes sick leave from its programmes."""

from datetime import date
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from handslag.cases.queries import SHOWN, open_cases, visible_cases
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.parties.api import Acting, acting
from handslag.parties.viewer import Request
from handslag.passages import programme_actions, rules
from handslag.passages.programme import shown_illness
from handslag.passages.queries import shown_clock
from handslag.ui.api import Problem

router = Router()
READ = {401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


class OutOfInsurance(Schema):
    """The passage out of sickness insurance. What no basis shows is null."""

    benefit: str
    ends_on: date
    stage: str
    offered_on: date | None
    answer: str | None
    held_days_before: int | None


class OutOfProgramme(Schema):
    """The passage out of a programme (code list `programme`). What no basis shows is null."""

    stage: str
    programme: str | None
    degree: int | None
    since: date | None
    leaves_from: date | None
    can_adapt: bool | None
    left_on: date | None
    last_day_back: date | None


class PassageWhole(Schema):
    """Both passages of a case; null where none goes on, or no basis shows it."""

    out_of_insurance: OutOfInsurance | None
    out_of_programme: OutOfProgramme | None


class SickLeaveIn(Acting):
    """That a participant is ill to a degree from a day on; 0: well again from that day."""

    since: date
    degree: int
    programme: str = Field("", max_length=30)


def _insurance(visible: CaseVisibility) -> dict | None:
    found = shown_clock(visible)
    if found is None:
        return None
    offer = found.offer if found.offer and visible.sees("offered_on", found.offer) else None
    return {
        "benefit": found.benefit,
        "ends_on": found.ends_on,
        "stage": found.stage,
        "offered_on": offer and offer.offered_on,
        "answer": offer and offer.answer,
        "held_days_before": found.held_days_before if found.held and visible.sees("at", found.held) else None,
    }


def _programme(visible: CaseVisibility) -> dict | None:
    found = shown_illness(visible)
    if found is None:
        return None
    leave, adaptation, left = found.leave, found.adaptation, found.discharge
    return {
        "stage": found.stage,
        "programme": leave and leave.programme,
        "degree": leave and leave.degree,
        "since": leave and leave.since,
        "leaves_from": rules.leaves_from(leave.since) if leave and found.is_wholly_ill else None,
        "can_adapt": adaptation and adaptation.can_adapt,
        "left_on": left and left.left_on,
        "last_day_back": left and rules.last_day_back(left.left_on),
    }


def _whole(request: Request, case_id: UUID) -> dict:
    case = get_object_or_404(visible_cases(request.viewer).select_related(*SHOWN), public_id=case_id)
    visible = visibility(request.viewer, case)
    return {"out_of_insurance": _insurance(visible), "out_of_programme": _programme(visible)}


@router.get("/{uuid:case_id}", response={200: PassageWhole, **READ})
def show(request: Request, case_id: UUID):
    """How far the passages of a case have come."""
    return _whole(request, case_id)


@router.post("/{uuid:case_id}/sick-leave", response={200: PassageWhole, **STEP})
def sick_leave(request: Request, case_id: UUID, wanted: SickLeaveIn):
    """Notes sick leave from a programme, in a case that AF holds."""
    case = get_object_or_404(open_cases(request.viewer), public_id=case_id)
    programme_actions.note_sick_leave(
        acting(request, wanted.acting_as), case.pk, wanted.since, wanted.degree, wanted.programme
    )
    return _whole(request, case_id)
