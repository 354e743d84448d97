"""Joint assessments in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.assessments.pages.parts import assessments_on, state_on
from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.foundation.clock import day_of
from handslag.ui.timeline import Lane, Line


def assessments_lane(page: CasePage) -> Lane:
    """Each assessment that the viewer may see, from when it was asked for to its end."""
    scale, name = way(page).scale, _("Joint assessment")
    lane = Lane(name)
    for assessment in reversed(assessments_on(page)):
        if page.visible.sees("purpose", assessment):
            since = day_of(assessment.asked_at)
            until = day_of(assessment.ended_at) if assessment.ended_at else None
            label = f"{name}: {state_on(page, assessment)}"
            lane.bars.append(scale.bar(since, until or way(page).now, label, "handover-accepted"))
            lane.lines.append(Line(since, until, label))
    return lane
