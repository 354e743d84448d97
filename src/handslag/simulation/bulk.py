"""Writing many rows at once, under the same guards as everything else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model


def create(model: type[Model], rows: Iterable[Any]) -> None:
    """Writes new rows of a model."""
    model._default_manager.bulk_create(rows, batch_size=2000)


def update_many(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Updates many rows by id; each row holds the columns' values and then the id."""
    adapt = connection.ops.adapt_datetimefield_value
    sql = f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)} WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [tuple(adapt(v) if isinstance(v, datetime) else v for v in row) for row in rows])
