"""What of handovers waits: answers to offers and to questions, first contacts whose time has passed, and cases that
came back because a consent ended."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from handslag.foundation import clock
from handslag.foundation.waiting import Wait
from handslag.handovers import rules
from handslag.handovers.models import Handover

UNANSWERED, QUESTION, MISSED_CONTACT = "unanswered_handover", "unanswered_question", "missed_contact"
CAME_BACK = "came_back"
LEAD = 1
"""What comes back because a consent ended stands before the lead at once (the ladder's first rung above the ower)."""
COLUMNS = (
    *("public_id", "state", "case_id", "awaiting_since", "contact_due", "came_back", "to_post_id", "to_unit_id"),
    *("to_unit__party_id", "case__holder_id", "case__holder__unit_id", "case__holder__party_id", "sender__party_id"),
)


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids. The receiver owes an answer or the contact, the holder an answer."""
    missed = Q(state__in=rules.BOOKED, contact_due__lt=clock.midnight(on))
    back = Q(state=rules.ACCEPTED, answered_at=F("offered_at"))
    rows = (
        Handover.objects.filter(case_id__gte=cases.start, case_id__lt=cases.stop)
        .annotate(contact_due=Coalesce("missed_since", "first_contact_at"))
        .annotate(came_back=Case(When(back, then=True), default=False))
        .filter(Q(state__in=(rules.OFFERED, rules.ASKED)) | missed | back)
        .order_by()
    )
    for row in rows.values_list(*COLUMNS).iterator():
        about, state, case, waiting, contact, back, to_post, to_unit, to_party, holder, unit, party, sender_party = row
        if back:
            since = clock.day_of(waiting)
            yield Wait(CAME_BACK, case, about, since, (holder,), unit, party, sender_party, to_unit, LEAD)
            if contact >= clock.midnight(on):
                continue
        if state == rules.OFFERED:
            who = ((to_post,) if to_post else (), to_unit, to_party, party)
            kind, since = UNANSWERED, waiting
        elif state == rules.ASKED:
            who = ((holder,), unit, party, to_party)
            kind, since = QUESTION, waiting
        else:
            who = ((holder,), unit, party, to_party if state == rules.CONDITIONAL else sender_party)
            kind, since = MISSED_CONTACT, contact
        yield Wait(kind, case, about, clock.day_of(since), *who, to_unit)
