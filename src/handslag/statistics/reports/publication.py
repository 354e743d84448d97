"""What a publication holds, in one language and free of any form: sections with sentences, and grids of cells."""

from dataclasses import dataclass, field
from itertools import accumulate, groupby

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
class Column:
    """A column: what it shows, and the group whose columns stand together (empty where it stands alone)."""

    label: str
    group: str = ""

    @property
    def name(self) -> str:
        """Its heading where headings have one line."""
        return f"{self.group}: {self.label}" if self.group else self.label


@dataclass(frozen=True)
class Grid:
    """A table to read, with what its chart shows."""

    name: str
    caption: str
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()
    bars_are_shares: bool = False

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """The groups of columns that stand together, each with how many there are; none where all stand alone."""
        found = [(name, len(list(columns))) for name, columns in groupby(self.columns, lambda one: one.group)]
        return tuple(found) if len(found) > 1 else ()

    @property
    def begins(self) -> set[int]:
        """The places of the columns with which a group begins."""
        return set(accumulate((width for _name, width in self.groups), initial=0)) if self.groups else set()


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
    """Fixed words that every form needs (contents, notes ...)."""
