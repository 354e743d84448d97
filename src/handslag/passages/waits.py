"""What of passages waits: transition meetings, and what the law asks for a participant who is wholly ill."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.db.models import F, QuerySet

from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.passages import programme, queries, rules
from handslag.passages.models import Discharge, SickLeave
from handslag.passages.programme import Illness

NO_MEETING = "no_transition"
TO_EXAMINE, TO_LEAVE, TO_HAND_OVER, BACK_ENDS = "to_examine", "to_leave", "to_hand_over", "back_ends"
AT_ONCE = 500
"""How many cases are read at once."""


def _of(cases: range) -> QuerySet[Case]:
    found = Case.objects.filter(id__gte=cases.start, id__lt=cases.stop)
    return found.select_related("holder__unit", "holder__party")


def _in_batches(found: QuerySet[Case]) -> Iterator[list[Case]]:
    rows = found.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def _wait(kind: str, case: Case, since: date) -> Wait:
    unit = case.holder.unit
    assert unit, "who holds a case works at a unit"
    return Wait(kind, case.pk, case.public_id, since, (case.holder_id,), unit.pk, unit.party_id, case.party_id)


def without_meeting(on: date, cases: range) -> Iterator[Wait]:
    """Benefits that end while no transition meeting is offered, answered or booked.

    It calls the party that noted the livelihood, where that party also holds the case: others may not know of it.
    """
    own = _of(cases).filter(livelihood_by=F("holder__party"))
    for batch in _in_batches(queries.to_prepare(own, on)):
        clocks = queries.clocks_of(batch)
        for case in batch:
            if (found := clocks.get(case.pk)) and (since := _silent_since(found)) < on:
                yield _wait(NO_MEETING, case, since)


def _silent_since(found: queries.Clock) -> date:
    noted = clock.day_of(found.passage.noted_at) if found.passage else None
    moved = (found.offer.offered_on, found.offer.answered_on) if found.offer else ()
    return rules.silent_since(found.ends_on, noted, *moved)


def out_of_programme(on: date, cases: range) -> Iterator[Wait]:
    """Wholly ill participants, and who left a programme, for whom the law asks for something that is not done."""
    everyone = programme.to_prepare(_of(cases), on, SickLeave.objects.all(), Discharge.objects.all())
    for batch in _in_batches(everyone):
        illnesses = programme.illnesses_of(batch)
        for case in batch:
            for kind, since in _owed(illnesses[case.pk], on):
                if since < on:
                    yield _wait(kind, case, since)


def _owed(found: Illness, on: date) -> Iterator[tuple[str, date]]:
    """What is owed on a day, since when."""
    stage = found.stage_on(on)
    if stage == rules.TO_EXAMINE and found.leave:
        yield TO_EXAMINE, rules.day_number(found.leave.since, rules.SEEN_FROM)
    if stage == rules.TO_LEAVE and found.leave:
        yield TO_LEAVE, rules.leaves_from(found.leave.since)
    if stage == rules.TO_HAND_OVER:
        yield TO_HAND_OVER, found.unoffered_since
    if stage == rules.BACK_ENDS and found.discharge:
        yield BACK_ENDS, found.discharge.left_on + timedelta(days=rules.BACK_SEEN)
