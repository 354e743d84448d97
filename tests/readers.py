"""`python -m tests.readers`: readers with their real knowledge, over random worlds of tables that the product made safe.

A reader here shares no code with the product: the sums come from how the tables were counted, and what each hidden cell
can be is sought by integer programs over all of them at once. A reader knows that hidden is not zero.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.safety.gate import release
from handslag.statistics.safety.tables import Hierarchy, Table
from tests.test_disclosure_control import ASSOCIATION, COUNTY, THRESHOLD, TOTAL, table

KINDS = ("linked", "overlapping", "sparse", "cyclic", "with zeros")
CODES = {"place": sorted(COUNTY), "sex": ["man", "woman"], "age": ["old", "young"], "group": ["x", "y", "z"]}
Named = frozenset[tuple[str, str]]
"""What a cell is about, whatever the table: (dimension, code) of each that is no total."""


@dataclass
class World:
    """Tables of the same people, and the maps of their dimensions."""

    tables: list[Table]
    maps: dict[str, list[dict[str, str]]]

    @property
    def hierarchies(self) -> list[Hierarchy]:
        """The maps as the product takes them."""
        return [Hierarchy(name, tree) for name, trees in self.maps.items() for tree in trees]


def world(kind: str, seed: int) -> World:
    """A random world of that kind."""
    chance = np.random.default_rng(seed)
    size = int(chance.integers(4, 30) if kind == "sparse" else chance.integers(10, 130))
    lean = {name: chance.dirichlet(np.full(len(codes), 0.5 if kind == "with zeros" else 2.0)) for name, codes in CODES.items()}  # fmt: skip
    people = [{name: str(chance.choice(codes, p=lean[name])) for name, codes in CODES.items()} for _ in range(size)]
    trees = {"overlapping": [COUNTY, ASSOCIATION], "cyclic": []}.get(kind, [COUNTY])
    sets = {
        "linked": [("place", "sex"), ("place", "age"), ("sex", "group")],
        "overlapping": [("place", "sex"), ("place", "age")],
        "sparse": [("place", "sex", "age", "group")],
        "cyclic": [("sex", "age"), ("age", "group"), ("sex", "group")],
        "with zeros": [("place", "group"), ("place", "sex", "age")],
    }[kind]
    maps = {"place": trees} if any("place" in names for names in sets) and trees else {}
    return World([table("-".join(s), people, {n: CODES[n] for n in s}, maps) for s in sets], maps)


class Reader:
    """What somebody knows who has read the tables: every count that is shown, every sum, and that hidden is not zero."""

    def __init__(self, world: World, shown: list[Table], surely: int = 1):
        self._counts: dict[Named, int | None] = {}
        for one in shown:
            for key, number in one.counts.items():
                self._counts[named(one, key)] = number
        self.hidden = [cell for cell, number in self._counts.items() if number is None]
        self._place = {cell: place for place, cell in enumerate(self.hidden)}
        rows = [self._row(whole, parts) for one in shown for whole, parts in _sums(one, world.maps)]
        rows = [(row, number) for row, number in rows if row.any()]
        self._matrix = np.array([row for row, _number in rows]).reshape(len(rows), len(self.hidden))
        self._right, self._surely = np.array([number for _row, number in rows], dtype=float), surely

    def _row(self, whole: Named, parts: list[Named]) -> tuple[np.ndarray, int]:
        row, number = np.zeros(len(self.hidden)), 0
        for cell, sign in [(whole, -1), *((part, 1) for part in parts)]:
            if (known := self._counts[cell]) is None:
                row[self._place[cell]] += sign
            else:
                number -= sign * known
        return row, number

    def could_be(self, cell: Named) -> tuple[int, int]:
        """The least and the greatest count that a hidden cell can have (no further than 50)."""
        ends = []
        for sign in (1, -1):
            cost, high = np.zeros(len(self.hidden)), np.full(len(self.hidden), np.inf)
            cost[self._place[cell]], high[self._place[cell]] = sign, 50
            sums = LinearConstraint(self._matrix, self._right, self._right) if len(self._matrix) else ()
            found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(np.full(len(cost), self._surely), high),
                         constraints=sums)  # fmt: skip
            ends.append(round(found.x[self._place[cell]]))
        return ends[0], ends[1]


def named(one: Table, key: tuple[str, ...]) -> Named:
    """The cell, whatever the table."""
    return frozenset((name, code) for name, code in zip(one.dimensions, key, strict=True) if code != TOTAL)


def _sums(one: Table, maps: dict[str, list[dict[str, str]]]) -> Iterator[tuple[Named, list[Named]]]:
    for axis, name in enumerate(one.dimensions):
        ways = [*maps.get(name, []), dict.fromkeys(CODES[name], TOTAL)]
        for tree in ways:
            for whole in one.counts:
                parts = [
                    (*whole[:axis], code, *whole[axis + 1 :]) for code, above in tree.items() if above == whole[axis]
                ]
                if parts:
                    yield named(one, whole), [named(one, part) for part in parts]


def attacked(found: World) -> Counter:
    """How many cells are unsafe, and how many of them a reader can tell to be small, or exactly."""
    told: Counter = Counter()
    safe = release(found.tables, TOTAL, found.hierarchies, THRESHOLD)
    told["refused"] = len(safe.falls)
    counts = {named(one, key): number for one in found.tables for key, number in one.counts.items()}
    shown = list(safe.tables)
    reader = Reader(found, shown)
    nobody_told = Reader(found, [Table(t.name, t.dimensions, {k: 0 if n == 0 else None for k, n in t.counts.items()}) for t in shown])  # fmt: skip
    for cell in (cell for cell, number in counts.items() if 0 < number < THRESHOLD):
        told["unsafe"] += 1
        if cell not in reader.hidden:
            told["printed"] += 1
            continue
        low, high = reader.could_be(cell)
        told["below the threshold"] += high < THRESHOLD
        told["exactly"] += low == high
        told["from more than 1"] += low > 1
        told["more than the zeros tell"] += low > 1 and low > nobody_told.could_be(cell)[0]
    return told


def main() -> None:
    """Attacks so many worlds (200, or the number given) and prints what fell; exits 1 if a cell did."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    every: Counter = Counter()
    for kind in KINDS:
        found: Counter = Counter()
        for seed in range(many // len(KINDS)):
            found += attacked(world(kind, seed))
        print(f"{kind:<12} {many // len(KINDS)} worlds, {dict(found)}", flush=True)
        every += found
    print(f"all: {dict(every)}")
    sys.exit(any(every[what] for what in ("refused", "printed", "below the threshold", "exactly", "more than the zeros tell")))  # fmt: skip


if __name__ == "__main__":
    main()
