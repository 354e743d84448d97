"""A queryset as SQL that is kept: which parameters of it are stand-ins, and what is made of the rows that it brings.

Django makes both anew for each queryset. What it makes is taken from its compiler and its own populators, so that rows
are the same objects that the queryset would give.
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
    make: Callable[[list[Any]], Any] = tuple
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...] = ()

    def given(self, asked: list[Any]) -> list[Any]:
        """Its parameters with what was asked, the first in the place of the first stand-in."""
        given = list(self.parameters)
        for place, which, adapt in self.places:
            given[place] = adapt(asked[which])
        return given

    def rows(self, asked: list[Any]) -> list[Any]:
        """What it finds."""
        return [self.make(self._converted(row)) for row in fetched(self.sql, self.given(asked))] if self.sql else []

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for place, functions, expression in self.converters:
            for function in functions:
                values[place] = function(values[place], expression, connection)
        return values


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
    select = [expression for expression, _, _ in compiler.select]
    return Statement(
        found.model,
        _paths(related),
        sql,
        tuple(parameters),
        tuple(_places(parameters, stand_ins)),
        _maker(found, compiler),
        tuple((n, *conversion) for n, conversion in compiler.get_converters(select).items()),
    )


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


def _maker(found: QuerySet[Any], compiler: Any) -> Callable[[list[Any]], Any]:
    """What makes an object of a row, as Django's own iterables do; a tuple or a value where columns were asked for."""
    if issubclass(found._iterable_class, FlatValuesListIterable):
        return itemgetter(0)
    if not issubclass(found._iterable_class, ModelIterable):
        return tuple
    info, using = compiler.klass_info, connection.alias
    columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [expression.target.attname for expression, _, _ in compiler.select[columns]]
    populators = populators_of(info, compiler.select, using)

    def make(row: list[Any]) -> Any:
        made = info["model"].from_db(using, names, row[columns])
        for populator in populators:
            populator.populate(row, made)
        return made

    return make
