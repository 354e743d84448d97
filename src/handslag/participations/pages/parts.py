"""The pieces of the case page and the person's page that tell of participations."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.participations.models import Participation
from handslag.participations.pages.rows import case_table
from handslag.participations.queries import own_participations, participations_of
from handslag.referrals.models import Referral

MOST_ROWS = 10


def participations_on(page: CasePage) -> list[Participation]:
    """The participations of the page's case, the latest first."""
    return page.once("participations", lambda page: participations_of(page.case) if page.has(Referral) else [])


def listed(page: CasePage) -> dict | None:
    """The measures in which the person takes part, or took."""
    found = [one for one in participations_on(page) if page.visible.sees("started_on", one)]
    return {"table": case_table(page.viewer, found[:MOST_ROWS])} if found else None


def own(subject: str) -> dict | None:
    """The measures in which the person takes part, as the person reads it."""
    found = [
        {
            "measure": one.referral.measure.name,
            "unit": one.referral.to_unit.name,
            "contact": one.referral.measure.contact,
            "days": f"{one.started_on} – {one.ended_on or _('goes on')}",
        }
        for one in own_participations(subject)
    ]
    return {"participations": found} if found else None
