"""Taking content out of rows, as their rooms declared for each column."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from handslag.foundation.rooms import EMPTIED, GONE, record_of

M = TypeVar("M", bound=Model)


def erase(rows: QuerySet[M], **also: Any) -> None:
    """The party's time is over: what goes whole is deleted, and every emptied column emptied. `also` is set with it."""
    record = record_of(rows.model)
    if any(column.becomes == GONE for column in record.columns.values()):
        rows.delete()
        return
    _empty(rows, [name for name, column in record.columns.items() if column.becomes == EMPTIED], also)


def erase_prose(rows: QuerySet[M]) -> None:
    """Empties running text alone: somebody may be named in it."""
    _empty(rows, [name for name, column in record_of(rows.model).columns.items() if column.is_prose], {})


def _empty(rows: QuerySet[M], names: list[str], also: dict[str, Any]) -> None:
    columns = record_of(rows.model).columns
    if not names:
        return
    if not any(callable(columns[name].to) for name in names):
        rows.update(**{name: columns[name].to for name in names}, **also)
        return
    for row in rows:
        for name, value in {**{name: columns[name].value(row) for name in names}, **also}.items():
            setattr(row, name, value)
        row.save(update_fields=[*names, *also])
