"""Taking a file of cases in, or one of their history: all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.utils.translation import gettext_lazy

from handslag.cases.opening import open_cases
from handslag.foundation.files import History, Register
from handslag.foundation.rooms import Words, rooms
from handslag.intake.checking import check_rows
from handslag.intake.columns import HISTORY, NAMES, REGISTER
from handslag.intake.history import check_history
from handslag.intake.reading import rows
from handslag.intake.registers import check_register, kept_associations
from handslag.intake.taking import Outcome, Progress, led_units, taken
from handslag.parties.rules import ASSOCIATION_ROLES, LEAD
from handslag.parties.viewer import Viewer

CASES = "cases"


def _unheard(_phase: str, _done: int) -> None:
    """Nobody is told how far a file has come."""


def import_cases(actor: Viewer, path: Path, *, dry_run: bool = False, progress: Progress = _unheard) -> Outcome:
    """Reads a case file and opens all its cases, or none when anything is wrong.

    The system may bring in cases for any party; a team lead for the own units. `progress` is told (phase, rows done).
    Raises NotAllowed for anyone else.
    """
    units = led_units(actor)
    return taken(
        actor,
        CASES,
        lambda: check_rows(rows(path), units, lambda done: progress("check", done)),
        lambda drafts: open_cases(actor, drafts, lambda done: progress("write", done)),
        dry_run=dry_run,
    )


def import_history(
    kind: History, actor: Viewer, path: Path, *, dry_run: bool = False, progress: Progress = _unheard
) -> Outcome:
    """Reads a file of what has been in cases and notes all of it, or nothing when anything is wrong.

    The system may bring in history for any party; a team lead that of the cases for which the own units are
    responsible. Raises NotAllowed for anyone else.
    """
    units, columns = led_units(actor), (*HISTORY, *kind.columns)
    return taken(
        actor,
        kind.name,
        lambda: check_history(kind, rows(path, columns), units, lambda done: progress("check", done)),
        lambda lines: kind.bring_in(actor, lines),
        dry_run=dry_run,
    )


def import_register(
    kind: Register, actor: Viewer, path: Path, *, dry_run: bool = False, progress: Progress = _unheard
) -> Outcome:
    """Reads a file of what associations keep and notes all of it, or nothing when anything is wrong.

    The system may bring it in for any association; an officer for the own ones. Raises NotAllowed for anyone else.
    """
    kept, columns = kept_associations(actor), (*REGISTER, *kind.columns)
    return taken(
        actor,
        kind.name,
        lambda: check_register(kind, rows(path, columns), kept, lambda done: progress("check", done)),
        lambda entered: kind.bring_in(actor, entered),
        dry_run=dry_run,
    )


@dataclass(frozen=True)
class Kind:
    """A kind of file, in words: the names of its columns, those by which a row is known, who brings it in, and what
    takes a file in."""

    words: Words
    names: tuple[str, ...]
    shown: tuple[str, ...]
    roles: tuple[str, ...]
    take: Callable[..., Outcome]


def kinds() -> dict[str, Kind]:
    """Every kind of file that is brought in, by name: cases first, then what rooms declare of their history, and of
    what associations keep."""
    lead = (LEAD,)
    found = {CASES: Kind(gettext_lazy("Cases"), NAMES, ("case_ref", "given_name", "family_name"), lead, import_cases)}
    for room in rooms().values():
        for history in room.histories:
            names = tuple(column.name for column in (*HISTORY, *history.columns))
            found[history.name] = Kind(history.words, names, ("case",), lead, partial(import_history, history))
        for register in room.registers:
            names = tuple(column.name for column in (*REGISTER, *register.columns))
            take = partial(import_register, register)
            found[register.name] = Kind(register.words, names, names[2:4], ASSOCIATION_ROLES, take)
    return found
