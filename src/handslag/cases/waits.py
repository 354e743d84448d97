"""What of cases waits: next steps whose day has passed."""

from collections.abc import Iterator
from datetime import date

from handslag.cases.models import Case
from handslag.foundation.waiting import Wait

OVERDUE_STEP = "overdue_step"
COLUMNS = ("id", "public_id", "next_step_on", "next_step_by_id", "holder__unit_id", "holder__party_id", "party_id")


def waits(on: date, cases: range) -> Iterator[Wait]:
    """Next steps that should have been taken before `on`, in cases of these ids."""
    rows = Case.objects.filter(
        closed_at__isnull=True, joined_to__isnull=True, next_step_on__lt=on, id__gte=cases.start, id__lt=cases.stop
    ).order_by()
    for case, about, due, by, unit, party, opened_by in rows.values_list(*COLUMNS).iterator():
        yield Wait(OVERDUE_STEP, case, about, due, (by,), unit, party, opened_by)
