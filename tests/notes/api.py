"""Notes, read by the party that may see them."""

from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from handslag.cases.queries import visible_cases
from handslag.cases.visibility import visibility
from handslag.notes.queries import notes_of
from handslag.parties.viewer import Request
from handslag.ui.api import Problem

router = Router()


class NoteLine(Schema):
    """A note."""

    at: datetime
    text: str


@router.get("/{uuid:case_id}", response={200: list[NoteLine], 401: Problem, 404: Problem, 422: Problem})
def list_notes(request: Request, case_id: UUID):
    """The notes of a case."""
    case = get_object_or_404(visible_cases(request.viewer).select_related("holder__party"), public_id=case_id)
    return notes_of(visibility(request.viewer, case))
