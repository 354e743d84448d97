"""What a case shows in the picture of the way: who held, what the person lived on, the steps; holes in red."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from handslag.cases.models import PastStep
from handslag.cases.pages.page import CasePage
from handslag.cases.queries import holdings, livelihoods, past_steps
from handslag.cases.rules import Spell, holes
from handslag.foundation.clock import day_of
from handslag.reference import codes
from handslag.ui.timeline import Lane, Line, Mark, Scale

SHOWN_AHEAD = timedelta(days=200)
SHORTEST = timedelta(days=30)


@dataclass(frozen=True)
class Way:
    """A case's way from its opening to what is planned: what the viewer may see of it."""

    page: CasePage

    @cached_property
    def holders(self) -> list[Spell]:
        """Who held."""
        return holdings(self.page.case)

    @cached_property
    def lived(self) -> list[Spell]:
        """What the person lived on."""
        return livelihoods(self.page.visible)

    @cached_property
    def steps(self) -> list[PastStep]:
        """The steps that are behind, latest first."""
        return past_steps(self.page.visible) if self.page.has(PastStep) else []

    @cached_property
    def begin(self) -> date:
        """The day of the opening."""
        return day_of(self.page.case.opened_at)

    @cached_property
    def now(self) -> date:
        """Today, or the day of the closing."""
        case = self.page.case
        return day_of(case.closed_at) if case.closed_at else self.page.today

    @cached_property
    def end(self) -> date:
        """How far ahead the picture reaches."""
        visible = self.page.visible
        ahead = (self.now, visible.value("livelihood_ends_on"), visible.value("next_step_on"))
        planned = max(day for day in ahead if day)
        end = self.now if self.page.case.closed_at else min(planned, self.page.today + SHOWN_AHEAD)
        return max(end, self.begin + SHORTEST)

    @cached_property
    def scale(self) -> Scale:
        """Where the days lie."""
        return Scale(self.begin, self.end + timedelta(days=5))

    @cached_property
    def closed(self) -> list[Spell]:
        """When the case was closed before it was opened again, in days."""
        held = ((before.until, after.since) for before, after in pairwise(self.holders))
        return [Spell(day_of(until), day_of(since), None) for until, since in held if until < since]

    @cached_property
    def holes(self) -> list[Spell]:
        """Stretches without a livelihood, but for when the case was closed."""
        known = self.page.visible.value("livelihood")
        return holes([*self.lived, *self.closed], self.begin, self.now) if known else []


def way(page: CasePage) -> Way:
    """The way of the page's case."""
    return page.once("way", Way)


def _livelihood_label(spell: Spell) -> str:
    kind, degree = spell.what
    return f"{codes.label('livelihood', kind)} {degree} %" if degree else codes.label("livelihood", kind)


def holders_lane(page: CasePage) -> Lane:
    """Who held, from when to when."""
    found, name = way(page), _("Responsible")
    lane = Lane(name)
    for index, spell in enumerate(found.holders):
        since, until = day_of(spell.since), day_of(spell.until) if spell.until else None
        label = f"{spell.what.user}, {spell.what.unit}"
        lane.bars.append(found.scale.bar(since, until or found.now, label, f"holder-{index % 2}"))
        lane.lines.append(Line(since, until, f"{name}: {label}"))
    for gap in found.closed:
        lane.bars.append(found.scale.bar(gap.since, gap.until, _("Closed"), "closed"))
        lane.lines.append(Line(gap.since, gap.until, _("Closed")))
    return lane


def livelihood_lane(page: CasePage) -> Lane:
    """What the person lived on, and the holes."""
    found, name = way(page), _("Livelihood")
    lane = Lane(name)
    for spell in found.lived:
        tone, label = "none" if spell.what[0] == "none" else "livelihood", _livelihood_label(spell)
        lane.bars.append(found.scale.bar(spell.since, spell.until or found.end, label, tone))
        lane.lines.append(Line(spell.since, spell.until, f"{name}: {label}"))
    for hole in found.holes:
        lane.bars.append(found.scale.bar(hole.since, hole.until, _("No livelihood"), "hole"))
        lane.lines.append(Line(hole.since, hole.until, _("No livelihood")))
    return lane


def steps_lane(page: CasePage) -> Lane:
    """The steps that are behind, and the next one."""
    found, case, lane = way(page), page.case, Lane(_("Next steps"))
    for step in found.steps:
        day = day_of(step.ended_at)
        lane.marks.append(Mark(found.scale.x(day), f"{day}: {step.text}", "done" if step.was_done else "replaced"))
    if case.is_open and page.visible.sees("next_step"):
        tone = "late" if case.next_step_on < page.today else "next"
        lane.marks.append(Mark(found.scale.x(case.next_step_on), f"{case.next_step_on}: {case.next_step}", tone))
    return lane
