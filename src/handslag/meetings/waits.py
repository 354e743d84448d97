"""What of meetings waits: that somebody notes what came of them, and what was decided there."""

from collections.abc import Iterator
from datetime import date

from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.meetings.models import Decision, Meeting

UNRECORDED, OVERDUE = "unrecorded_meeting", "overdue_decision"
HOLDER = ("case__holder_id", "case__holder__unit_id", "case__holder__party_id", "case__party_id")


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids: the holder notes the meeting, whoever was to do something does it."""
    over = Meeting.objects.filter(
        ended_at__isnull=True, at__lt=clock.midnight(on), case_id__gte=cases.start, case_id__lt=cases.stop
    ).order_by()
    for about, case, at, holder, unit, party, opener in over.values_list(
        "public_id", "case_id", "at", *HOLDER
    ).iterator():
        yield Wait(UNRECORDED, case, about, clock.day_of(at), (holder,), unit, party, opener)
    late = Decision.objects.filter(
        done_at__isnull=True,
        became_step=False,
        due_on__lt=on,
        meeting__case__closed_at__isnull=True,
        meeting__case_id__gte=cases.start,
        meeting__case_id__lt=cases.stop,
    ).order_by()
    for about, case, due, to, unit, party, holder_party in late.values_list(
        *("public_id", "meeting__case_id", "due_on", "to_id", "to__unit_id", "to__party_id"),
        "meeting__case__holder__party_id",
    ).iterator():
        yield Wait(OVERDUE, case, about, due, (to,), unit, party, holder_party)
