"""What people live on as statistics count it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from handslag.cases.models import Case, PastLivelihood

Spell = tuple[str, str, int | None, date, date | None]

NAMED = ("person__subject", "livelihood", "livelihood_degree", "livelihood_since", "livelihood_ends_on")
PAST = ("case__person__subject", "kind", "degree", "since", "until")


def livelihoods(begin: date, end: date) -> Iterator[Spell]:
    """Spells that went on in some of the days, as each party noted them; of cases joined to another, of that alone.

    A livelihood with a planned end goes on until the day after it; any other until another is noted. That a case is
    closed ends none: nobody knows.
    """
    past = PastLivelihood.objects.filter(since__lte=end, until__gt=begin, case__joined_to__isnull=True)
    yield from past.filter(case__person__identity__isnull=False).exclude(kind="").values_list(*PAST).iterator(2000)
    ongoing = Q(livelihood_ends_on__isnull=True) | Q(livelihood_ends_on__gte=begin)
    present = Case.objects.filter(ongoing, livelihood_since__lte=end, joined_to__isnull=True)
    for *spell, last in (
        present.filter(person__identity__isnull=False).exclude(livelihood="").values_list(*NAMED).iterator(2000)
    ):
        yield _spell(spell, last)


def _spell(spell: list[Any], last: date | None) -> Spell:
    subject, kind, degree, since = spell
    return subject, kind, degree, since, last + timedelta(days=1) if last else None
