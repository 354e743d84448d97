"""The pieces of the case page and the person's page that tell of referrals."""

from handslag.cases.pages.page import CasePage
from handslag.reference import codes
from handslag.referrals import rules
from handslag.referrals.models import Referral
from handslag.referrals.pages.moves import MoveLine, move_lines
from handslag.referrals.pages.rows import case_table, referral_rows
from handslag.referrals.queries import own_referrals, places_of, referrals_of
from handslag.referrals.wording import state_label, waits_told

MOST_ROWS = 20


def referrals_on(page: CasePage) -> list[Referral]:
    """The referrals of the page's case, latest first."""
    return page.once("referrals", lambda page: referrals_of(page.viewer, page.case) if page.has(Referral) else [])


def listed(page: CasePage) -> dict | None:
    """The referrals of the case."""
    found = referrals_on(page)[:MOST_ROWS]
    return {"table": case_table(referral_rows(page.viewer, found))} if found else None


def own(subject: str) -> dict | None:
    """The measures to which the person is referred, as the person reads it."""
    found = own_referrals(subject)
    places = places_of(found)
    return {"referrals": [_own(referral, places.get(referral.pk, 0)) for referral in found]} if found else None


def _own(referral: Referral, place: int) -> dict:
    is_waiting, is_placed = referral.state == rules.WAITING, referral.state in (rules.INVITED, rules.ACCEPTED)
    return {
        "measure": referral.measure.name,
        "unit": referral.to_unit.name,
        "contact": referral.measure.contact,
        "place": codes.label("municipality", referral.measure.municipality_code),
        "state": state_label(referral.state),
        "waits": waits_told(referral, place) if is_waiting else "",
        "starts_on": referral.starts_on if is_placed else None,
        "moves": move_lines(referral) if is_waiting else list[MoveLine](),
    }
