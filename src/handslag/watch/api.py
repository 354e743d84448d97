"""The watch board of a party."""

from datetime import date
from uuid import UUID

from ninja import Field, Router, Schema

from handslag.cases.api import CaseLine, lines
from handslag.cases.visibility import visibilities
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Problem
from handslag.watch import queries
from handslag.watch.models import Escalation

router = Router()
FIRST = 25
CASES = {
    "unprepared": queries.board_unprepared,
    "overdue": queries.board_overdue,
    "consents_ending": queries.board_consents_ending,
}
CALLS = {"climbing": queries.climbing, "empty_rungs": queries.empty_rungs}


class EscalationLine(Schema):
    """Something that climbed, or an empty rung."""

    kind: str
    case_ref: str = Field(alias="case.reference")
    about: UUID
    waiting_since: date
    rung: int
    is_gap: bool
    raised_on: date


class WatchBoard(Schema):
    """What breaks or is about to at the party: counts, and the first of each list."""

    unprepared_count: int
    overdue_count: int
    climbing_count: int
    empty_rungs_count: int
    consents_ending_count: int
    consents_ending: list[CaseLine]
    unprepared: list[CaseLine]
    overdue: list[CaseLine]
    climbing: list[EscalationLine]
    empty_rungs: list[EscalationLine]


@router.get("", response={200: WatchBoard, 401: Problem})
def show(request: Request) -> dict:
    """Counts and the first of each list."""
    viewer = request.viewer
    cases = {name: find(viewer) for name, find in CASES.items()}
    calls = {name: find(viewer) for name, find in CALLS.items()}
    counts = {f"{name}_count": found.order_by().count() for name, found in (cases | calls).items()}
    lists = {name: lines(viewer, found.select_related("holder__party")[:FIRST]) for name, found in cases.items()}
    return {**counts, **lists, **{name: _named(viewer, list(found[:FIRST])) for name, found in calls.items()}}


def _named(viewer: Viewer, escalations: list[Escalation]) -> list[Escalation]:
    """Escalations, whose cases count as looked at."""
    visibilities(viewer, [escalation.case for escalation in escalations])
    return escalations
