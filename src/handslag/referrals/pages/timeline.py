"""The referrals in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.foundation.clock import day_of
from handslag.referrals.pages.parts import referrals_on
from handslag.referrals.wording import state_label
from handslag.ui.timeline import Lane, Line


def referrals_lane(page: CasePage) -> Lane:
    """Each referral from its offer to its answer."""
    scale, lane = way(page).scale, Lane(_("Referrals"))
    for referral in referrals_on(page):
        offered = day_of(referral.offered_at)
        answered = day_of(referral.answered_at) if referral.answered_at else None
        told = state_label(referral.state)
        label = f"{referral.measure.name}: {told}"
        lane.bars.append(scale.bar(offered, answered or page.today, label, f"referral-{referral.state}"))
        lane.lines.append(Line(offered, answered, f"{_('Referral')}: {referral.measure.name}, {told}"))
    return lane
