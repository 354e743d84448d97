"""What of consents waits: what another party recorded, for whose facts it tells; and on the recorder's side, likewise.

The two sides climb by themselves, each within its own party, and the recorder's whether or not the other party knows
the person: nobody learns from the ladder that somebody is known elsewhere.
"""

from collections.abc import Iterator
from datetime import date

from handslag.disclosure.queries import unconfirmed
from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.sharing.answering import answerers

TO_CONFIRM, UNCONFIRMED = "consent_to_confirm", "consent_unconfirmed"


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
