"""What a publication holds, in one language and free of any form: sections with sentences, and grids of cells."""

from dataclasses import dataclass, field

HIDDEN = ".."


@dataclass(frozen=True)
class Value:
    """A cell: its text, and its number where it is shown. A share has its interval, in percent."""

    text: str
    number: float | None = None
    is_share: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether it is one of those that are not shown."""
        return self.text == HIDDEN


@dataclass(frozen=True)
class Row:
    """A row: its label, how far in it stands (0 a total, 1 a part, 2 a part of that), and its cells."""

    label: str
    depth: int
    cells: tuple[Value, ...]


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: this year's number and that of the year before, None where not shown."""

    label: str
    now: float | None
    before: float | None


@dataclass(frozen=True)
class Grid:
    """A table to read, with what its chart shows."""

    name: str
    caption: str
    stub: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()
    bars_are_shares: bool = False


@dataclass(frozen=True)
class Section:
    """All that is said of the same units."""

    heading: str
    facts: tuple[tuple[str, str], ...]
    """What counts, what not, the definitions' versions and sources: (label, text)."""
    sentences: tuple[str, ...]
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Publication:
    """A report in one language."""

    language: str
    title: str
    year: int
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    words: dict[str, str] = field(default_factory=dict)
    """Fixed words that every form needs (contents, chart ...)."""
