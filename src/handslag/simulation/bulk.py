"""Changing many rows at once, under the same guards as everything else."""

from datetime import datetime

from django.db import connection


def update_many(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Updates many rows by id; each row holds the columns' values and then the id."""
    adapt = connection.ops.adapt_datetimefield_value
    sql = f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)} WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [tuple(adapt(v) if isinstance(v, datetime) else v for v in row) for row in rows])
