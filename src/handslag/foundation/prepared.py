"""Queries that are written as querysets, compiled once, and asked often.

To build a queryset and turn it into SQL costs Django more than running it costs the database. A query that every page
asks is the same each time but for its ids: whose posts, which case. So it is built once with stand-ins for these ids,
and the statement is kept; asked again, only the ids are put in.

The stand-ins keep how many ids there are and which of them are the same, and statements are kept apart by that, and by
the day. While a query is built it reads neither the database nor anything of the viewer but the sets of ids that it
names, so that nothing of one viewer stays in the statement that another asks.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache, update_wrapper
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, QuerySet, Window
from django.db.models.functions import RowNumber

from handslag.foundation import clock
from handslag.foundation.statements import Statement, fetched, statement

KEPT = 128
"""How many statements are kept of one query: one for each shape of what it was asked with."""
FIRST = -7_000_000_000
"""Where the stand-ins begin: no row has such an id."""
STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda which: FIRST - which,
    str: lambda which: str(FIRST - which),
    UUID: lambda which: UUID(int=which - FIRST),
}

Find = Callable[..., QuerySet[Any]]
Given = Callable[[Any], Any]


class Place(NamedTuple):
    """Where an id or a text stands in what was asked with: its kind, and which of those that differ it is."""

    kind: type
    which: int

    @property
    def stand_in(self) -> Any:
        """What stands there while the query is built."""
        return STAND_INS[self.kind](self.which)


Shape = bool | Place | tuple[Place, ...]


class Found(NamedTuple):
    """The first keys of a list, of how many in all, and the query that brings their whole rows."""

    keys: list[int]
    total: int
    whole: "Prepared"


class Prepared:
    """A query by a viewer's ids and what else is given. Called, it is the queryset; `rows` asks what was compiled.

    Where nothing else is given, `given` is asked for it; unlike the query, that may read the database.
    """

    def __init__(self, find: Find, names: tuple[str, ...] = (), given: Given | None = None):
        update_wrapper(self, find)
        self._find, self._names, self._given = find, names, given
        self._kept = lru_cache(KEPT)(self._compiled)

    def __call__(self, viewer: Any, *given: Any) -> QuerySet[Any]:
        """The queryset, as it is written."""
        return self._find(viewer, *self._all_given(viewer, given))

    def rows(self, viewer: Any, *given: Any) -> list[Any]:
        """All that is found."""
        kept, asked = self.statement(viewer, *given)
        return kept.rows(asked)

    def statement(self, viewer: Any, *given: Any, most: int | None = None) -> tuple[Statement, list[Any]]:
        """What is asked of the database, and with which ids; with `most`, for no more than the keys of the first."""
        asked: dict[Any, int] = {}
        by_viewer = tuple(_shape(getattr(viewer, name), asked) for name in self._names)
        by_given = tuple(_shape(value, asked) for value in self._all_given(viewer, given))
        return self._kept(by_viewer, by_given, most, clock.today()), list(asked)

    def forget(self) -> None:
        """Drops every statement that is kept."""
        self._kept.cache_clear()

    def _all_given(self, viewer: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._given(viewer),) if self._given and not given else given

    def _compiled(
        self, by_viewer: tuple[Shape, ...], by_given: tuple[Shape, ...], most: int | None, _day: date
    ) -> Statement:
        viewer = SimpleNamespace(**{name: _built(shape) for name, shape in zip(self._names, by_viewer, strict=True)})
        with _unread():
            found = self._find(viewer, *map(_built, by_given))
        stand_ins = {place.stand_in: place.which for shape in (*by_viewer, *by_given) for place in _places(shape)}
        return statement(found if most is None else _first_keys(found, most), found.query.select_related, stand_ins)


def prepared(*names: str, given: Given | None = None) -> Callable[[Find], Prepared]:
    """Makes a query one that is compiled once; `names` are the viewer's sets of ids that it goes by.

    `given` finds out for a viewer what else the query is asked with, where that takes more than one query.
    """
    return lambda find: Prepared(find, names, given)


def first(viewer: Any, lists: Iterable[tuple[Prepared, int]]) -> list[Found]:
    """Of several lists the first keys, no more of each than is said, and how many there are: by one statement."""
    kept = [prepared.statement(viewer, most=most) for prepared, most in lists]
    found: list[list[Any]] = [[] for _ in kept]
    given = [value for one, asked in kept for value in one.given(asked)]
    sql = _joined(*(one for one, _ in kept))
    for which, *row in fetched(sql, given) if sql else ():
        found[which].append(row)
    return [
        Found([key for _place, key, _total in sorted(rows)], rows[0][2] if rows else 0, whole(one.model, one.related))
        for rows, (one, _) in zip(found, kept, strict=True)
    ]


@lru_cache(KEPT)
def _joined(*statements: Statement) -> str:
    parts = (f"SELECT {n} AS list, part.* FROM ({one.sql}) AS part" for n, one in enumerate(statements) if one.sql)
    return " UNION ALL ".join(parts)


@cache
def whole(model: Any, related: tuple[str, ...]) -> Prepared:
    """The query that brings the whole rows of a model by their keys, with what they lead to."""

    def find(_viewer: None, keys: frozenset[int]) -> QuerySet[Model]:
        rows = model._default_manager.filter(pk__in=keys).order_by()
        found: QuerySet[Model] = rows.select_related(*related) if related else rows
        return found

    return Prepared(find)


def _first_keys(found: QuerySet[Any], most: int) -> QuerySet[Any]:
    order: Any = list(found.query.order_by)
    counted = found.annotate(nth_of_list=Window(RowNumber(), order_by=order), all_of_list=Window(Count("pk")))
    keys: QuerySet[Any] = counted.values_list("nth_of_list", "pk", "all_of_list")[:most]
    return keys


def _shape(value: Any, asked: dict[Any, int]) -> Shape:
    if isinstance(value, bool):
        return value
    if isinstance(value, frozenset):
        return tuple(_place(one, asked) for one in value)
    return _place(value, asked)


def _place(value: Any, asked: dict[Any, int]) -> Place:
    return Place(type(value), asked.setdefault(value, len(asked)))


def _places(shape: Shape) -> tuple[Place, ...]:
    if isinstance(shape, bool):
        return ()
    return (shape,) if isinstance(shape, Place) else shape


def _built(shape: Shape) -> Any:
    """What the query is built with."""
    if isinstance(shape, bool):
        return shape
    return shape.stand_in if isinstance(shape, Place) else frozenset(place.stand_in for place in shape)


@contextmanager
def _unread() -> Iterator[None]:
    def refuse(*_asked: object) -> None:
        raise TypeError("A prepared query reads the database while it is built: write it as one queryset.")

    with connection.execute_wrapper(refuse):
        yield
