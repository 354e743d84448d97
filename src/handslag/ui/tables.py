"""The one table: columns with a heading, and for each row of a list the cells that the columns make of it.

Cells are made in Python, since a list is most of what a page costs; every text is escaped here, by Python's own
`escape`: Django's, and its `mark_safe`, first look in each of their arguments for a text that is not translated yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString


def _small(text: str, tone: str = "") -> str:
    if not text:
        return ""
    return f'<small class="{tone}">{escape(text)}</small>' if tone else f"<small>{escape(text)}</small>"


def plain(text: str, small: str = "", small_tone: str = "") -> SafeString:
    """Text, with a second line below it."""
    return SafeString(f"{escape(text)}{_small(small, small_tone)}")  # noqa: S308  (escaped here)


def link(text: str, url: str, small: str = "") -> SafeString:
    """A link (text alone without a `url`), with a second line below it."""
    linked = f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)
    return SafeString(f"{linked}{_small(small)}")  # noqa: S308


def moment(text: str, tone: str, small: str = "") -> SafeString:
    """When something is or was, in its tone; empty without text."""
    return SafeString(f'<span class="when {tone}">{escape(text)}</span>{_small(small)}' if text else _small(small))  # noqa: S308


def state(text: str, code: str, small: str = "", small_tone: str = "") -> SafeString:
    """A state, in its colour."""
    return SafeString(f'<span class="state {code}">{escape(text)}</span>{_small(small, small_tone)}')  # noqa: S308


def tag(text: str) -> SafeString:
    """A small label."""
    return SafeString(f'<span class="tag">{escape(text)}</span>')  # noqa: S308


def tick(name: str, value: str, label: str, *, is_ticked: bool = False) -> SafeString:
    """A box to tick, named for screen readers."""
    ticked = " checked" if is_ticked else ""
    return SafeString(  # noqa: S308
        f'<input type="checkbox" name="{name}" value="{escape(value)}" id="{name}-{escape(value)}" '
        f'aria-label="{escape(label)}"{ticked}>'
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and the cell that it makes of a row. `is_head` marks the column that names the row."""

    heading: str
    cell: Callable[[Any], SafeString]
    is_head: bool = False
    is_heading_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list's rows, in columns. Rendered by ui/_table.html."""

    columns: tuple[Column, ...]
    rows: list

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def head(self) -> SafeString:
        """The headings' markup."""
        shown = ((column, escape(str(column.heading))) for column in self.columns)
        cells = (f'<span class="sr-only">{text}</span>' if column.is_heading_hidden else text for column, text in shown)
        return SafeString("".join(f'<th scope="col">{cell}</th>' for cell in cells))  # noqa: S308

    @property
    def body(self) -> SafeString:
        """The rows' markup."""
        shaped = [("<th scope=\"row\">", column.cell, "</th>") if column.is_head else ("<td>", column.cell, "</td>")
                  for column in self.columns]  # fmt: skip
        lines = ("".join([f"{begin}{cell(row)}{end}" for begin, cell, end in shaped]) for row in self.rows)
        return SafeString("".join(f"<tr>{line}</tr>\n" for line in lines))  # noqa: S308


def table(columns: Iterable[Column | None], rows: Iterable) -> Table:
    """A table of the columns that are there (None ones are left out)."""
    return Table(tuple(column for column in columns if column), list(rows))


def labelled(heading: str, cell: Callable[[Any], SafeString]) -> Column:
    """A column whose heading stands in each cell too where the table is not one: on a phone."""

    def told(row: Any) -> SafeString:
        return SafeString(f'<span class="on-phone">{escape(heading)}: </span>{cell(row)}')  # noqa: S308  (escaped here)

    return Column(heading, told)
