"""Cases, read by the party that holds them, or to which they are disclosed."""

from collections.abc import Iterable
from functools import partial

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from handslag.api.schemas import CasePage, CaseSearch, CaseWhole, Paging, Problem, case_line, case_whole, part
from handslag.cases import queries
from handslag.cases.models import Case
from handslag.cases.sight import sight, sights
from handslag.parties.viewer import Viewer

router = Router()
SHOWN = ("holder__party",)
REFUSALS = {401: Problem, 422: Problem}


def lines(viewer: Viewer, cases: Iterable[Case]) -> list[dict]:
    """Cases in a list, as the party may see them."""
    return [case_line(seen) for seen in sights(viewer, cases)]


@router.get("", response={200: CasePage, **REFUSALS})
def list_cases(request: HttpRequest, paging: Query[Paging]) -> dict:
    """The party's open cases, what is due first."""
    found = queries.open_cases(request.viewer).select_related(*SHOWN).order_by("next_step_on", "id")
    return part(found, paging, partial(lines, request.viewer))


@router.post("/search", response={200: CasePage, **REFUSALS})
def search_cases(request: HttpRequest, wanted: CaseSearch) -> dict:
    """Cases by identity number, reference or the beginning of a name."""
    found = queries.search(request.viewer, wanted.text).select_related(*SHOWN)
    return part(found, wanted, partial(lines, request.viewer))


@router.get("/{int:case_id}", response={200: CaseWhole, 404: Problem, **REFUSALS})
def show_case(request: HttpRequest, case_id: int):
    """One case with its person."""
    found = get_object_or_404(queries.visible_cases(request.viewer).select_related(*SHOWN), pk=case_id)
    return case_whole(sight(request.viewer, found))
