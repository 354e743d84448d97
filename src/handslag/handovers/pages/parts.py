"""The pieces of the case page that tell of its handovers."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.page import Button, CasePage
from handslag.cases.queries import own_cases
from handslag.foundation.clock import day_of
from handslag.handovers.coming_back import came_back
from handslag.handovers.models import Handover
from handslag.handovers.pages.rows import handover_row, table_of
from handslag.handovers.queries import booked_contacts, handovers_of
from handslag.handovers.rules import OPEN
from handslag.reference import codes
from handslag.ui.dates import iso, minute

MOST_ROWS = 20


def handovers_on(page: CasePage) -> list[Handover]:
    """The handovers of the page's case, latest first."""
    return page.once("handovers", lambda page: handovers_of(page.viewer, page.case) if page.has(Handover) else [])


def going_on(page: CasePage) -> Handover | None:
    """The handover that is on its way."""
    return next((handover for handover in handovers_on(page) if handover.state in OPEN), None)


def banner(page: CasePage) -> dict | None:
    """That a handover is on its way, and how far it has come."""
    handover = going_on(page)
    return {"handover": handover_row(handover, page.visible, page.today)} if handover else None


def back(page: CasePage) -> dict | None:
    """That the person was here before, and a way to whoever held last; until the case has been handed over."""
    found = came_back(page.viewer, page.visible) if page.may_act and not handovers_on(page) else None
    if found is None:
        return None
    last, unit = found.last, found.last.unit
    to = f"{unit.public_id}/{last.public_id}" if found.still_works else str(unit.public_id)
    offer = f"{reverse('offer', args=[page.case.public_id])}?{urlencode({'county': unit.county_code, 'to': to})}"
    is_there = last.pk == page.case.holder_id or (not found.still_works and unit.pk == page.case.holder.unit_id)
    return {
        "found": found,
        "closed": iso(found.closed_on),
        "to": last.user if found.still_works else unit,
        "outcome": codes.label("outcome", found.outcome) if found.outcome else "",
        "offer": "" if is_there else offer,
    }


def listed(page: CasePage) -> dict | None:
    """All handovers of the case."""
    found = [handover_row(handover, page.visible, page.today) for handover in handovers_on(page)[:MOST_ROWS]]
    return {"table": table_of(found)} if found else None


def offer_button(page: CasePage) -> Iterator[Button]:
    """Handing over, where no handover is on its way."""
    if not going_on(page):
        yield Button(_("Hand over"), reverse("offer", args=[page.case.public_id]))


def own(subject: str) -> dict:
    """Who is responsible for the person, and when they meet first, as the person reads it."""
    cases = own_cases(subject)
    contacts = booked_contacts(cases)
    return {"cases": [_own_case(case, contacts.get(case.pk)) for case in cases]}


def _own_case(case: Case, contact: Handover | None) -> dict:
    who = contact.accepted_by if contact else None
    return {
        "party": case.party.name,
        "is_open": case.is_open,
        "holder": case.holder.user.name,
        "unit": case.holder.unit.name,
        "since": day_of(case.holder_since).isoformat(),
        "closed": day_of(case.closed_at).isoformat() if case.closed_at else "",
        "contact": f"{minute(contact.first_contact_at)}, {who.user}" if contact and who else "",
    }
