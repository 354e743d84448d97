"""Loading rows: what a page does most, made as light as it can be."""

from collections.abc import Collection
from typing import Any, Self

from django.db.models import Model
from django.db.models.base import ModelState


class Loaded(Model):
    """A model whose rows come from the database without going through `__init__` column by column.

    Django lets `from_db` be written anew. A row of whole columns is put in place as it is; one with deferred columns
    takes Django's own way. Nobody listens to the signals of `__init__`, and no model has an `__init__` of its own.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """The row as an object."""
        if len(values) != len(cls._meta.concrete_fields):
            return super().from_db(db, field_names, values)
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True))
        row._state = state = ModelState()
        state.adding, state.db = False, db
        return row
