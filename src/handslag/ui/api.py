"""What every room's API is made of: what callers send, pages of lists, and refusals as problems (RFC 9457)."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from ninja import Field, Schema
from pydantic import field_validator

from handslag.foundation.dating import require_possible
from handslag.foundation.errors import Refused

MOST = 100
LAST_PAGE = 100_000
PROBLEM_TYPE = "application/problem+json"


class Given(Schema):
    """What a caller sends: no text may hold the NUL character, which PostgreSQL cannot store, and no day be absurd."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("the NUL character cannot be stored")
        return value

    @field_validator("*")
    @classmethod
    def _possible(cls, value: object) -> object:
        if isinstance(value, date):
            try:
                require_possible(value)
            except Refused as refused:
                raise ValueError(refused.message) from None
        return value


class Paging(Given):
    """Which part of a list is wanted."""

    page: int = Field(1, ge=1, le=LAST_PAGE)
    limit: int = Field(20, ge=1, le=MOST)


def part(found: QuerySet, paging: Paging, show: Callable[[list], list]) -> dict:
    """One page of a list as `show` makes it, and whether another follows; the list is not counted."""
    begin = (paging.page - 1) * paging.limit
    shown = list(found[begin : begin + paging.limit + 1])
    return {
        "items": show(shown[: paging.limit]),
        "page": paging.page,
        "limit": paging.limit,
        "has_next": len(shown) > paging.limit,
    }


class Problem(Schema):
    """A refusal after RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = None
    errors: list[dict[str, str]] | None = None


def problem(request: HttpRequest, status: int, detail: str, **more) -> JsonResponse:
    """A refusal as RFC 9457 has it."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, instance=request.path, **more)
    return JsonResponse(body.model_dump(exclude_none=True), status=status, content_type=PROBLEM_TYPE)


def key_of(request: HttpRequest) -> str | None:
    """What tells a request from another: a repeated one has the same, and is done once."""
    return request.headers.get("Idempotency-Key")
