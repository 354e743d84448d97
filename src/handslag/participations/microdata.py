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
    without an identity, is told by sex and the year of the start alone, and only in a folder with days of that year."""
    found = Participation.objects.filter(started_on__lte=end).exclude(ended_on__lt=begin)
    found = found.exclude(end_reason=rules.MIS_REGISTERED).exclude(referral__case__person__identity=None)
    for row in found.values_list(*COLUMNS).iterator(2000):
        key, measure, subject, sex, group, since, until, reason, before, after, was, became, education = row
        if until and until > end:
            until, reason, after, became = None, "", "", ""
        yield (
            *(f"named {key}", measure, subject, sex, group, since, until, reason),
            *(before, after, was, became, education),
        )
    yield from _nameless(begin, end)


def _nameless(begin: date, end: date) -> Iterator[tuple[Any, ...]]:
    """Who is anonymous or without an identity: told from the first day of the year of the start, and never as left."""
    for key, measure, sex, year, measure_from in _years_of_the_nameless(begin.year, end.year):
        first = max(date(year, 1, 1), measure_from)
        if first <= min(end, clock.today()):
            yield (key, measure, None, sex, NO_GROUP, first, None, "", "", "", "", "", "")


def _years_of_the_nameless(first: int, last: int) -> Iterator[tuple[str, int, str, int, date]]:
    """(key, measure, sex, year of the start, the measure's first day) of those who began in one of the years."""
    noted = Anonymous.objects.filter(measure__direction=INDIVIDUAL, start_year__range=(first, last))
    for row in noted.values_list("pk", "measure_id", "sex", "start_year", "measure__starts_on").iterator(2000):
        key, measure, sex, year, measure_from = row
        yield f"anonymous {key}", measure, sex, year, measure_from
    hidden = Participation.objects.filter(started_on__year__range=(first, last), referral__case__person__identity=None)
    hidden = hidden.exclude(end_reason=rules.MIS_REGISTERED).exclude(referral__case__person__sex="")
    columns = ("referral__measure_id", "referral__case__person__sex", "started_on", "referral__measure__starts_on")
    for key, measure, sex, since, measure_from in hidden.values_list("pk", *columns).iterator(2000):
        yield f"nameless {key}", measure, sex, since.year, measure_from
