"""A queryset as SQL that is kept: which parameters of it are stand-ins, and what is made of the rows that it brings.

Django makes both anew for each queryset. What it makes is taken from its compiler and its own populators, so that rows
are the same objects that the queryset would give; but what many of them lead to, such as the holder of each case on a
list, is made once, as by `prefetch_related`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable
from django.db.models.query import get_related_populators as populators_of  # type: ignore[attr-defined]  # no stub

Adapt = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Statement:
    """SQL with its parameters, those places among them where something asked with is to stand, and what makes a row.

    The SQL is empty where there is nothing to find, such as what hangs on one of no ids.
    """

    model: type[Model]
    related: tuple[str, ...]
    """The paths of the queryset's `select_related`."""
    sql: str = ""
    parameters: tuple[Any, ...] = ()
    places: tuple[tuple[int, int, Adapt], ...] = ()
    make: Callable[[list[tuple[Any, ...]]], list[Any]] = list

    def given(self, asked: list[Any]) -> list[Any]:
        """Its parameters with what was asked, the first in the place of the first stand-in."""
        given = list(self.parameters)
        for place, which, adapt in self.places:
            given[place] = adapt(asked[which])
        return given

    def rows(self, asked: list[Any]) -> list[Any]:
        """What it finds."""
        return self.make(fetched(self.sql, self.given(asked))) if self.sql else []


def fetched(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    """What the database brings, as it brings it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def statement(found: QuerySet[Any], related: Any, stand_ins: Mapping[Any, int]) -> Statement:
    """A queryset as a statement; `stand_ins` are numbered. `related` is the `select_related` of its whole rows."""
    compiler = found.query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return Statement(found.model, _paths(related))
    places = tuple(_places(parameters, stand_ins))
    return Statement(found.model, _paths(related), sql, tuple(parameters), places, _maker(found, compiler))


def _places(parameters: Any, stand_ins: Mapping[Any, int]) -> Iterator[tuple[int, int, Adapt]]:
    """Which parameters are stand-ins: where, for which, and in which form."""
    which = {_adapted(value): (number, _adapted) for value, number in stand_ins.items()}
    which |= {_prefix(value): (number, _prefix) for value, number in stand_ins.items() if isinstance(value, str)}
    for n, value in enumerate(parameters):
        if isinstance(value, int | str | UUID) and value in which:
            yield n, *which[value]


def _adapted(value: Any) -> Any:
    """A value as the database driver takes it."""
    return value.hex if isinstance(value, UUID) and not connection.features.has_native_uuid_field else value


def _prefix(value: str) -> str:
    """A text as `startswith` gives it to the database."""
    return f"{connection.ops.prep_for_like_query(value)}%"


def _paths(related: Any, before: str = "") -> tuple[str, ...]:
    """What `select_related` named, from the nested form in which a query keeps it."""
    if not isinstance(related, dict):
        return ()
    steps = sorted(related.items())
    return tuple(path for name, more in steps for path in _paths(more, f"{before}{name}__") or (before + name,))


Converters = Mapping[int, tuple[list[Callable[..., Any]], Any]]


class _Columns:
    """Columns that stand side by side in a row, as Python has them."""

    def __init__(self, first: int, end: int, converters: Converters):
        self._whole = slice(first, end)
        self._converters = [
            (place - first, function, expression)
            for place in range(first, end)
            for functions, expression in ([converters[place]] if place in converters else ())
            for function in functions
        ]

    def of(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row[self._whole])
        for place, function, expression in self._converters:
            values[place] = function(values[place], expression, connection)
        return values


class _Objects:
    """Objects of one model that stand in rows, with what they lead to. What has the same key is one object."""

    def __init__(self, model: type[Model], columns: slice, names: list[str], related: Any, converters: Converters):
        self._model, self._names, self._alias = model, names, connection.alias
        self._columns = _Columns(columns.start, columns.stop, converters)
        places = [columns.start + names.index(field.attname) for field in model._meta.pk_fields]
        self._first, self._key = places[0], itemgetter(*places)
        self._related = [(_related(one, converters), one.local_setter, one.remote_setter) for one in related]

    def of(self, row: tuple[Any, ...], made: dict[tuple["_Objects", Any], Any]) -> Any:
        """The object in a row, which may be among those `made` before; None where the row leads to none."""
        if row[self._first] is None:
            return None
        key = self, self._key(row)
        if key in made:
            return made[key]
        made[key] = one = self._model.from_db(self._alias, self._names, self._columns.of(row))
        for related, set_here, set_there in self._related:
            other = related.of(row, made)
            set_here(one, other)
            if other is not None:
                set_there(other, one)
        return one


def _related(populator: Any, converters: Converters) -> _Objects:
    columns = slice(populator.cols_start, populator.cols_end)
    return _Objects(populator.model_cls, columns, populator.init_list, populator.related_populators, converters)


def _maker(found: QuerySet[Any], compiler: Any) -> Callable[[list[tuple[Any, ...]]], list[Any]]:
    """What makes objects of rows, as Django's own iterables do; tuples or values where columns were asked for."""
    converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
    if not issubclass(found._iterable_class, ModelIterable):
        columns = _Columns(0, len(compiler.select), converters)
        of = itemgetter(0) if issubclass(found._iterable_class, FlatValuesListIterable) else tuple
        return lambda rows: [of(columns.of(row)) for row in rows]
    info = compiler.klass_info
    whole = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [expression.target.attname for expression, _, _ in compiler.select[whole]]
    related = populators_of(info, compiler.select, connection.alias)
    objects = _Objects(info["model"], whole, names, related, converters)

    def make(rows: list[tuple[Any, ...]]) -> list[Any]:
        made: dict[tuple[_Objects, Any], Any] = {}
        return [objects.of(row, made) for row in rows]

    return make
