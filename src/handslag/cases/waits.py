"""What of cases waits: next steps whose day has passed, and people who live on nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from handslag.cases.models import NOTHING, Case, Reopening
from handslag.foundation.clock import day_of
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

    It calls the party that noted it, where that party also holds the case: others may have no basis to know. While the
    case was closed nobody could have noted anything: it counts from when it was opened again.
    """
    nothing = Q(livelihood=NOTHING, livelihood_since__lt=on) | Q(livelihood_ends_on__lt=on)
    reopened = Reopening.objects.filter(case=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = _worked_in(cases).filter(nothing, livelihood_by=F("holder__party")).annotate(reopened=Subquery(reopened))
    columns = ("id", "public_id", "livelihood", "livelihood_since", "livelihood_ends_on", "reopened", "holder_id")
    for case, about, kind, since, ended, anew, holder, unit, party, _opened_by in rows.values_list(
        *columns, *PLACE
    ).iterator():
        begun = since if kind == NOTHING else ended + timedelta(days=1)
        begun = max(begun, day_of(anew)) if anew else begun
        yield Wait(NO_LIVELIHOOD, case, about, begun, (holder,), unit, party, party)
