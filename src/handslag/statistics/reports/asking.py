"""Asking for any cross table: the interactive product, with noise instead of hidden cells.

What a report holds, shown or hidden, is never told here too: such cells are left to the report. What is told here is
noted in the ledger, so that later reports know it; an answer that would give away what a report hides is refused.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handslag.statistics.counting.cubes import LEVELS, TOTAL, cells_of, hierarchies_of
from handslag.statistics.counting.engines import Embedded
from handslag.statistics.counting.units import Counted, Leaf, collect
from handslag.statistics.definitions.catalogue import files_behind
from handslag.statistics.errors import BadInput
from handslag.statistics.reports.figures import Rules, definitions_of
from handslag.statistics.reports.specification import report
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.cell_keys import Noise, noisy, record_key
from handslag.statistics.safety.ledger import Ledger, subject_of
from handslag.statistics.safety.tables import Earlier, Hierarchy, Table

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

    The ledger is told of it. Raises BadInput for units, dimensions or levels that there are not, and for an answer with
    which somebody could work out what a report hides.
    """
    cube = next((c for c in report(name).cubes if c.units == units and not c.public), None)
    if cube is None:
        known = ", ".join(c.units for c in report(name).cubes if not c.public)
        raise BadInput(f"{name} has no cube {units}. It has {known}.")
    definition, outcomes = definitions_of(cube, {})
    session = Embedded(data, files_behind(definition, *outcomes))
    dimensions = collect(session, definition, outcomes, year)
    _refuse_unknown(units, by, dimensions)
    rows = session.rows(f"SELECT record, {', '.join(dimensions)} FROM counted", definition.label)
    keys: dict[Leaf, list[float]] = defaultdict(list)
    for record, *leaf in rows:
        keys[tuple(leaf)].append(record_key(record, secret))
    counted = Counted(dimensions, {leaf: len(own) for leaf, own in keys.items()})
    subject = subject_of(units, year)
    in_report = set(_cells_in(ledger, subject))
    names = tuple(one.partition(":")[0] for one in by)
    truth: dict[Leaf, int] = {}
    told: dict[Leaf, int | None] = {}
    for cell, leaves in cells_of(counted, by).items():
        own = [key for leaf in leaves for key in keys[leaf]]
        truth[cell] = len(own)
        is_told = _named(dict(zip(names, cell, strict=True))) not in in_report
        told[cell] = noisy(len(own), sum(own) % 1, noise) if is_told else None
    before = ledger.of(subject)
    ledger.add_answer(subject, Table(",".join(by), names, truth), Table(",".join(by), names, told), noise)
    hierarchies = hierarchies_of(counted) if "place" in counted.dimensions else []
    _refuse_to_give_away(before, ledger.of(subject), hierarchies, in_report)
    return [
        Answer(dict(zip(names, cell, strict=True)), number, IN_REPORT if number is None else NOISY)
        for cell, number in told.items()
    ]


def _refuse_unknown(units: str, by: Sequence[str], dimensions: Sequence[str]) -> None:
    for one in by:
        dimension, _sign, level = one.partition(":")
        if dimension not in dimensions:
            raise BadInput(f"{units} has no {dimension}. It has {', '.join(dimensions)}.")
        if level and (dimension != "place" or level not in LEVELS):
            raise BadInput(f"--by {one}: there is no such level. There are {', '.join(f'place:{n}' for n in LEVELS)}.")
    if len({one.partition(":")[0] for one in by}) < len(by):
        raise BadInput("--by: name each dimension once.")


def _refuse_to_give_away(
    before: Sequence[Earlier], after: Sequence[Earlier], hierarchies: Sequence[Hierarchy], in_report: set[Codes]
) -> None:
    """Raises BadInput where a cell of a report falls that did not before the answer."""
    if not in_report:
        return
    falls = []
    for earlier in (before, after):
        names = sorted({name for one in earlier for name in one.table.dimensions})
        sensitive = sorted({name for one in earlier for name in one.sensitive})
        there = [one for one in hierarchies if one.dimension in names]
        found = audit([], [], TOTAL, there, Rules().threshold, sensitive=sensitive, earlier=earlier)
        falls.append({_named(dict(zip(names, fall.cell, strict=False))) for fall in found} & in_report)
    if falls[1] - falls[0]:
        raise BadInput("With this answer somebody could work out what a report hides. Ask by fewer dimensions.")


def _cells_in(ledger: Ledger, subject: str) -> Iterator[Codes]:
    for one in ledger.of(subject):
        for key in one.table.counts if one.bounds is None else ():
            yield _named(dict(zip(one.table.dimensions, key, strict=True)))


def _named(codes: Mapping[str, str]) -> Codes:
    return frozenset((name, code) for name, code in codes.items() if code != "total")
