"""What people live on as statistics count it."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q

from handslag.cases.models import Case, PastLivelihood

Spell = tuple[str, str, int | None, date, date | None]
"""The person, what kind, of which degree, from a day up to but not including another."""

NAMED = ("person__subject", "livelihood_by_id", "livelihood_since", "id")
NOW = (*NAMED, "livelihood", "livelihood_degree", "livelihood_ends_on")
PAST_NAMED = ("case__person__subject", "by_party_id", "since", "case_id")
PAST = (*PAST_NAMED, "kind", "degree", "until")
whose, since_when = itemgetter(0, 1), itemgetter(2)


def livelihoods(begin: date, end: date) -> Iterator[Spell]:
    """Spells that went on in some of the days, as each party noted them; of cases joined to another, of that alone.

    A livelihood with a planned end goes on until the day after it; any other until the party notes another, in
    whichever of its cases of the person. That a case is closed ends none: nobody knows.
    """
    past = PastLivelihood.objects.filter(since__lte=end, until__gt=begin, case__joined_to__isnull=True)
    past = past.filter(case__person__identity__isnull=False).exclude(kind="").order_by(*PAST_NAMED)
    ongoing = Q(livelihood_ends_on__isnull=True) | Q(livelihood_ends_on__gte=begin)
    present = Case.objects.filter(ongoing, livelihood_since__lte=end, joined_to__isnull=True)
    present = present.filter(person__identity__isnull=False).exclude(livelihood="").order_by(*NAMED)
    noted = merge(
        past.values_list(*PAST).iterator(2000),
        ((*spell, last and last + timedelta(days=1)) for *spell, last in present.values_list(*NOW).iterator(2000)),
        key=whose,
    )
    for _whose, spells in groupby(noted, whose):
        for subject, _party, since, _case, kind, degree, until in _one_after_the_other(spells):
            if until is None or until > begin:
                yield subject, kind, degree, since, until


def _one_after_the_other(spells: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What a party noted of a person, each ended by what was noted from a later day on, or from the same in a later
    case."""
    found = sorted(spells, key=itemgetter(2, 3))
    for spell, after in zip(found, [*found[1:], None], strict=True):
        *told, until = spell
        if after is None:
            yield spell
        elif since_when(after) > since_when(spell):
            yield *told, min(until or since_when(after), since_when(after))
