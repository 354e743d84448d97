"""What of participations waits: that who has a place starts, that an end is taken in hand, and the follow-ups."""

from collections.abc import Iterator
from datetime import date

from handslag.foundation.clock import day_of
from handslag.foundation.waiting import Wait
from handslag.participations.models import Participation
from handslag.participations.queries import due_on
from handslag.participations.rules import MIS_REGISTERED, asked_since
from handslag.referrals import rules as referrals
from handslag.referrals.models import Referral
from handslag.referrals.staff import staff_of

UNSTARTED, ENDED, FOLLOW_UP = "unstarted_participation", "ended_participation", "follow_up"
HOLDER = tuple(f"referral__case__holder{path}" for path in ("_id", "__unit_id", "__party_id"))
COLUMNS = ("public_id", "referral__case_id", *HOLDER, "referral__to_unit__party_id")


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids."""
    yield from _unstarted(on, cases)
    of_cases = Participation.objects.filter(
        referral__case_id__gte=cases.start, referral__case_id__lt=cases.stop
    ).order_by()
    ended = of_cases.filter(ended_on__isnull=False, seen_at__isnull=True, referral__case__closed_at__isnull=True)
    ended = ended.exclude(end_reason=MIS_REGISTERED)
    for about, case, holder, unit, party, other, at in ended.values_list(*COLUMNS, "ended_at").iterator():
        yield Wait(ENDED, case, about, day_of(at), (holder,), unit, party, other)
    due = of_cases.filter(due_on(on))
    for about, case, holder, unit, party, other, end in due.values_list(*COLUMNS, "ended_on").iterator():
        yield Wait(FOLLOW_UP, case, about, asked_since(end, on), (holder,), unit, party, other)


def _unstarted(on: date, cases: range) -> Iterator[Wait]:
    """Who has a place, and whose first day has passed without a start."""
    late = Referral.objects.filter(state=referrals.ACCEPTED, participation=None, starts_on__lt=on)
    late = late.filter(case_id__gte=cases.start, case_id__lt=cases.stop).order_by()
    columns = ("public_id", "case_id", "starts_on", "to_unit_id", "to_unit__party_id", "case__holder__party_id")
    for about, case, since, unit, party, other in late.values_list(*columns).iterator():
        owers = tuple(staff_of(unit).values_list("pk", flat=True))
        yield Wait(UNSTARTED, case, about, since, owers, unit, party, other, unit)
