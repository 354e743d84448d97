"""Rehabilitations as statistics count them: measures of a plan that have begun."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q

from handslag.foundation.clock import day_of, midnight
from handslag.plans.models import Step

COLUMNS = ("pk", "plan__case__person__subject", "begins_on", "ended_at", "measure", "plan__case__municipality_code")


def rehabilitations(begin: date, end: date) -> Iterator[tuple[int, str, date, date | None, str, str]]:
    """Measures that went on on one of the days, for people of a known municipality. One that ended before it was to
    begin never began."""
    over = midnight(begin)
    measures = Step.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=over), begins_on__lte=end)
    known = measures.filter(plan__case__person__identity__isnull=False).exclude(measure="")
    rows = known.exclude(plan__case__municipality_code="").values_list(*COLUMNS).iterator(2000)
    for key, subject, since, ended_at, direction, municipality in rows:
        until = day_of(ended_at) if ended_at and ended_at < midnight(end + timedelta(days=1)) else None
        if until is None or until >= since:
            yield key, subject, since, until, direction, municipality
