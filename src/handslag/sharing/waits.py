"""What of consents waits: what another party recorded, for whose facts it tells; and on the recorder's side, likewise.
Also cases that could be given back to nobody when the consent ended.

The two sides climb by themselves, each within its own party, and the recorder's whether or not the other party knows
the person: nobody learns from the ladder that somebody is known elsewhere.
"""

from collections.abc import Iterator
from datetime import date

from handslag.cases.knowing import held_unknown
from handslag.cases.models import Case
from handslag.disclosure.queries import unconfirmed
from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.sharing.answering import answerers

TO_CONFIRM, UNCONFIRMED, OUT_OF_REACH = "consent_to_confirm", "consent_unconfirmed", "person_out_of_reach"
LEAD = 1
"""A holder who cannot reach the person stands before the lead at once (the ladder's first rung above the ower)."""


def out_of_reach(on: date, cases: range) -> Iterator[Wait]:
    """Cases of these ids whose holder cannot reach the person on `on`, and that nobody at work could take back."""
    found = held_unknown(on).filter(pk__gte=cases.start, pk__lt=cases.stop).order_by("id")
    columns = ("pk", "public_id", "holder_since", "holder_id", "holder__unit_id", "holder__party_id", "party_id")
    for case, about, since, holder, unit, party, opener in found.values_list(*columns):
        yield Wait(OUT_OF_REACH, case, about, clock.day_of(since), (holder,), unit, party, opener, None, LEAD)


def waits(on: date, cases: range) -> Iterator[Wait]:
    """Consents that wait on `on` for a confirmation, in cases of these ids: each case once a side."""
    columns = ("subject", "from_party_id", "recorded_by__party_id", "consent__recorded_at")
    people = Case.objects.filter(pk__gte=cases.start, pk__lt=cases.stop).order_by().values("person__subject")
    waiting = unconfirmed(on).filter(subject__in=people).order_by("consent__recorded_at", "id")
    sides = [
        (kind, (subject, party), clock.day_of(at))
        for subject, telling, recording, at in waiting.values_list(*columns)
        for kind, party in ((TO_CONFIRM, telling), (UNCONFIRMED, recording))
    ]
    found = answerers(telling for _kind, telling, _since in sides)
    answering = {telling: answerer for telling, answerer in found.items() if answerer.case_id in cases}
    ids, told = {answerer.case_id for answerer in answering.values()}, set()
    named = Case.objects.filter(pk__in=ids).order_by().values_list("pk", "public_id", "holder__unit_id")
    shown = {case: (about, unit) for case, about, unit in named}
    for kind, telling, since in sides:
        answerer = answering.get(telling)
        if answerer and (kind, answerer.case_id) not in told:
            told.add((kind, answerer.case_id))
            case, unit, post = answerer
            about, held_at = shown[case]
            elsewhere = unit if unit != held_at else None
            owers = (post,) if post else ()
            yield Wait(kind, case, about, since, owers, unit, telling[1], telling[1], elsewhere)
