"""The picture of a person's way: who held, what the person lived on, handovers and steps; holes in red."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from handslag.cases.queries import holdings, livelihoods, past_steps
from handslag.cases.rules import Spell, holes
from handslag.cases.sight import Sight
from handslag.foundation import clock
from handslag.handovers.models import Handover
from handslag.handovers.wording import state_label
from handslag.reference import codes

WIDTH, LEFT, LANE = 1000, 110, 56
TICK_LABEL = 60  # the room that a tick's label takes
LETTER = 7.6  # a letter's mean width in the picture's units


@dataclass(frozen=True)
class Bar:
    """Something that lasted, as a box with a label."""

    x: int
    width: int
    label: str
    title: str
    tone: str = ""

    @property
    def shown(self) -> str:
        """As much of the label as fits."""
        fits = int((self.width - 12) / LETTER)
        if fits < 3:
            return ""
        return self.label if len(self.label) <= fits else self.label[: fits - 1] + "…"


@dataclass(frozen=True)
class Mark:
    """Something that happened, as a mark on its day."""

    x: int
    title: str
    tone: str


@dataclass
class Lane:
    """One row of the picture."""

    name: str
    row: int
    bars: list[Bar] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def offset(self) -> int:
        """How far down the picture the row lies."""
        return self.row * LANE


@dataclass(frozen=True)
class Timeline:
    """The whole picture, and the same as lines of text."""

    lanes: list[Lane]
    ticks: list[tuple[int, str]]
    now: int
    height: int
    lines: list[tuple[str, str, str]]
    width: int = WIDTH


def _day(at: datetime | date) -> date:
    return timezone.localtime(at).date() if isinstance(at, datetime) else at


class _Scale:
    def __init__(self, begin: date, end: date):
        self.begin, self.end = begin, end
        self._unit = (WIDTH - LEFT - 10) / max((end - begin).days, 1)

    def x(self, day: date) -> int:
        inside = min(max(day, self.begin), self.end)
        return round(LEFT + (inside - self.begin).days * self._unit)

    def bar(self, since: date, until: date, label: str, tone: str = "") -> Bar:
        x = self.x(since)
        title = f"{label}: {since} – {until}"
        return Bar(x, max(self.x(until) - x, 2), label, title, tone)

    def ticks(self) -> list[tuple[int, str]]:
        """A few month beginnings, as many as there is room for."""
        months, day = [], self.begin.replace(day=1)
        while day <= self.end:
            if day >= self.begin:
                months.append(day)
            day = (day + timedelta(days=32)).replace(day=1)
        every = -(-len(months) // 9) or 1
        ticks = [(self.x(month), f"{month:%Y-%m}") for month in months[::every]]
        return [tick for tick in ticks if tick[0] < WIDTH - TICK_LABEL]


def _livelihood_label(spell: Spell) -> str:
    kind, degree = spell.what
    return f"{codes.label('livelihood', kind)} {degree} %" if degree else codes.label("livelihood", kind)


def _holders_lane(scale: _Scale, spells: list[Spell], end: date) -> Lane:
    lane = Lane(_("Responsible"), 0)
    for index, spell in enumerate(spells):
        until = _day(spell.until) if spell.until else end
        label = f"{spell.what.user}, {spell.what.unit}"
        lane.bars.append(scale.bar(_day(spell.since), until, label, f"holder-{index % 2}"))
    return lane


def _livelihood_lane(scale: _Scale, spells: list[Spell], holed: list[Spell], planned_end: date) -> Lane:
    lane = Lane(_("Livelihood"), 1)
    for spell in spells:
        until = spell.until or planned_end
        tone = "none" if spell.what[0] == "none" else "livelihood"
        lane.bars.append(scale.bar(spell.since, until, _livelihood_label(spell), tone))
    for hole in holed:
        lane.bars.append(scale.bar(hole.since, hole.until, _("No livelihood"), "hole"))
    return lane


def _handovers_lane(scale: _Scale, handovers: list, today: date) -> Lane:
    lane = Lane(_("Handovers"), 2)
    for handover in handovers:
        until = _day(handover.answered_at) if handover.answered_at else today
        label = f"{handover.to_unit}: {state_label(handover.state)}"
        lane.bars.append(scale.bar(_day(handover.offered_at), until, label, f"handover-{handover.state}"))
        if handover.first_contact_at:
            day = _day(handover.first_contact_at)
            lane.marks.append(Mark(scale.x(day), _("First contact: {day}").format(day=day), "contact"))
    return lane


def _steps_lane(scale: _Scale, sight: Sight, steps: list, today: date) -> Lane:
    case, lane = sight.case, Lane(_("Next steps"), 3)
    for step in steps:
        day = _day(step.ended_at)
        lane.marks.append(Mark(scale.x(day), f"{day}: {step.text}", "done" if step.was_done else "replaced"))
    if case.is_open and sight.shows_plan:
        tone = "late" if case.next_step_on < today else "next"
        lane.marks.append(Mark(scale.x(case.next_step_on), f"{case.next_step_on}: {case.next_step}", tone))
    return lane


def _lines(holders: list[Spell], lived: list[Spell], handovers: list, holed: list[Spell]) -> list[tuple[str, str, str]]:
    """The picture's table: (from, to, what), in order of time."""
    lines = [
        (_day(s.since), _day(s.until) if s.until else None, f"{_('Responsible')}: {s.what.user}, {s.what.unit}")
        for s in holders
    ]
    lines += [(s.since, s.until, f"{_('Livelihood')}: {_livelihood_label(s)}") for s in lived]
    lines += [(h.since, h.until, _("No livelihood")) for h in holed]
    lines += [
        (
            _day(h.offered_at),
            _day(h.answered_at) if h.answered_at else None,
            f"{_('Handover')}: {h.to_unit}, {state_label(h.state)}",
        )
        for h in handovers
    ]
    return [(str(since), str(until or ""), what) for since, until, what in sorted(lines, key=lambda line: line[0])]


def timeline(sight: Sight, handovers: list[Handover]) -> Timeline:
    """Draws a case's way from its opening to what is planned: what the viewer may see of it, with these handovers."""
    today, case = clock.today(), sight.case
    holders, lived = holdings(case), livelihoods(sight)
    steps = past_steps(sight, 50)
    begin = _day(case.opened_at)
    now = _day(case.closed_at) if case.closed_at else today
    planned = max(filter(None, (now, sight.livelihood_ends_on, sight.shows_plan and case.next_step_on)))
    end = max(now if case.closed_at else min(planned, today + timedelta(days=200)), begin + timedelta(days=30))
    scale = _Scale(begin, end + timedelta(days=5))
    holed = holes(lived, begin, now) if sight.shows_livelihood and case.livelihood else []
    lanes = [
        _holders_lane(scale, holders, now),
        _livelihood_lane(scale, lived, holed, end),
        _handovers_lane(scale, handovers, today),
        _steps_lane(scale, sight, steps, today),
    ]
    lines = _lines(holders, lived, handovers, holed)
    return Timeline(lanes, scale.ticks(), scale.x(now), len(lanes) * LANE + 34, lines)
