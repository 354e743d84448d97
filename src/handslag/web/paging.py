"""Pages of a list, without counting it: one row more than is shown tells whether there is a next page."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

ROWS = 25
LAST_PAGE = 4000


@dataclass(frozen=True)
class Page:
    """The rows of one page and the numbers of its neighbours, None where there is none."""

    rows: list
    number: int
    previous: int | None
    next: int | None


def page_of(found: QuerySet, request: HttpRequest, rows: int = ROWS) -> Page:
    """The page that `?page=` asks for; the first where it asks for nothing sensible."""
    asked = request.GET.get("page", "1")
    number = min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    number = max(number, 1)
    begin = (number - 1) * rows
    shown = list(found[begin : begin + rows + 1])
    return Page(shown[:rows], number, number - 1 or None, number + 1 if len(shown) > rows else None)
