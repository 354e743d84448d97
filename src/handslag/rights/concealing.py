"""Taking a protected person's names and number out of whatever is written about the person, in every room."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import pre_save

from handslag.foundation.rooms import Record, records
from handslag.persons.concealing import conceal


def _written_about() -> Iterator[tuple[type[Model], Record, list[str]]]:
    for record in records().values():
        prose = [name for name, column in record.columns.items() if column.is_prose and not column.is_sealed]
        if record.about and prose:
            yield apps.get_model(record.model), record, prose


def _conceal_row(row: Model, about: str, prose: Iterable[str]) -> None:
    if hidden := attrgetter(about)(row).hidden_words:
        for name in prose:
            text = conceal(getattr(row, name) or "", hidden)
            setattr(row, name, text[: getattr(row._meta.get_field(name), "max_length", None)])


def always() -> None:
    """Has whatever is written about a protected person concealed before it is stored, in every room."""
    for model, record, prose in _written_about():

        def before_saving(instance: Any, about: str = record.about, names: list[str] = prose, **_: object) -> None:
            _conceal_row(instance, about, names)

        pre_save.connect(before_saving, sender=model, weak=False, dispatch_uid=f"handslag.conceal.{record.model}")
