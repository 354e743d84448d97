"""Taking a file in: all of it or nothing, and what became of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.planning import refresh_planner
from handslag.foundation.wall import lifted
from handslag.intake.gathering import Checked
from handslag.intake.problems import Problem, Unreadable
from handslag.journal.actions import record
from handslag.parties.viewer import Viewer

MANY = 1000
"""A load after which the database's planner should look anew."""
T = TypeVar("T")
Progress = Callable[[str, int], None]
"""Is told the phase, and how many rows are done."""


@dataclass
class Outcome:
    """What became of a file. `imported` counts what is new; rows that were there already are neither new nor wrong."""

    rows: int = 0
    imported: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    wrong_rows: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the file was taken (or, on a dry run, would be)."""
        return not self.problems

    def as_json(self) -> dict:
        """The outcome as `--format json` prints it."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "imported": self.imported,
            "errors": [asdict(problem) for problem in self.problems],
        }


def led_units(actor: Viewer) -> frozenset[int] | None:
    """The units for which somebody brings files in; None for the system, which does for all.

    Raises NotAllowed for who leads none.
    """
    if not (actor.is_system or actor.led_unit_ids):
        raise NotAllowed(_("Only a team lead can bring in files."))
    return None if actor.is_system else actor.led_unit_ids


def _note_check(actor: Viewer, kind: str, checked: Outcome) -> None:
    """Journals that a file was only checked, or refused: what came of it tells of persons that are here."""
    problems = len(checked.problems)
    record(
        actor.label, "file_checked", "file", 0,
        party=actor.party_id, kind=kind, rows=checked.rows, known=checked.known, problems=problems,
    )  # fmt: skip


def taken(
    actor: Viewer, kind: str, check: Callable[[], Checked[T]], take: Callable[[list[T]], object], *, dry_run: bool
) -> Outcome:
    """Checks a file and, unless this is a dry run, takes all that is new in it, or nothing when anything is wrong."""
    try:
        with lifted():
            checked = check()
    except Unreadable as unreadable:
        return Outcome(problems=[unreadable.problem])
    outcome = Outcome(checked.rows, 0, checked.known, checked.problems, checked.wrong_rows)
    if outcome.ok and not dry_run:
        try:
            take([draft for _row, draft in checked.drafts])
            outcome.imported = len(checked.drafts)
            if outcome.imported >= MANY:
                refresh_planner()
        except NotAllowed:
            raise
        except Refused as refused:
            outcome.problems = [Problem(0, "", refused.message)]
    if dry_run or not outcome.ok:
        _note_check(actor, kind, outcome)
    return outcome
