"""Participations as statistics count them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from handslag.foundation import clock
from handslag.measures.rules import INDIVIDUAL
from handslag.participations import rules
from handslag.participations.models import Anonymous, Participation

NO_GROUP = "no_specific"
COLUMNS = (
    *("pk", "referral__measure_id", "referral__case__person__subject", "referral__case__person__sex", "target_group"),
    *("started_on", "ended_on", "end_reason", "livelihood_before", "livelihood_after"),
    *("occupation_before", "occupation_after", "education"),
)


def participations(begin: date, end: date) -> Iterator[tuple[Any, ...]]:
    """Participations that went on on one of the days. Left out is what was registered by mistake; who is anonymous, or
    without an identity, is told by sex alone."""
    found = Participation.objects.filter(started_on__lte=end).exclude(ended_on__lt=begin)
    found = found.exclude(end_reason=rules.MIS_REGISTERED).exclude(referral__case__person__sex="")
    for row in found.values_list(*COLUMNS, "referral__case__person__identity").iterator(2000):
        key, measure, subject, sex, group, since, until, reason, before, after, was, became, education, known = row
        if until and until > end:
            until, reason, after, became = None, "", "", ""
        yield (
            *(f"named {key}", measure, subject if known else None, sex, group, since, until, reason),
            *(before, after, was, became, education),
        )
    yield from _anonymous(begin, end)


def _anonymous(begin: date, end: date) -> Iterator[tuple[Any, ...]]:
    """Each is told from the first day of the year of the start; nobody knows when they left."""
    told = Anonymous.objects.filter(start_year__gte=begin.year, start_year__lte=end.year, measure__direction=INDIVIDUAL)
    rows = told.values_list("pk", "measure_id", "sex", "start_year", "measure__starts_on").iterator(2000)
    for key, measure, sex, year, began in rows:
        first = max(date(year, 1, 1), began)
        if first <= min(end, clock.today()):
            yield (f"nameless {key}", measure, None, sex, NO_GROUP, first, None, "", "", "", "", "", "")
