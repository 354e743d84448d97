"""Measures as statistics count them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from handslag.measures.models import ForGroup, Measure


def measures(_begin: date, _end: date) -> Iterator[tuple[Any, ...]]:
    """Measures of the catalogue, whenever they went on: a participation may outlast its measure, and points to it."""
    groups: dict[int, list[str]] = {}
    for measure, group in ForGroup.objects.order_by("target_group").values_list("measure_id", "target_group"):
        groups.setdefault(measure, []).append(group)
    found = Measure.objects.filter(is_listed=True)
    columns = ("pk", "association__name", "direction", "starts_on", "ends_on", "municipality_code")
    for key, association, direction, since, until, place in found.values_list(*columns).iterator(2000):
        yield key, association, direction, ";".join(groups.get(key, ())), since, until, place
