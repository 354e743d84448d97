"""Files that are brought in: their columns, as data, and what a room tells of a file that brings its history along."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from handslag.foundation.spans import Span

YES, NO = ("yes", "ja"), ("", "no", "nej")
Values = Mapping[str, Any]
"""What stands in a row, by column, as it is meant: a day, a time of day, a number, codes, or text; None where a cell
that is none of the last two is empty."""


@dataclass(frozen=True)
class Column:
    """One column: its name, the most characters it takes, whether it may be empty, and what its cells hold, if not any
    text."""

    name: str
    longest: int
    optional: bool = False
    may_lack: bool = False
    """Whether a file may leave the whole column out."""
    identifying: bool = False
    """Whether it tells who the person is: empty for one with protected identity, and filled in for all others."""
    codes: str = ""
    """Of which code list it holds a code."""
    several: bool = False
    """Whether it holds several codes, or names, with semicolons between."""
    days: Span | None = None
    """That it holds a day, and which may be told."""
    is_time: bool = False
    """Whether it holds a time of day."""
    is_number: bool = False
    has_lines: bool = False
    """Whether it may be broken over lines."""


@dataclass(frozen=True)
class Line:
    """A row of history that is right: the case, the post that noted it, what it tells, and a keyed fingerprint of it
    by which it is known again."""

    case_id: int
    by_id: int
    values: Values
    digest: str


@dataclass(frozen=True)
class History:
    """A kind of file by which a room's history of cases comes along.

    Each row names its party, the case and who noted it there; `columns` are those that follow.
    """

    name: str
    words: str | Promise
    columns: tuple[Column, ...]
    faults: Callable[[Any, Values], Iterator[tuple[str, str]]]
    """Of a case and a row whose cells are right each by itself: (column, what is wrong and how to mend it)."""
    key: Callable[[Values], Hashable]
    """What a row tells of: two rows of a case with the same key are the same event."""
    known: Callable[[Collection[int]], Mapping[tuple[int, Any], str]]
    """The events that stand in cases, by case and key, each with the fingerprint by which it was brought in, if so."""
    bring_in: Callable[[Any, Sequence[Line]], None]
    """The action that notes all of them, or none."""


@dataclass(frozen=True)
class Entered:
    """A row of an association's file that is right: the association, the post that vouches for it, what it tells."""

    association_id: int
    by_id: int
    values: Values


@dataclass(frozen=True)
class Register:
    """A kind of file of what associations keep; no row is about a person.

    Each row names its association and the officer who vouches for it; `columns` are those that follow.
    """

    name: str
    words: str | Promise
    columns: tuple[Column, ...]
    faults: Callable[[int, Values], Iterator[tuple[str, str]]]
    """Of an association and a row whose cells are right each by itself: (column, what is wrong, how to mend it)."""
    key: Callable[[Values], Hashable]
    """What a row tells of: two rows of an association with the same key are the same thing."""
    told: Callable[[Values], Hashable]
    """What a row tells, to be compared with another of the same thing."""
    known: Callable[[int], Mapping[Any, Hashable]]
    """What an association has already: what is told of each thing, by its key."""
    bring_in: Callable[[Any, Sequence[Entered]], None]
    """The action that notes all of them, or none."""
