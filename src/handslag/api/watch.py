"""The watch board of a party."""

from django.http import HttpRequest
from ninja import Router

from handslag.api.cases import lines
from handslag.api.schemas import Problem, WatchBoard
from handslag.watch.queries import board

router = Router()
FIRST = 25


@router.get("", response={200: WatchBoard, 401: Problem})
def show(request: HttpRequest) -> dict:
    """Counts and the first of each list."""
    found = board(request.viewer)
    cases, calls = ("unprepared", "overdue", "consents_ending"), ("climbing", "empty_rungs")
    counts = {f"{name}_count": getattr(found, name).order_by().count() for name in (*cases, *calls)}
    lists = {
        name: lines(request.viewer, getattr(found, name).select_related("holder__party")[:FIRST]) for name in cases
    }
    return {**counts, **lists, **{name: list(getattr(found, name)[:FIRST]) for name in calls}}
