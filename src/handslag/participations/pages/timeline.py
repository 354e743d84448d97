"""The participations in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.participations.pages.parts import participations_on
from handslag.participations.rules import MIS_REGISTERED
from handslag.ui.timeline import Lane, Line


def participations_lane(page: CasePage) -> Lane:
    """Each participation from its first day to its last."""
    scale, lane = way(page).scale, Lane(_("Measures"))
    for one in participations_on(page):
        if page.visible.sees("started_on", one) and one.end_reason != MIS_REGISTERED:
            name = one.referral.measure.name
            lane.bars.append(scale.bar(one.started_on, one.ended_on or page.today, name, "livelihood"))
            lane.lines.append(Line(one.started_on, one.ended_on, f"{_('Measure')}: {name}"))
    return lane
