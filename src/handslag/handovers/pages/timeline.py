"""The handovers in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.foundation.clock import day_of
from handslag.handovers.pages.parts import handovers_on
from handslag.handovers.wording import state_label
from handslag.ui.timeline import Lane, Line, Mark


def handovers_lane(page: CasePage) -> Lane:
    """Each handover from its offer to its answer, and the first contacts."""
    scale, lane = way(page).scale, Lane(_("Handovers"))
    for handover in handovers_on(page):
        offered = day_of(handover.offered_at)
        answered = day_of(handover.answered_at) if handover.answered_at else None
        state = state_label(handover.state)
        label = f"{handover.to_unit}: {state}"
        lane.bars.append(scale.bar(offered, answered or page.today, label, f"handover-{handover.state}"))
        lane.lines.append(Line(offered, answered, f"{_('Handover')}: {handover.to_unit}, {state}"))
        if handover.first_contact_at:
            day = day_of(handover.first_contact_at)
            lane.marks.append(Mark(scale.x(day), _("First contact: {day}").format(day=day), "contact"))
    return lane
