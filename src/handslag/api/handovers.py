"""Handovers: read by both sides, and each step taken in the name of a person of the party."""

from functools import partial

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from handslag.api.acting import acting, in_zone, unit_named
from handslag.api.schemas import (
    AcceptIn,
    DeclineIn,
    HandoverLine,
    HandoverPage,
    OfferIn,
    Paging,
    Problem,
    TextIn,
    handover_lines,
    part,
)
from handslag.cases.queries import open_cases
from handslag.foundation.errors import Refused
from handslag.handovers import actions, queries
from handslag.handovers.models import Handover
from handslag.parties.queries import holding_post

router = Router()
SHOWN = ("sender__party", "to_unit__party")
READ = {200: HandoverLine, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


def _visible(request: HttpRequest, handover_id: int) -> Handover:
    found = queries.visible_handovers(request.viewer).select_related(*SHOWN, *queries.SHOWN)
    return handover_lines(request.viewer, [get_object_or_404(found, pk=handover_id)])[0]


@router.get("", response={200: HandoverPage, 401: Problem, 422: Problem})
def list_handovers(request: HttpRequest, paging: Query[Paging]) -> dict:
    """Handovers from or to the party, latest first."""
    found = queries.visible_handovers(request.viewer).select_related(*SHOWN, *queries.SHOWN).order_by("-id")
    return part(found, paging, partial(handover_lines, request.viewer))


@router.post("", response={**STEP, 201: HandoverLine})
def offer(request: HttpRequest, wanted: OfferIn):
    """Offers a case that the party holds."""
    unit = unit_named(wanted.to_party, wanted.to_unit, "to_unit")
    post = holding_post(unit.party, unit.code, wanted.to_person) if wanted.to_person else None
    if wanted.to_person and not post:
        raise Refused("Nobody active at the unit has this e-mail.", "to_person")
    handover = actions.offer_handover(
        acting(request, wanted.acting_as),
        get_object_or_404(open_cases(request.viewer), pk=wanted.case_id).pk,
        actions.Offer(
            unit,
            post,
            wanted.reason,
            wanted.brief,
            wanted.promised,
            wanted.needed_by,
            in_zone(wanted.proposed_contact_at),
        ),
    )
    return Status(201, _visible(request, handover.pk))


@router.get("/{int:handover_id}", response=READ)
def show(request: HttpRequest, handover_id: int):
    """One handover."""
    return _visible(request, handover_id)


@router.post("/{int:handover_id}/accept", response=STEP)
def accept(request: HttpRequest, handover_id: int, answer: AcceptIn):
    """Takes over, booking the first contact."""
    _visible(request, handover_id)
    actions.accept_handover(acting(request, answer.acting_as), handover_id, in_zone(answer.first_contact_at))
    return _visible(request, handover_id)


@router.post("/{int:handover_id}/decline", response=STEP)
def decline(request: HttpRequest, handover_id: int, answer: DeclineIn):
    """Says no, because, and who goes next."""
    _visible(request, handover_id)
    unit = unit_named(answer.next_party, answer.next_unit, "next_unit") if answer.next_unit else None
    actor = acting(request, answer.acting_as)
    actions.decline_handover(
        actor, handover_id, answer.decline_reason, unit, goes_back=answer.goes_back, text=answer.text
    )
    return _visible(request, handover_id)


@router.post("/{int:handover_id}/ask", response=STEP)
def ask(request: HttpRequest, handover_id: int, words: TextIn):
    """Asks the sender."""
    _visible(request, handover_id)
    actions.ask_back(acting(request, words.acting_as), handover_id, words.text)
    return _visible(request, handover_id)


@router.post("/{int:handover_id}/answer", response=STEP)
def answer(request: HttpRequest, handover_id: int, words: TextIn):
    """Answers the receiver's question."""
    _visible(request, handover_id)
    actions.answer_question(acting(request, words.acting_as), handover_id, words.text)
    return _visible(request, handover_id)


@router.post("/{int:handover_id}/withdraw", response=STEP)
def withdraw(request: HttpRequest, handover_id: int, words: TextIn):
    """Takes the offer back."""
    _visible(request, handover_id)
    actions.withdraw_handover(acting(request, words.acting_as), handover_id, words.text)
    return _visible(request, handover_id)
