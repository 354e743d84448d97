"""Cases, read by the party that holds them, or to which they are disclosed."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from handslag.cases import queries
from handslag.cases.models import Case
from handslag.cases.pages.seeking import sought
from handslag.cases.searching import cases_found
from handslag.cases.visibility import CaseVisibility, visibilities, visibility
from handslag.parties.api import Holder
from handslag.parties.viewer import OPENED, Request, Viewer
from handslag.ui.api import Paging, Problem, part

router = Router()
SHOWN = ("holder__party",)
REFUSALS = {401: Problem, 422: Problem}


class CaseLine(Schema):
    """A case in a list. What no basis shows to the party is null."""

    id: UUID
    case_ref: str
    opened_at: datetime
    closed_at: datetime | None
    holder: Holder
    holder_since: datetime
    next_step: str | None
    next_step_on: date | None
    suspended_until: date | None
    livelihood: str | None
    livelihood_degree: int | None
    livelihood_ends_on: date | None


class CaseWhole(CaseLine):
    """A case with its person, and for each group of information the basis on which it is shown (null where none)."""

    identity_number: str | None
    given_name: str | None
    family_name: str | None
    municipality_code: str | None
    target_groups: list[str]
    bases: dict[str, str | None]


class CasePage(Schema):
    """A page of cases."""

    items: list[CaseLine]
    page: int
    limit: int
    has_next: bool


class CaseSearch(Paging):
    """What to search for. In the body, so that no identity number stands in an address."""

    text: str = Field(min_length=2, max_length=130)


def case_line(visible: CaseVisibility) -> dict:
    """A case as the viewer may see it."""
    case, value = visible.case, visible.value
    return {
        "id": case.public_id,
        "case_ref": case.reference,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "holder": case.holder,
        "holder_since": case.holder_since,
        "next_step": value("next_step"),
        "next_step_on": value("next_step_on"),
        "suspended_until": value("suspended_until"),
        "livelihood": value("livelihood"),
        "livelihood_degree": value("livelihood_degree"),
        "livelihood_ends_on": value("livelihood_ends_on"),
    }


def case_whole(visible: CaseVisibility) -> dict:
    """A case and its person as the viewer may see them."""
    identity = visible.identity
    return {
        **case_line(visible),
        "identity_number": identity and identity.number,
        "given_name": identity and identity.given_name,
        "family_name": identity and identity.family_name,
        "municipality_code": visible.value("municipality_code") or None,
        "target_groups": [group for group in (visible.value("target_groups") or "").split(";") if group],
        "bases": {group: basis and basis.name for group, basis in visible.by_group().items()},
    }


def lines(viewer: Viewer, cases: Iterable[Case]) -> list[dict]:
    """Cases in a list, as the party may see them."""
    return [case_line(visible) for visible in visibilities(viewer, cases)]


@router.get("", response={200: CasePage, **REFUSALS})
def list_cases(request: Request, paging: Query[Paging]) -> dict:
    """The party's open cases, what is due first."""
    found = queries.open_cases(request.viewer).select_related(*SHOWN).order_by("next_step_on", "id")
    return part(found, paging, partial(lines, request.viewer))


@router.post("/search", response={200: CasePage, 429: Problem, **REFUSALS})
def search_cases(request: Request, wanted: CaseSearch) -> dict:
    """Cases by identity number, reference or the beginning of a name. Numbers of nobody here can be sought so often."""
    found = cases_found(None, sought(request, wanted.text)).select_related(*SHOWN)
    return part(found, wanted, partial(lines, request.viewer))


@router.get("/{uuid:case_id}", response={200: CaseWhole, 404: Problem, **REFUSALS})
def show_case(request: Request, case_id: UUID):
    """One case with its person."""
    found = get_object_or_404(queries.visible_cases(request.viewer).select_related(*SHOWN), public_id=case_id)
    request.viewer.memo[OPENED] = found.pk
    return case_whole(visibility(request.viewer, found))
