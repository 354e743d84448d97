"""The catalogue for the parties' systems, and as open data without sign-in where the association says so."""

import csv
import io
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Field, Query, Router, Schema

from handslag.measures import catalogue_api, queries, services
from handslag.parties.viewer import Request
from handslag.ui.api import Given, Problem

published = Router()
router = Router()
router.add_router("/measures", catalogue_api.router, tags=["measures"])
router.add_router("/services", published, tags=["services"])
READ = {404: Problem, 422: Problem}
MOST = 100
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""With which a spreadsheet takes a cell for a formula."""


class ServicePaging(Given):
    """Which part of the list is wanted, as HSDS' API names it."""

    page: int = Field(1, ge=1, le=10_000)
    per_page: int = Field(50, ge=1, le=MOST)


class Services(Schema):
    """A page of services (HSDS 3.1)."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict]


@published.get("", auth=None, response={200: Services, 422: Problem})
def list_services(request: Request, paging: Query[ServicePaging]):
    """The measures that associations publish, as HSDS services."""
    found = queries.published()
    begin = (paging.page - 1) * paging.per_page
    return services.page_of_services(
        list(found[begin : begin + paging.per_page]), found.count(), paging.page, paging.per_page
    )


AS_CSV = {"responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


@published.get("/csv", auth=None, response={200: None}, openapi_extra=AS_CSV)
def services_csv(request: Request):
    """The same as a file with commas, UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(services.COLUMNS)
    for row in services.rows(queries.published()):
        writer.writerow([f"'{cell}" if str(cell).startswith(DANGEROUS) else cell for cell in row])
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="measures.csv"'
    return answer


@published.get("/{uuid:measure_id}", auth=None, response={200: dict, **READ})
def show_service(request: Request, measure_id: UUID):
    """One of them."""
    measure = queries.published().filter(public_id=measure_id).first()
    if measure is None:
        raise Http404
    return services.service(measure)
