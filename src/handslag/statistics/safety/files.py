"""Protecting and auditing files: what the commands do."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.auditing import Fall, audit
from handslag.statistics.safety.gate import Release, release
from handslag.statistics.safety.ledger import Ledger, held
from handslag.statistics.safety.protecting import Protection
from handslag.statistics.safety.system import System
from handslag.statistics.safety.tables import (
    Cell,
    Hierarchy,
    ShownTable,
    TrueTable,
    complete,
    filled,
    read_table,
    write_table,
)

CERTIFICATE = "certificate.json"
PRIVATE = "not-for-publication"


def private_beside(out: Path) -> Path:
    """The folder for what is not for publication: beside the one to publish, never in it."""
    return out.with_name(f"{out.name}-{PRIVATE}")


def certificate(system: System, protection: Protection, threshold: int, sensitive: Sequence[str]) -> dict[str, object]:
    """What was hidden and why, with the witnesses: for those who answer for the release, not for publication.

    A change lists cells (by their place among those in changes) and by how much each differs from the truth; a witness
    names its change, and how often it is made (with a minus: the opposite way).
    """

    def named(cell: Cell) -> dict[str, str]:
        return dict(zip((*system.dimensions, "release"), cell, strict=False))

    moved = sorted({cell for change in protection.changes for cell in change})
    place = {cell: number for number, cell in enumerate(moved)}
    return {
        "not_for_publication": True,
        "threshold": threshold,
        "zeros_hidden": list(sensitive),
        "cells": len(system.counts),
        "primary": [named(cell) for cell in sorted(protection.primary)],
        "complementary": [named(cell) for cell in sorted(protection.complementary)],
        "moved": [named(cell) for cell in place],
        "changes": [[[place[cell], by] for cell, by in change.items()] for change in protection.changes],
        "witnesses": [{**asdict(witness), "cell": named(witness.cell)} for witness in protection.witnesses],
    }


def read_changes(path: Path, names: Sequence[str]) -> list[dict[Cell, int]]:
    """The changes of a certificate, with cells named by these dimensions (and the release). Raises BadInput."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        cells = [tuple(cell[name] for name in (*names, *(["release"] * ("release" in cell)))) for cell in held["moved"]]
        return [{cells[place]: int(by) for place, by in change} for change in held["changes"]]
    except (ValueError, KeyError, IndexError, TypeError):
        raise BadInput(f"{path} is not a certificate of these tables. Attack without --certificate.") from None


@dataclass(frozen=True)
class Task:
    """Linked tables as files, how they are to be read, and what makes a cell unsafe; the ledger knows earlier ones."""

    paths: tuple[Path, ...]
    count: str
    total: str
    hierarchies: tuple[Hierarchy, ...]
    threshold: int
    sensitive: tuple[str, ...]
    ledger: Path | None
    subject: str

    def read(self, paths: Sequence[Path]) -> list[ShownTable]:
        """The tables in these files. Raises BadInput, also for a sensitive dimension that none of them has."""
        tables = [read_table(path, self.count) for path in paths]
        there = dict.fromkeys(name for table in tables for name in table.dimensions)
        if unknown := sorted(set(self.sensitive) - there.keys()):
            raise BadInput(f"--sensitive {unknown[0]}: no table has it. There are {', '.join(there)}.")
        return [filled(table, self.sensitive, self.total) for table in tables]

    def truth(self) -> list[TrueTable]:
        """The tables of the task. Raises BadInput, also where a count is suppressed."""
        return [complete(table) for table in self.read(self.paths)]


def protect_files(
    task: Task, out: Path, *, edition: str = "", progress: Callable[[int, int], None] = lambda done, of: None
) -> Release:
    """Reads tables, protects them together, attacks the result, and writes it only when no unsafe cell falls.

    Writes each table to `out` under its own name, and the certificate outside of it; the ledger notes what was
    published about the subject as `edition`. Raises BadInput for input that is wrong or cannot be protected; then
    nothing is written.
    """
    tables = task.truth()
    if len({table.name for table in tables}) < len(tables):
        raise BadInput("Two tables have the same file name. Rename one.")
    rules = (task.total, task.hierarchies, task.threshold)
    with held(task.ledger) as ledger:
        earlier = ledger.of(task.subject)
        safe = release(tables, *rules, sensitive=task.sensitive, earlier=earlier, progress=progress)
        if not safe.falls:
            ledger.add(edition, task.subject, tables, safe.tables, task.sensitive)
            _write(task, safe, out)
    return safe


def _write(task: Task, safe: Release, out: Path) -> None:
    private = private_beside(out)
    for folder, mode in ((out, 0o777), (private, 0o700)):
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for table in safe.tables:
        write_table(table, task.count, out / table.name)
    write_private(private / CERTIFICATE, certificate(safe.system, safe.protection, task.threshold, task.sensitive))


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Writes JSON that is not for publication, readable by its owner alone."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def audit_files(task: Task, published: Path, *, certificate: Path | None = None) -> list[Fall]:
    """Attacks the tables of the folder `published`, whose true counts are the task's, under the same names.

    The changes of a certificate are tried first, and believed only where every sum agrees. Raises BadInput for a file
    that is no certificate, and for true counts that are suppressed.
    """
    shown, true = task.read([published / path.name for path in task.paths]), task.truth()
    earlier = Ledger(task.ledger).of(task.subject)
    names = sorted({name for table in (*true, *(one.table for one in earlier)) for name in table.dimensions})
    changes = read_changes(certificate, names) if certificate else []
    rules = (task.total, task.hierarchies, task.threshold)
    return audit(shown, true, *rules, sensitive=task.sensitive, earlier=earlier, changes=changes)
