"""Handovers: read by both sides, and each step taken in the name of a person of the party."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from handslag.cases.order import in_order
from handslag.cases.queries import open_cases
from handslag.cases.visibility import visibilities
from handslag.foundation.errors import Refused
from handslag.handovers import actions, contact, queries
from handslag.handovers.models import Handover
from handslag.parties.api import Acting, Holder, acting, in_zone, unit_named
from handslag.parties.queries import holding_post
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Paging, Problem, key_of, part

router = Router()
SHOWN = ("sender__party", "to_unit__party")


class HandoverLine(Schema):
    """A handover as both sides see it."""

    id: UUID = Field(alias="public_id")
    case_id: UUID = Field(alias="case.public_id")
    case_ref: str = Field(alias="case.reference")
    sender: Holder
    to_party: str = Field(alias="to_unit.party.code")
    to_unit: str = Field(alias="to_unit.code")
    reason: str
    brief: str | None
    promised: str | None
    needed_by: date
    proposed_contact_at: datetime
    state: str
    offered_at: datetime
    answered_at: datetime | None
    first_contact_at: datetime | None
    contact_result: str
    decline_reason: str


class HandoverPage(Schema):
    """A page of handovers."""

    items: list[HandoverLine]
    page: int
    limit: int
    has_next: bool


class OfferIn(Acting):
    """A handover to offer."""

    case_id: UUID
    to_party: str
    to_unit: str
    to_person: str = ""
    reason: str
    brief: str = Field("", max_length=4000)
    promised: str = Field("", max_length=2000)
    needed_by: date
    proposed_contact_at: datetime


class AcceptIn(Acting):
    """An acceptance books the first contact."""

    first_contact_at: datetime


class MetIn(Acting):
    """That the joint first contact was held, and whether the person agrees."""

    person_agrees: bool


class DeclineIn(Acting):
    """A decline names a reason and who goes next: a unit, or back to the sender."""

    decline_reason: str
    goes_back: bool = False
    next_party: str = ""
    next_unit: str = ""
    text: str = Field("", max_length=2000)


class TextIn(Acting):
    """A question, an answer, or why an offer is withdrawn."""

    text: str = Field("", max_length=2000)


READ = {200: HandoverLine, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


def handover_lines(viewer: Viewer, handovers: list[Handover]) -> list[Handover]:
    """Handovers as the viewer may see them: without the words that no basis shows."""
    for handover, visible in zip(
        handovers, visibilities(viewer, [h.case for h in handovers], with_past=True), strict=True
    ):
        handover.brief = visible.value("brief", handover)
        handover.promised = visible.value("promised", handover)
    return handovers


def _visible(request: Request, handover_id: UUID) -> Handover:
    found = queries.visible_handovers(request.viewer).select_related(*SHOWN, *queries.SHOWN)
    return handover_lines(request.viewer, [get_object_or_404(found, public_id=handover_id)])[0]


@router.get("", response={200: HandoverPage, 401: Problem, 422: Problem})
def list_handovers(request: Request, paging: Query[Paging]) -> dict:
    """Handovers from or to the party, latest first."""
    found = queries.visible_handovers(request.viewer).select_related(*SHOWN, *queries.SHOWN).order_by("-id")
    return part(found, paging, partial(handover_lines, request.viewer))


@router.post("", response={**STEP, 201: HandoverLine})
def offer(request: Request, wanted: OfferIn):
    """Offers a case that the party holds."""
    unit = unit_named(wanted.to_party, wanted.to_unit, "to_unit")
    post = holding_post(unit.party, unit.code, wanted.to_person) if wanted.to_person else None
    if wanted.to_person and not post:
        raise Refused("Nobody active at the unit has this e-mail.", "to_person")
    actor, case = (
        acting(request, wanted.acting_as),
        get_object_or_404(open_cases(request.viewer), public_id=wanted.case_id),
    )
    offered = actions.Offer(
        unit,
        post,
        wanted.reason,
        wanted.brief,
        wanted.promised,
        wanted.needed_by,
        in_zone(wanted.proposed_contact_at),
    )
    in_order(actor, {case.pk: None}, key_of(request), lambda: actions.offer_handover(actor, case.pk, offered))
    return Status(201, _visible(request, case.handovers.latest("id").public_id))


def _step(request: Request, handover_id: UUID, given: Acting, act: Callable[[Viewer, int], object]) -> Handover:
    """Takes a step of a handover in somebody's name, once."""
    handover, actor = _visible(request, handover_id), acting(request, given.acting_as)
    in_order(actor, {handover.case_id: None}, key_of(request), lambda: act(actor, handover.pk))
    return _visible(request, handover_id)


@router.get("/{uuid:handover_id}", response=READ)
def show(request: Request, handover_id: UUID):
    """One handover."""
    return _visible(request, handover_id)


@router.post("/{uuid:handover_id}/accept", response=STEP)
def accept(request: Request, handover_id: UUID, answer: AcceptIn):
    """Takes over, booking the first contact."""
    at = in_zone(answer.first_contact_at)
    return _step(request, handover_id, answer, lambda actor, pk: actions.accept_handover(actor, pk, at))


@router.post("/{uuid:handover_id}/meet", response=STEP)
def meet(request: Request, handover_id: UUID, met: MetIn):
    """Notes that sender, receiver and person have met, as the sender: responsibility moves if the person agrees."""

    def act(actor: Viewer, pk: int) -> None:
        contact.record_joint_contact(actor, pk, person_agrees=met.person_agrees)

    return _step(request, handover_id, met, act)


@router.post("/{uuid:handover_id}/decline", response=STEP)
def decline(request: Request, handover_id: UUID, answer: DeclineIn):
    """Says no, because, and who goes next."""
    unit = unit_named(answer.next_party, answer.next_unit, "next_unit") if answer.next_unit else None

    def act(actor: Viewer, pk: int) -> None:
        actions.decline_handover(actor, pk, answer.decline_reason, unit, goes_back=answer.goes_back, text=answer.text)

    return _step(request, handover_id, answer, act)


@router.post("/{uuid:handover_id}/ask", response=STEP)
def ask(request: Request, handover_id: UUID, words: TextIn):
    """Asks the sender."""
    return _step(request, handover_id, words, lambda actor, pk: actions.ask_back(actor, pk, words.text))


@router.post("/{uuid:handover_id}/answer", response=STEP)
def answer(request: Request, handover_id: UUID, words: TextIn):
    """Answers the receiver's question."""
    return _step(request, handover_id, words, lambda actor, pk: actions.answer_question(actor, pk, words.text))


@router.post("/{uuid:handover_id}/withdraw", response=STEP)
def withdraw(request: Request, handover_id: UUID, words: TextIn):
    """Takes the offer back."""
    return _step(request, handover_id, words, lambda actor, pk: actions.withdraw_handover(actor, pk, words.text))
