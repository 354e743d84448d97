"""Consents by which the party would tell, and that it has not confirmed.

The party's system reads them, and answers in the name of somebody at the unit that answers for the person.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from handslag.cases.visibility import visibilities
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.queries import by_consent, unconfirmed
from handslag.parties.api import Acting, Holder, acting
from handslag.parties.viewer import Request, Viewer
from handslag.sharing import actions
from handslag.sharing.queries import answered_at, case_by_subject, to_confirm
from handslag.ui.api import Problem

router = Router()
SHOWN = ("recorded_by__user", "recorded_by__unit", "recorded_by__party")


class Line(Schema):
    """That the party tells a unit of another one group of information, or would."""

    id: UUID = Field(alias="public_id")
    group: str
    to_party: str = Field(alias="to_unit.party.code")
    to_unit: str = Field(alias="to_unit.code")
    begins_at: datetime | None
    ended_at: datetime | None


class ConsentLine(Schema):
    """A consent that another party recorded, and what the own party would tell by it."""

    id: UUID
    case_id: UUID
    case_ref: str
    purpose: str
    manner: str
    given_on: date
    until: date
    recorded_by: Holder
    signed_at: datetime | None
    lines: list[Line]


class AnswerIn(Acting):
    """Which lines are answered."""

    lines: list[UUID] = Field(max_length=100)


class ConfirmIn(AnswerIn):
    """What was seen of the consent, and that the secrecy test is made."""

    seen: str
    is_tested: bool


STEP = {200: list[Line], 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


def _shown(viewer: Viewer, consents: Iterable[Consent]) -> list[dict]:
    consents = list(consents)
    waiting = unconfirmed().filter(consent__in=consents).select_related("consent", "to_unit__party").order_by("id")
    lines = by_consent(answered_at(viewer, waiting))
    near = case_by_subject(viewer, (consent.subject for consent in consents))
    visibilities(viewer, near.values())
    return [
        {
            "id": consent.public_id,
            "case_id": case.public_id,
            "case_ref": case.reference,
            **{name: getattr(consent, name) for name in ("purpose", "manner", "given_on", "until", "signed_at")},
            "recorded_by": consent.recorded_by,
            "lines": lines.get(consent, []),
        }
        for consent in consents
        if (case := near.get(consent.subject))
    ]


@router.get("", response={200: list[ConsentLine], 401: Problem})
def list_unconfirmed(request: Request) -> list[dict]:
    """Consents that wait for the party's confirmation, oldest first."""
    return _shown(request.viewer, to_confirm(request.viewer).select_related(*SHOWN))


def _chosen(request: Request, consent_id: UUID, given: AnswerIn) -> list[int]:
    """Which lines are answered, of a consent that waits for the party."""
    consent = get_object_or_404(to_confirm(request.viewer), public_id=consent_id)
    chosen = Disclosure.objects.filter(consent=consent, public_id__in=given.lines).order_by("id")
    return list(chosen.values_list("pk", flat=True))


def _lines(ids: list[int]) -> list[Disclosure]:
    return list(Disclosure.objects.filter(pk__in=ids).select_related("to_unit__party").order_by("id"))


@router.post("/{uuid:consent_id}/confirm", response=STEP)
def confirm(request: Request, consent_id: UUID, answer: ConfirmIn):
    """Lets lines of a consent begin: it was seen, and the secrecy test is made."""
    ids = _chosen(request, consent_id, answer)
    actions.confirm_telling(acting(request, answer.acting_as), ids, answer.seen, is_tested=answer.is_tested)
    return _lines(ids)


@router.post("/{uuid:consent_id}/refuse", response=STEP)
def refuse(request: Request, consent_id: UUID, answer: AnswerIn):
    """Refuses lines of a consent."""
    ids = _chosen(request, consent_id, answer)
    actions.refuse_telling(acting(request, answer.acting_as), ids)
    return _lines(ids)
