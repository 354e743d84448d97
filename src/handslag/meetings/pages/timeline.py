"""The meetings in the picture of the way."""

from django.utils.translation import gettext as _

from handslag.cases.pages.page import CasePage
from handslag.cases.pages.timeline import way
from handslag.foundation.clock import day_of
from handslag.meetings import rules
from handslag.meetings.pages.parts import meetings_on
from handslag.meetings.wording import state_label
from handslag.reference import codes
from handslag.ui.timeline import Lane, Line, Mark

TONES = {rules.BOOKED: "next", rules.HELD: "done", rules.NOT_HELD: "replaced"}


def meetings_lane(page: CasePage) -> Lane:
    """A mark for each meeting whose time the viewer may see."""
    scale, lane = way(page).scale, Lane(_("Meetings"))
    for meeting in reversed(meetings_on(page)):
        if page.visible.sees("at", meeting):
            day, kind = day_of(meeting.at), page.visible.value("kind", meeting)
            label = codes.label("meeting_kind", kind) if kind else _("Meeting")
            title = f"{label}, {state_label(meeting.state)}"
            lane.marks.append(Mark(scale.x(day), f"{day}: {title}", TONES[meeting.state]))
            lane.lines.append(Line(day, day, title))
    return lane
