"""The picture of somebody's way: rows of boxes and marks over time, and the same as a table.

It is drawn in Python, as tables are (`ui/tables.py`): a template would word each of its numbers for the reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

from django.utils.safestring import SafeString

WIDTH, LEFT, LANE = 1000, 160, 56
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

    @property
    def drawn(self) -> str:
        """Its markup."""
        shown = escape(self.shown)
        label = shown and f'<text class="bar-label {self.tone}" x="{self.x}" y="25" dx="6">{shown}</text>'
        box = f'<rect class="bar {self.tone}" x="{self.x}" y="5" width="{self.width}" height="30" rx="4"></rect>'
        return f"<g><title>{escape(self.title)}</title>{box}{label}</g>"


@dataclass(frozen=True)
class Mark:
    """Something that happened, as a mark on its day."""

    x: int
    title: str
    tone: str

    @property
    def drawn(self) -> str:
        """Its markup."""
        mark = f'<circle class="mark {self.tone}" cx="{self.x}" cy="20" r="7"></circle>'
        return f"<g><title>{escape(self.title)}</title>{mark}</g>"


@dataclass(frozen=True)
class Line:
    """A line of the picture's table: something that was so from a day, to a day or until now."""

    since: date
    until: date | None
    what: str


@dataclass
class Lane:
    """One row of the picture, and the same as lines of text."""

    name: str
    bars: list[Bar] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def drawn(self, offset: int) -> str:
        """Its markup, so far down in the picture."""
        inside = "".join([*(bar.drawn for bar in self.bars), *(mark.drawn for mark in self.marks)])
        name = f'<text class="lane-name" x="0" y="25">{escape(self.name)}</text>'
        return f'<g class="lane" transform="translate(0 {offset})">{name}{inside}</g>'


@dataclass(frozen=True)
class Timeline:
    """The whole picture, and the same as lines of text."""

    lanes: list[tuple[int, Lane]]
    """Each row with how far down it lies."""
    ticks: list[tuple[int, str]]
    now: int
    height: int
    lines: list[tuple[str, str, str]]
    width: int = WIDTH

    @property
    def drawn(self) -> SafeString:
        """What is inside the picture."""
        height = self.height
        ticks = [
            f'<line class="tick" x1="{x}" y1="0" x2="{x}" y2="{height}"></line>'
            f'<text class="tick-label" x="{x}" y="{height}" dx="3" dy="-6">{escape(label)}</text>'
            for x, label in self.ticks
        ]
        lanes = [lane.drawn(offset) for offset, lane in self.lanes]
        now = f'<line class="now" x1="{self.now}" y1="0" x2="{self.now}" y2="{height}"></line>'
        return SafeString("\n".join([*ticks, *lanes, now]))  # noqa: S308  (escaped above)

    @property
    def told(self) -> SafeString:
        """The rows of its table."""
        rows = ("".join([f"<td>{escape(cell)}</td>" for cell in line]) for line in self.lines)
        return SafeString("".join(f"<tr>{row}</tr>" for row in rows))  # noqa: S308  (escaped above)


class Scale:
    """Where the days of a stretch of time lie in the picture."""

    def __init__(self, begin: date, end: date):
        self.begin, self.end = begin, end
        self._unit = (WIDTH - LEFT - 10) / max((end - begin).days, 1)

    def x(self, day: date) -> int:
        """How far to the right a day lies."""
        inside = min(max(day, self.begin), self.end)
        return round(LEFT + (inside - self.begin).days * self._unit)

    def bar(self, since: date, until: date, label: str, tone: str = "") -> Bar:
        """A box over the days of [since, until)."""
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


def picture(lanes: Iterable[Lane], scale: Scale, now: date) -> Timeline:
    """Puts rows that have something to show below each other, and their lines in order of time."""
    lanes = [lane for lane in lanes if lane.bars or lane.marks]
    lines = sorted((line for lane in lanes for line in lane.lines), key=lambda line: line.since)
    return Timeline(
        [(row * LANE, lane) for row, lane in enumerate(lanes)],
        scale.ticks(),
        scale.x(now),
        len(lanes) * LANE + 34,
        [(str(line.since), str(line.until or ""), line.what) for line in lines],
    )
