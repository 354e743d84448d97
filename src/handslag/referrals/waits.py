"""What of referrals waits: the measure's answer, an answer to its question, one for an offered place, and a no that
nobody has taken in hand; and a free place that nobody in line was offered."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, Q

from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.measures.queries import free_places
from handslag.referrals import rules
from handslag.referrals.models import Referral
from handslag.referrals.staff import staff_of

UNANSWERED, QUESTION, PLACE = "unanswered_referral", "unanswered_measure_question", "unanswered_place"
NO, NO_AFTER_YES, FREE = "referral_no", "referral_no_after_yes", "free_place"
COLUMNS = (
    *("public_id", "state", "case_id", "awaiting_since", "answer_by", "said_yes_at", "answered_at"),
    *("to_unit_id", "to_unit__party_id", "case__holder_id", "case__holder__unit_id", "case__holder__party_id"),
)


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids. The measure's staff owe an answer, the holder what follows on it."""
    owed = Q(state__in=rules.PENDING) | Q(state=rules.INVITED, answer_by__lt=on)
    no = Q(state=rules.DECLINED, settled_at__isnull=True, case__closed_at__isnull=True)
    rows = Referral.objects.filter(owed | no, case_id__gte=cases.start, case_id__lt=cases.stop).order_by()
    for row in rows.values_list(*COLUMNS).iterator():
        about, state, case, since, by, yes, answered, to_unit, to_party, holder, unit, party = row
        if state == rules.OFFERED:
            owers = tuple(staff_of(to_unit).values_list("pk", flat=True))
            yield Wait(UNANSWERED, case, about, clock.day_of(since), owers, to_unit, to_party, party, to_unit)
            continue
        kind = {rules.ASKED: QUESTION, rules.INVITED: PLACE}.get(state) or (NO_AFTER_YES if yes else NO)
        begins = {rules.ASKED: since, rules.INVITED: by}.get(state, answered)
        yield Wait(kind, case, about, clock.day_of(begins), (holder,), unit, party, to_party, to_unit)


def free_places_waiting(on: date, cases: range) -> Iterator[Wait]:
    """For who is first in line for a measure with a free place: the measure's staff owe an offer. Who waits for a day
    that lies ahead is not waited with."""
    before = Referral.objects.filter(measure=OuterRef("measure"), state=rules.WAITING, turn__lt=OuterRef("turn"))
    first = Referral.objects.filter(~Exists(before), state=rules.WAITING)
    first = first.filter(case_id__gte=cases.start, case_id__lt=cases.stop).order_by("id")
    ready = Q(expected_on__isnull=True) | Q(expected_on__lte=on)
    found = list(first.filter(ready).select_related("measure", "to_unit", "case__holder__party"))
    free, freed = free_places(r.measure for r in found), _freed({r.measure_id for r in found})
    for r in found:
        if free[r.measure_id]:
            since = clock.day_of(max(r.awaiting_since, freed.get(r.measure_id, r.awaiting_since)))
            since = max(since, r.expected_on or since)
            owers = tuple(staff_of(r.to_unit_id).values_list("pk", flat=True))
            party, other = r.to_unit.party_id, r.case.holder.party.pk
            yield Wait(FREE, r.case_id, r.public_id, since, owers, r.to_unit_id, party, other, r.to_unit_id)


def _freed(measures: set[int]) -> dict[int, datetime]:
    """When a place of each measure was last given up."""
    gone = Referral.objects.filter(measure__in=measures, state__in=rules.FINAL, starts_on__isnull=False)
    return dict(gone.order_by().values_list("measure").annotate(Max("awaiting_since")))
