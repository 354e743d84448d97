"""What of handovers waits: answers to offers and to questions, and first contacts whose time has passed."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.handovers import rules
from handslag.handovers.models import Handover

UNANSWERED, QUESTION, MISSED_CONTACT = "unanswered_handover", "unanswered_question", "missed_contact"
COLUMNS = (
    *("public_id", "state", "case_id", "awaiting_since", "contact_due", "to_post_id", "to_unit_id"),
    *("to_unit__party_id", "case__holder_id", "case__holder__unit_id", "case__holder__party_id", "sender__party_id"),
)


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids. The receiver owes an answer or the contact, the holder an answer."""
    missed = Q(state=rules.ACCEPTED, contact_due__lt=clock.midnight(on))
    rows = (
        Handover.objects.annotate(contact_due=Coalesce("missed_since", "first_contact_at"))
        .filter(Q(state__in=rules.PENDING) | missed, case_id__gte=cases.start, case_id__lt=cases.stop)
        .order_by()
    )
    for row in rows.values_list(*COLUMNS).iterator():
        about, state, case, waiting, contact, to_post, to_unit, to_party, holder, unit, party, sender_party = row
        if state == rules.OFFERED:
            who = ((to_post,) if to_post else (), to_unit, to_party, party)
            kind, since = UNANSWERED, waiting
        elif state == rules.ASKED:
            who = ((holder,), unit, party, to_party)
            kind, since = QUESTION, waiting
        else:
            who = ((holder,), unit, party, sender_party)
            kind, since = MISSED_CONTACT, contact
        yield Wait(kind, case, about, clock.day_of(since), *who, to_unit)
