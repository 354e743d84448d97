"""The plan in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.foundation.clock import day_of
from handslag.plans.pages.parts import plan_on
from handslag.ui.timeline import Lane, Line, Mark


def plan_lane(page: CasePage) -> Lane:
    """From when to when there was a plan, and its steps that the viewer may see."""
    scale, name = way(page).scale, _("Plan")
    lane, found = Lane(name), plan_on(page)
    if found is None:
        return lane
    since = day_of(found.plan.made_at)
    until = day_of(found.plan.ended_at) if found.plan.ended_at else None
    lane.bars.append(scale.bar(since, until or way(page).now, name, "livelihood"))
    lane.lines.append(Line(since, until, name))
    for step in found.steps:
        tone = ("done" if step.was_done else "replaced") if step.ended_at else "next"
        lane.marks.append(Mark(scale.x(step.due_on), f"{step.due_on}: {step.text}", tone))
        lane.lines.append(Line(step.due_on, step.due_on, step.text))
    return lane
