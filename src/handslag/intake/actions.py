"""Taking a file of cases in: all of it or nothing."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from handslag.cases.opening import open_cases
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.planning import refresh_planner
from handslag.foundation.wall import lifted
from handslag.intake.checking import check_rows
from handslag.intake.problems import Problem, Unreadable
from handslag.intake.reading import rows
from handslag.journal.actions import record
from handslag.parties.viewer import Viewer

MANY = 1000
"""A load after which the database's planner should look anew."""


@dataclass
class Outcome:
    """What became of a file. `imported` counts new cases; rows that were there already are neither new nor wrong."""

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


def _note_check(actor: Viewer, checked: Outcome) -> None:
    """Journals that a file was only checked, or refused: what came of it tells of persons that are here."""
    problems = len(checked.problems)
    record(
        actor.label, "file_checked", "file", 0,
        party=actor.party_id, rows=checked.rows, known=checked.known, problems=problems,
    )  # fmt: skip


def import_cases(
    actor: Viewer,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Callable[[str, int], None] = lambda phase, done: None,
) -> Outcome:
    """Reads a case file and opens all its cases, or none when anything is wrong.

    The system may bring in cases for any party; a team lead for the own units. `progress` is told (phase, rows done).
    Raises NotAllowed for anyone else.
    """
    if not (actor.is_system or actor.led_unit_ids):
        raise NotAllowed(_("Only a team lead can bring in cases."))
    try:
        with lifted():
            units = None if actor.is_system else actor.led_unit_ids
            checked = check_rows(rows(path), units, lambda done: progress("check", done))
    except Unreadable as unreadable:
        return Outcome(problems=[unreadable.problem])
    outcome = Outcome(checked.rows, 0, checked.known, checked.problems, checked.wrong_rows)
    if outcome.ok and not dry_run:
        try:
            drafts = [draft for _row, draft in checked.drafts]
            outcome.imported = len(open_cases(actor, drafts, lambda done: progress("write", done)))
            if outcome.imported >= MANY:
                refresh_planner()
        except NotAllowed:
            raise
        except Refused as refused:
            outcome.imported, outcome.problems = 0, [Problem(0, "", refused.message)]
    if dry_run or not outcome.ok:
        _note_check(actor, outcome)
    return outcome
