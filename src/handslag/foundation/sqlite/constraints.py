"""A model's constraints as conditions over NEW, for triggers.

SQLite lets a statement or a setting pass by what it holds itself: with `OR REPLACE` the row that has a unique value
already is deleted, and no delete trigger is asked; with `PRAGMA ignore_check_constraints` nothing is checked. And a
column of numbers takes any text.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CheckConstraint, Field, Model, UniqueConstraint
from django.db.models.sql import Query

NUMBERS = ("integer", "bigint", "smallint")
COLUMN = re.compile(r'"(\w+)"')


def _sql(condition: Any, model: type[Model], to: BaseDatabaseWrapper) -> str:
    """A constraint's condition, over columns without a table."""
    query = Query(model, alias_cols=False)
    sql, values = query.build_where(condition).as_sql(query.get_compiler(connection=to), to)
    return sql % tuple(map(to.schema_editor().quote_value, values))


def _of(row: str, sql: str) -> str:
    return COLUMN.sub(rf'{row}."\1"', sql)


def _unique(model: type[Model], to: BaseDatabaseWrapper) -> Iterator[tuple[list[str], str]]:
    """Each set of columns that no two rows share, and the condition under which. Rows have a number besides a key."""
    meta = model._meta
    yield ["rowid"], "1=1"
    yield [field.column for field in meta.pk_fields], "1=1"
    yield from (([field.column], "1=1") for field in meta.concrete_fields if field.unique and not field.primary_key)
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = [cast(Any, meta.get_field(name)).column for name in constraint.fields]
            yield columns, _sql(constraint.condition, model, to) if constraint.condition else "1=1"


def takes_a_place(model: type[Model], event: str, to: BaseDatabaseWrapper) -> str:
    """That NEW has what another row of its table has, and only one may have."""
    table = model._meta.db_table
    other = "" if event == "INSERT" else " AND o.rowid <> OLD.rowid"
    clashes = []
    for columns, when in _unique(model, to):
        same = " AND ".join(f'o."{column}" = NEW."{column}"' for column in columns)
        both = "" if when == "1=1" else f" AND ({_of('o', when)}) AND ({_of('NEW', when)})"
        clashes.append(f"EXISTS (SELECT 1 FROM {table} o WHERE {same}{both}{other})")
    return " OR ".join(clashes)


def _of_its_type(field: "Field[Any, Any]", to: BaseDatabaseWrapper) -> str:
    """That a column holds a number, where it is one of numbers, or one of truth; empty for all others."""
    if isinstance(field, BooleanField):
        return f'"{field.column}" IS NULL OR "{field.column}" IN (0, 1)'
    is_number = (field.db_type(to) or "").startswith(NUMBERS)
    return f"typeof(\"{field.column}\") IN ('integer', 'null')" if is_number else ""


def breaks_a_check(model: type[Model], to: BaseDatabaseWrapper) -> str:
    """That a check constraint or the type of a column does not hold for NEW; empty where the model has none."""
    checks = (_sql(c.condition, model, to) for c in model._meta.constraints if isinstance(c, CheckConstraint))
    fields = model._meta.concrete_fields
    of_columns = [check for field in fields for check in (field.db_check(to), _of_its_type(field, to)) if check]
    return " OR ".join(f"NOT ({_of('NEW', check)})" for check in (*checks, *of_columns))
