"""Asking for any cross table: the interactive product, with noise instead of hidden cells.

What a report holds, shown or hidden, is never told here too: such cells are left to the report.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handslag.statistics.counting.cubes import cells_of
from handslag.statistics.counting.units import Counted, Leaf, collect
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.opening import open_folder
from handslag.statistics.reports.figures import definitions_of
from handslag.statistics.reports.specification import report
from handslag.statistics.safety.cell_keys import Noise, noisy, record_key
from handslag.statistics.safety.ledger import Ledger

MIN_SECRET = 32
IN_REPORT = "in_report"
NOISY = "noisy"
Codes = frozenset[tuple[str, str]]
"""What a cell is about: (dimension, code) for each that is no total."""


@dataclass(frozen=True)
class Answer:
    """A cell of an answer: its codes, its count with noise (None where it is left to the report) and its status."""

    codes: Mapping[str, str]
    count: int | None
    status: str


def read_secret(path: Path) -> bytes:
    """The secret of the noise. Raises BadInput for one that is too short: the same secret must serve for ever."""
    secret = path.read_bytes().strip()
    if len(secret) < MIN_SECRET:
        raise BadInput(f"{path}: the secret has {len(secret)} bytes. Give at least {MIN_SECRET}, kept for ever.")
    return secret


def ask(
    name: str, units: str, data: Path, year: int, by: Sequence[str], secret: bytes, ledger: Ledger, noise: Noise
) -> list[Answer]:
    """The units of a report by any of their dimensions (`place:LEVEL` allowed), each count with its noise.

    Raises BadInput for units or dimensions that there are not.
    """
    cube = next((c for c in report(name).cubes if c.units == units and not c.public), None)
    if cube is None:
        known = ", ".join(c.units for c in report(name).cubes if not c.public)
        raise BadInput(f"{name} has no cube {units}. It has {known}.")
    definition, outcomes = definitions_of(cube, {})
    connection = open_folder(data, dict.fromkeys(file for d in (definition, *outcomes) for file in d.files))
    found = collect(connection, definition, outcomes, year)
    if unknown := {one.partition(":")[0] for one in by} - set(found.dimensions):
        raise BadInput(f"{units} has no {min(unknown)}. It has {', '.join(found.dimensions)}.")
    rows = found.select(f"SELECT record, {', '.join(found.dimensions)} FROM counted")
    keys: dict[Leaf, list[float]] = defaultdict(list)
    for record, *leaf in rows:
        keys[tuple(leaf)].append(record_key(record, secret))
    counted = Counted(found.dimensions, {leaf: len(own) for leaf, own in keys.items()})
    in_report = set(_cells_in(ledger, f"{definition.label}, {year}"))
    return list(_answers(counted, keys, tuple(by), in_report, noise))


def _cells_in(ledger: Ledger, subject: str) -> Iterator[Codes]:
    for one in ledger.of(subject):
        for key in one.table.counts:
            yield _named(dict(zip(one.table.dimensions, key, strict=True)))


def _named(codes: Mapping[str, str]) -> Codes:
    return frozenset((name, code) for name, code in codes.items() if code != "total")


def _answers(
    counted: Counted, keys: Mapping[Leaf, Sequence[float]], by: tuple[str, ...], in_report: set[Codes], noise: Noise
) -> Iterator[Answer]:
    names = tuple(one.partition(":")[0] for one in by)
    for cell, leaves in cells_of(counted, by).items():
        codes = dict(zip(names, cell, strict=True))
        if _named(codes) in in_report:
            yield Answer(codes, None, IN_REPORT)
            continue
        found = [key for leaf in leaves for key in keys[leaf]]
        yield Answer(codes, noisy(len(found), sum(found) % 1, noise), NOISY)
