"""Cases, read by the party that holds them."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from handslag.api.schemas import CasePage, CaseSearch, CaseWhole, Paging, Problem, part
from handslag.cases import queries

router = Router()
SHOWN = ("holder__party",)
REFUSALS = {401: Problem, 422: Problem}


@router.get("", response={200: CasePage, **REFUSALS})
def list_cases(request: HttpRequest, paging: Query[Paging]) -> dict:
    """The party's open cases, what is due first."""
    found = queries.open_cases(request.viewer).select_related(*SHOWN).order_by("next_step_on", "id")
    return part(found, paging)


@router.post("/search", response={200: CasePage, **REFUSALS})
def search_cases(request: HttpRequest, wanted: CaseSearch) -> dict:
    """Cases by identity number, reference or the beginning of a name."""
    return part(queries.search(request.viewer, wanted.text).select_related(*SHOWN), wanted)


@router.get("/{int:case_id}", response={200: CaseWhole, 404: Problem, **REFUSALS})
def show_case(request: HttpRequest, case_id: int):
    """One case with its person."""
    return get_object_or_404(queries.visible_cases(request.viewer).select_related(*SHOWN), pk=case_id)
