"""What of cases waits: next steps whose day has passed, and people who live on nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from handslag.cases.models import NOTHING, Case
from handslag.foundation.waiting import Wait

OVERDUE_STEP, NO_LIVELIHOOD = "overdue_step", "no_livelihood"
PLACE = ("holder__unit_id", "holder__party_id", "party_id")
COLUMNS = ("id", "public_id", "next_step_on", "next_step_by_id", *PLACE)


def _worked_in(cases: range) -> QuerySet[Case]:
    found = Case.objects.filter(closed_at__isnull=True, joined_to__isnull=True)
    return found.filter(id__gte=cases.start, id__lt=cases.stop).order_by()


def overdue_steps(on: date, cases: range) -> Iterator[Wait]:
    """Next steps that should have been taken before `on`, in cases of these ids."""
    rows = _worked_in(cases).filter(next_step_on__lt=on)
    for case, about, due, by, unit, party, opened_by in rows.values_list(*COLUMNS).iterator():
        yield Wait(OVERDUE_STEP, case, about, due, (by,), unit, party, opened_by)


def without_livelihood(on: date, cases: range) -> Iterator[Wait]:
    """People who on `on` live on nothing, or whose livelihood has ended with none after it.

    It calls the party that noted it, where that party also holds the case: others may have no basis to know.
    """
    nothing = Q(livelihood=NOTHING, livelihood_since__lt=on) | Q(livelihood_ends_on__lt=on)
    rows = _worked_in(cases).filter(nothing, livelihood_by=F("holder__party"))
    columns = ("id", "public_id", "livelihood", "livelihood_since", "livelihood_ends_on", "holder_id", *PLACE)
    for case, about, kind, since, ended, holder, unit, party, _opened_by in rows.values_list(*columns).iterator():
        begun = since if kind == NOTHING else ended + timedelta(days=1)
        yield Wait(NO_LIVELIHOOD, case, about, begun, (holder,), unit, party, party)
