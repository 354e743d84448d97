"""Pages of a list: not counted, and fetched by key.

One row more than is shown tells whether there is a next page. The keys of the rows are found first, by the list's own
conditions, and the whole rows are fetched by them after: with all that a row shows joined in, PostgreSQL would give up
looking for the best order of the joins.
"""

from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from handslag.ui.numbers import number

ROWS = 25
LAST_PAGE = 4000


@dataclass(frozen=True)
class Page:
    """The rows of one page and the numbers of its neighbours, None where there is none."""

    rows: list
    number: int
    previous: int | None
    next: int | None


@dataclass(frozen=True)
class Wanted:
    """The rows from `begin` to (not including) `end` of a list."""

    found: QuerySet
    begin: int
    end: int


def fetch(*wanted: Wanted) -> list[list[Model]]:
    """The rows of several lists, asking for the whole rows once for each kind."""
    keys = [list(w.found.values_list("pk", flat=True)[w.begin : w.end]) for w in wanted]
    whole: dict[type[Model], QuerySet] = {}
    all_keys: dict[type[Model], set[int]] = {}
    for w, found in zip(wanted, keys, strict=True):
        query = whole.setdefault(w.found.model, w.found.model.objects.all()).query
        query.select_related = w.found.query.select_related
        all_keys.setdefault(w.found.model, set()).update(found)
    rows = {model: query.in_bulk(all_keys[model]) for model, query in whole.items()}
    return [[rows[w.found.model][key] for key in found] for w, found in zip(wanted, keys, strict=True)]


def page_of(found: QuerySet, request: HttpRequest, rows: int = ROWS) -> Page:
    """The page that `?page=` asks for; the first where it asks for nothing sensible."""
    asked = min(number(request.GET.get("page")) or 1, LAST_PAGE)
    begin = (asked - 1) * rows
    (shown,) = fetch(Wanted(found, begin, begin + rows + 1))
    return Page(shown[:rows], asked, asked - 1 or None, asked + 1 if len(shown) > rows else None)
