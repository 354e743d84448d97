"""What is recorded about a person's cases, in whatever room: found by what the rooms declare."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model, QuerySet

from handslag.cases.models import Case
from handslag.foundation.erasing import erase, erase_prose
from handslag.foundation.rooms import Record, records

CASE = "cases.Case"


def children(record: Record) -> Iterator[tuple[Record, str]]:
    """Records whose rows hang on a record's rows, with the relation by which they do."""
    for child in records().values():
        relation, _dot, rest = child.about.partition(".")
        if rest and rest == record.about:
            model = apps.get_model(child.model)
            if model._meta.get_field(relation).related_model._meta.label == record.model:
                yield child, relation


def _below(record: Record, rows: QuerySet) -> Iterator[QuerySet]:
    for child, relation in children(record):
        hanging = (
            _model(child)._default_manager.filter(**{f"{relation}__in": rows.order_by().values("pk")}).order_by("pk")
        )
        yield from _below(child, hanging)
        yield hanging


def _model(record: Record) -> type[Model]:
    return apps.get_model(record.model)


def erase_below(cases: QuerySet[Case]) -> None:
    """Takes the content out of all that hangs on cases: their time is over."""
    for rows in _below(records()[CASE], cases):
        erase(rows)


def erase_words_below(cases: QuerySet[Case]) -> None:
    """Empties the running text of all that hangs on cases: notes, briefs, promises, dialogues, what was rectified."""
    for rows in _below(records()[CASE], cases):
        erase_prose(rows)
