"""Pages of a list: not counted, and fetched by key.

One row more than is shown tells whether there is a next page. The keys of the rows are found first, by the list's own
conditions, and the whole rows are fetched by them after: with all that a row shows joined in, PostgreSQL would give up
looking for the best order of the joins.
"""

from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from handslag.foundation.prepared import Found, Prepared
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


def fetch(*lists: Found) -> list[list[Model]]:
    """The whole rows of several lists, asked for once for each kind. What the wall keeps back is left out."""
    keys: dict[Prepared, set[int]] = {}
    for found in lists:
        keys.setdefault(found.whole, set()).update(found.keys)
    rows = {kind: {row.pk: row for row in kind.rows(None, frozenset(ids))} for kind, ids in keys.items() if ids}
    return [[row for key in found.keys if (row := rows[found.whole].get(key))] for found in lists]


def page_of(found: QuerySet, request: HttpRequest, rows: int = ROWS) -> Page:
    """The page that `?page=` asks for; the first where it asks for nothing sensible."""
    asked = min(number(request.GET.get("page")) or 1, LAST_PAGE)
    begin = (asked - 1) * rows
    keys = list(found.values_list("pk", flat=True)[begin : begin + rows + 1])
    whole = found.model._default_manager.all()
    whole.query.select_related = found.query.select_related
    by_key = whole.in_bulk(keys)
    shown = [by_key[key] for key in keys if key in by_key]
    return Page(shown[:rows], asked, asked - 1 or None, asked + 1 if len(shown) > rows else None)
