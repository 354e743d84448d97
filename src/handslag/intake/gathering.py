"""Checking a file some rows at a time, and gathering what is right in it and all that is wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from handslag.cases.opening import CHUNK
from handslag.intake.limits import MOST_PROBLEMS
from handslag.intake.problems import Problem
from handslag.intake.reading import Row

T = TypeVar("T")
WRONG_ROWS_KEPT = 200


@dataclass
class Checked(Generic[T]):
    """What a file holds: what is new by row, how many rows in all, how many are there already, and all problems."""

    drafts: list[tuple[int, T]] = field(default_factory=list)
    rows: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    wrong_rows: dict[int, dict[str, str]] = field(default_factory=dict)
    """The cells of rows with problems, by row number: the first WRONG_ROWS_KEPT of them, to show beside the errors."""


def gathered(
    checked: Checked[T], rows: Iterable[Row], look: Callable[[list[Row]], None], progress: Callable[[int], None]
) -> Checked[T]:
    """`checked`, to which `look` has added what it finds in some rows after the other; stops after very many problems.
    `progress` is told the rows read."""
    for chunk in _in_chunks(rows):
        look(chunk)
        checked.rows += len(chunk)
        _keep_wrong_rows(checked, chunk)
        progress(checked.rows)
        if len(checked.problems) > MOST_PROBLEMS:
            message = _("There are more than {most} errors. What follows was not checked: mend these first.")
            checked.problems.append(Problem(0, "", message.format(most=MOST_PROBLEMS)))
            break
    checked.problems.sort(key=lambda p: p.row)
    return checked


def _keep_wrong_rows(checked: Checked[T], chunk: list[Row]) -> None:
    wrong = {problem.row for problem in checked.problems}
    for row in chunk:
        if row.number in wrong and len(checked.wrong_rows) < WRONG_ROWS_KEPT:
            checked.wrong_rows[row.number] = row.cells


def _in_chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
