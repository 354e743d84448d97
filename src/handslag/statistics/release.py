"""Protecting and auditing files: what the commands do."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from handslag.statistics.auditing import Fall, audit
from handslag.statistics.protecting import Protection, protect
from handslag.statistics.system import System, build
from handslag.statistics.tables import BadInput, Hierarchy, Table, read_hierarchy, read_table, write_table

CERTIFICATE = "certificate.json"


def hierarchies_of(given: Sequence[str]) -> list[Hierarchy]:
    """Hierarchies given as DIMENSION=MAP.csv. Raises BadInput for another form."""
    found = []
    for text in given:
        dimension, sign, path = text.partition("=")
        if not sign or not Path(path).is_file():
            raise BadInput(f"“{text}” is not DIMENSION=MAP.csv with a file that is there.")
        found.append(read_hierarchy(dimension, Path(path)))
    return found


def _hidden_in(table: Table, system: System, hidden: set, total: str) -> set:
    codes = {name: place for place, name in enumerate(table.dimensions)}

    def whole(key):
        return tuple(key[codes[name]] if name in codes else total for name in system.dimensions)

    return {key for key in table.counts if whole(key) in hidden}


def _without(table: Table, hidden: set) -> Table:
    counts = {key: None if key in hidden else number for key, number in table.counts.items()}
    return Table(table.name, table.dimensions, counts)


def _certificate(system: System, protection: Protection, threshold: int) -> dict:
    def named(cell) -> dict[str, str]:
        return dict(zip(system.dimensions, cell, strict=True))

    return {
        "not_for_publication": True,
        "threshold": threshold,
        "cells": len(system.counts),
        "primary": [named(cell) for cell in sorted(protection.primary)],
        "complementary": [named(cell) for cell in sorted(protection.complementary)],
        "witnesses": [
            {
                "cell": named(witness.cell),
                "reaches": witness.reaches,
                "changes": [{**named(cell), "by": by} for cell, by in witness.changes.items()],
            }
            for witness in protection.witnesses
        ],
    }


def protect_files(
    paths: Sequence[Path],
    out: Path,
    *,
    count: str,
    total: str,
    hierarchies: Sequence[Hierarchy],
    threshold: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Protection, list[Fall]]:
    """Reads tables, protects them together, attacks the result, and writes it only when no unsafe cell falls.

    Writes each table to `out` under its own name, and the certificate beside them. Raises BadInput for input that is
    wrong, and Unprotectable; then nothing is written.
    """
    tables = [read_table(path, count) for path in paths]
    if len({table.name for table in tables}) < len(tables):
        raise BadInput("Two tables have the same file name. Rename one.")
    if any(number is None for table in tables for number in table.counts.values()):
        raise BadInput("A table to protect holds suppressed cells already. Give the true counts.")
    system = build(tables, total, hierarchies)
    protection = protect(system, threshold, progress)
    hidden = {table.name: _hidden_in(table, system, protection.hidden, total) for table in tables}
    shown = [
        Table(t.name, t.dimensions, {k: None if k in hidden[t.name] else n for k, n in t.counts.items()})
        for t in tables
    ]
    falls = audit(shown, tables, total, hierarchies, threshold)
    if not falls:
        out.mkdir(parents=True, exist_ok=True)
        for table in tables:
            write_table(table, hidden[table.name], count, out / table.name)
        certificate = json.dumps(_certificate(system, protection, threshold), ensure_ascii=False, indent=1)
        path = out / CERTIFICATE
        path.touch(mode=0o600)
        path.write_text(certificate, encoding="utf-8")
    return protection, falls


def audit_files(
    published: Path, truth: Sequence[Path], *, count: str, total: str, hierarchies: Sequence[Hierarchy], threshold: int
) -> list[Fall]:
    """Attacks the tables of a folder whose true counts are in `truth`, under the same names."""
    shown = [read_table(published / path.name, count) for path in truth]
    return audit(shown, [read_table(path, count) for path in truth], total, hierarchies, threshold)
