"""Referrals: read by both sides, and each step taken in the name of a person of the party."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from handslag.cases.order import in_order
from handslag.cases.queries import open_cases
from handslag.foundation.errors import Refused
from handslag.measures.models import Measure
from handslag.measures.queries import measure_of
from handslag.parties.api import Acting, Holder, acting, unit_named
from handslag.parties.viewer import Request, Viewer
from handslag.referrals import actions, line, queries
from handslag.referrals.models import Referral
from handslag.referrals.seeing import seen
from handslag.ui.api import Paging, Problem, key_of, part

router = Router()
SHOWN = (*queries.SHOWN, "referrer__party", "to_unit__party")


class ReferralLine(Schema):
    """A referral as both sides see it."""

    id: UUID = Field(alias="public_id")
    case_id: UUID = Field(alias="case.public_id")
    case_ref: str = Field(alias="case.reference")
    measure_id: UUID = Field(alias="measure.public_id")
    measure: str = Field(alias="measure.name")
    referrer: Holder
    to_party: str = Field(alias="to_unit.party.code")
    to_unit: str = Field(alias="to_unit.code")
    asked_for: str
    state: str
    offered_at: datetime
    waiting_since: datetime | None
    wait_reason: str
    expected_on: date | None
    place: int | None
    """The place in the waiting list, from 1."""
    answer_by: date | None
    starts_on: date | None
    answered_at: datetime | None
    decline_reason: str
    proposed_measure_id: UUID | None
    settled_at: datetime | None


class ReferralPage(Schema):
    """A page of referrals."""

    items: list[ReferralLine]
    page: int
    limit: int
    has_next: bool


class ReferIn(Acting):
    """Whom to refer, and where."""

    case_id: UUID
    measure_id: UUID
    to_party: str
    to_unit: str
    asked_for: str = Field("", max_length=4000)


class AcceptIn(Acting):
    """A yes has a first day."""

    starts_on: date


class WaitIn(Acting):
    """For what the person waits, and until when."""

    wait_reason: str
    expected_on: date | None = None


class InviteIn(Acting):
    """The place that is offered, and by when it is answered for."""

    starts_on: date
    answer_by: date


class MoveIn(Acting):
    """Another place in line, and why."""

    place: int = Field(ge=1, le=10_000)
    reason: str


class DeclineIn(Acting):
    """A no names a reason, and may propose another measure."""

    decline_reason: str
    proposed_measure_id: UUID | None = None
    text: str = Field("", max_length=2000)


class TextIn(Acting):
    """A question, an answer, or why a referral is taken back."""

    text: str = Field("", max_length=2000)


READ = {200: ReferralLine, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


def referral_lines(viewer: Viewer, referrals: list[Referral]) -> list[Referral]:
    """Referrals as the viewer may see them: without the words that no basis shows."""
    places = queries.places_of(referrals)
    for found in seen(viewer, referrals):
        referral = found.referral
        referral.asked_for = found.asked_for
        referral.place = places.get(referral.pk)  # type: ignore[attr-defined]  # told beside the columns
        referral.proposed_measure_id = referral.proposed and referral.proposed.public_id  # type: ignore[attr-defined]
    return referrals


def _visible(request: Request, referral_id: UUID) -> Referral:
    found = queries.visible_referrals(request.viewer).select_related(*SHOWN)
    return referral_lines(request.viewer, [get_object_or_404(found, public_id=referral_id)])[0]


def _measure(measure_id: UUID, field: str) -> Measure:
    measure = measure_of(measure_id)
    if measure is None:
        raise Refused("No measure in the catalogue has this id.", field)
    return measure


@router.get("", response={200: ReferralPage, 401: Problem, 422: Problem})
def list_referrals(request: Request, paging: Query[Paging]) -> dict:
    """Referrals by the party, and to its units, latest first."""
    found = queries.visible_referrals(request.viewer).select_related(*SHOWN).order_by("-id")
    return part(found, paging, partial(referral_lines, request.viewer))


@router.post("", response={**STEP, 201: ReferralLine})
def refer(request: Request, wanted: ReferIn):
    """Refers the person of a case that the party holds."""
    measure = _measure(wanted.measure_id, "measure_id")
    asked = actions.Asked(measure, unit_named(wanted.to_party, wanted.to_unit, "to_unit"), wanted.asked_for)
    actor = acting(request, wanted.acting_as)
    case = get_object_or_404(open_cases(request.viewer), public_id=wanted.case_id)
    in_order(actor, {case.pk: None}, key_of(request), lambda: actions.refer(actor, case.pk, asked))
    return Status(201, _visible(request, case.referrals.filter(measure=measure).latest("id").public_id))


def _step(request: Request, referral_id: UUID, given: Acting, act: Callable[[Viewer, int], object]) -> Referral:
    """Takes a step of a referral in somebody's name, once."""
    referral, actor = _visible(request, referral_id), acting(request, given.acting_as)
    in_order(actor, {referral.case_id: None}, key_of(request), lambda: act(actor, referral.pk))
    return _visible(request, referral_id)


@router.get("/{uuid:referral_id}", response=READ)
def show(request: Request, referral_id: UUID):
    """One referral."""
    return _visible(request, referral_id)


@router.post("/{uuid:referral_id}/accept", response=STEP)
def accept(request: Request, referral_id: UUID, answer: AcceptIn):
    """Says yes, with a first day, as the measure."""
    return _step(request, referral_id, answer, lambda a, pk: line.accept_referral(a, pk, answer.starts_on))


@router.post("/{uuid:referral_id}/wait", response=STEP)
def wait(request: Request, referral_id: UUID, answer: WaitIn):
    """Puts the person on the waiting list, as the measure."""
    waits = line.Waits(answer.wait_reason, answer.expected_on)
    return _step(request, referral_id, answer, lambda a, pk: line.put_on_list(a, pk, waits))


@router.post("/{uuid:referral_id}/invite", response=STEP)
def invite(request: Request, referral_id: UUID, place: InviteIn):
    """Offers a place to who is first in line, as the measure."""
    return _step(request, referral_id, place, lambda a, pk: line.offer_place(a, pk, place.starts_on, place.answer_by))


@router.post("/{uuid:referral_id}/move", response=STEP)
def move(request: Request, referral_id: UUID, wanted: MoveIn):
    """Gives who waits another place in line, for a reason, as the measure."""
    return _step(request, referral_id, wanted, lambda a, pk: line.move_in_line(a, pk, wanted.place, wanted.reason))


@router.post("/{uuid:referral_id}/take-place", response=STEP)
def take_place(request: Request, referral_id: UUID, answer: Acting):
    """Takes the place that is offered, as who holds the person."""
    return _step(request, referral_id, answer, line.take_place)


@router.post("/{uuid:referral_id}/pass-place", response=STEP)
def pass_place(request: Request, referral_id: UUID, answer: Acting):
    """Passes it; the person waits on."""
    return _step(request, referral_id, answer, line.pass_place)


@router.post("/{uuid:referral_id}/leave", response=STEP)
def leave(request: Request, referral_id: UUID, left: Acting):
    """Notes that the person has left, as the measure: the place is free."""
    return _step(request, referral_id, left, line.leave_place)


@router.post("/{uuid:referral_id}/decline", response=STEP)
def decline(request: Request, referral_id: UUID, answer: DeclineIn):
    """Says no, because, as the measure."""
    proposed = _measure(answer.proposed_measure_id, "proposed_measure_id") if answer.proposed_measure_id else None

    def act(actor: Viewer, pk: int) -> None:
        actions.decline_referral(actor, pk, answer.decline_reason, proposed, answer.text)

    return _step(request, referral_id, answer, act)


@router.post("/{uuid:referral_id}/ask", response=STEP)
def ask(request: Request, referral_id: UUID, words: TextIn):
    """Asks who referred."""
    return _step(request, referral_id, words, lambda a, pk: actions.ask_referrer(a, pk, words.text))


@router.post("/{uuid:referral_id}/answer", response=STEP)
def answer(request: Request, referral_id: UUID, words: TextIn):
    """Answers the measure's question."""
    return _step(request, referral_id, words, lambda a, pk: actions.answer_measure(a, pk, words.text))


@router.post("/{uuid:referral_id}/withdraw", response=STEP)
def withdraw(request: Request, referral_id: UUID, words: TextIn):
    """Takes the referral back."""
    return _step(request, referral_id, words, lambda a, pk: actions.withdraw_referral(a, pk, words.text))


@router.post("/{uuid:referral_id}/settle", response=STEP)
def settle(request: Request, referral_id: UUID, answer: Acting):
    """Takes a no in hand, as who holds the person."""
    return _step(request, referral_id, answer, actions.settle_no)
