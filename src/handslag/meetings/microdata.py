"""Meetings as statistics count them."""

from collections.abc import Iterator
from datetime import date, timedelta

from handslag.foundation.clock import day_of, midnight
from handslag.meetings.models import Meeting

COLUMNS = ("pk", "case__person__subject", "kind", "at", "case__municipality_code")


def meetings(begin: date, end: date) -> Iterator[tuple[int, str, str, date, str]]:
    """Meetings that were held on one of the days, with people of a known municipality."""
    held = Meeting.objects.filter(
        at__gte=midnight(begin), at__lt=midnight(end + timedelta(days=1)), ended_at__isnull=False, reason=""
    )
    known = held.filter(case__person__identity__isnull=False).exclude(case__municipality_code="")
    for key, subject, kind, at, municipality in known.values_list(*COLUMNS).iterator(2000):
        yield key, subject, kind, day_of(at), municipality
