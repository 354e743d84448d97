"""What of consents waits: what another party recorded, for whose facts it tells; and on the recorder's side, likewise.
Also cases that could be given back to nobody when the consent ended.

The two sides climb by themselves, each within its own party, and the recorder's whether or not the other party knows
the person: nobody learns from the ladder that somebody is known elsewhere.
"""

from collections.abc import Iterator
from datetime import date

from handslag.cases.knowing import held_unknown
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
    rows = list(unconfirmed(on).order_by("consent__recorded_at", "id").values_list(*columns))
    sides = [
        (kind, (subject, party), clock.day_of(at))
        for subject, telling, recording, at in rows
        for kind, party in ((TO_CONFIRM, telling), (UNCONFIRMED, recording))
    ]
    answering, told = answerers(telling for _kind, telling, _since in sides), set()
    for kind, telling, since in sides:
        answerer = answering.get(telling)
        if answerer and answerer.case.pk in cases and (kind, answerer.case.pk) not in told:
            told.add((kind, answerer.case.pk))
            case, owers = answerer.case, (answerer.post.pk,) if answerer.post else ()
            elsewhere = answerer.unit_id if answerer.unit_id != case.holder.unit_id else None
            yield Wait(kind, case.pk, case.public_id, since, owers, answerer.unit_id, telling[1], telling[1], elsewhere)
