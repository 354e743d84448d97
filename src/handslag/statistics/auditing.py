"""The attacker: what somebody can work out from published tables. Shares no code with what protects them.

The attacker knows every published cell, every sum, and that counts are whole and not negative. For each unsafe cell the
attacker seeks the least and the greatest count that any such table gives it, by integer programs (tighter than linear
ones), group by group of linked cells. Every table found answers for all cells at once. Cells that a person in the table
knows (the own cell, where the person is alone) are tried as known too.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from handslag.statistics.tables import BadInput, Hierarchy, Table


@dataclass(frozen=True)
class Fall:
    """A cell that gives itself away: between which counts it must lie (no further than the threshold), and to whom."""

    cell: tuple[str, ...]
    low: int
    high: int
    to: str


Equation = tuple[frozenset[int], frozenset[int], int]
"""Unknowns that add, unknowns that subtract, and the number that they come to."""


class _Published:
    """The published tables as unknowns and equations between them."""

    def __init__(self, tables: Sequence[Table], total: str, hierarchies: Sequence[Hierarchy]):
        self.names = sorted({name for table in tables for name in table.dimensions})
        self.known: dict[tuple, int] = {}
        self.unknown: dict[tuple, int] = {}
        for table in tables:
            for key, number in table.counts.items():
                cell = self._cell(table, key, total)
                if number is None:
                    self.unknown.setdefault(cell, len(self.unknown))
                else:
                    self.known[cell] = number
        if both := self.known.keys() & self.unknown.keys():
            raise BadInput(f"{', '.join(min(both))} is published in one table and suppressed in another.")
        self.equations = set(self._equations(tables, total, hierarchies))

    def _cell(self, table: Table, key: tuple[str, ...], total: str) -> tuple[str, ...]:
        codes = dict(zip(table.dimensions, key, strict=True))
        return tuple(codes.get(name, total) for name in self.names)

    def _equations(self, tables, total, hierarchies) -> Iterator[Equation]:
        for table in tables:
            for axis, name in enumerate(table.dimensions):
                trees = [h.parent_of for h in hierarchies if h.dimension == name]
                lines = defaultdict(dict)
                for key in table.counts:
                    lines[key[:axis] + key[axis + 1 :]][key[axis]] = self._cell(table, key, total)
                codes = {key[axis] for key in table.counts}
                for line in lines.values():
                    for parent, children in _trees(codes, trees, total):
                        if parent in line:
                            yield from self._equation(line[parent], [line[c] for c in children if c in line])

    def _equation(self, whole, parts) -> Iterator[Equation]:
        adds = frozenset(self.unknown[p] for p in parts if p in self.unknown)
        less = frozenset([self.unknown[whole]] if whole in self.unknown else [])
        if adds or less:
            yield adds, less, self.known.get(whole, 0) - sum(self.known.get(p, 0) for p in parts)


def _trees(codes: set[str], trees: list[dict], total: str) -> list[tuple[str, list[str]]]:
    above = {parent for tree in trees for parent in tree.values()}
    bottom = sorted(code for code in codes if code != total and code not in above)
    found, complete = [], False
    for tree in trees:
        below = defaultdict(list)
        for code in codes:
            if code in tree:
                below[tree[code]].append(code)
        found += list(below.items())
        roots = sorted(parent for parent in below if parent not in tree)
        if total in below:
            complete = True
        elif all(code in tree for code in bottom) and set(roots) <= codes:
            found.append((total, roots))
            complete = True
    return found if complete or not bottom else [*found, (total, bottom)]


def _components(size: int, equations: Iterable[Equation]) -> list[tuple[list[int], list[Equation]]]:
    """The unknowns in groups that no equation links, each with its equations."""
    root = list(range(size))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    equations = list(equations)
    for adds, less, _number in equations:
        first, *others = [*adds, *less]
        for other in others:
            root[find(other)] = find(first)
    members, own = defaultdict(list), defaultdict(list)
    for i in range(size):
        members[find(i)].append(i)
    for equation in equations:
        own[find(next(iter(equation[0] | equation[1])))].append(equation)
    return [(found, own[key]) for key, found in members.items()]


class _Group:
    """A group of linked unknowns, and the whole tables that are found to be possible; the true one is the first."""

    def __init__(self, unknowns: list[int], equations: list[Equation], true: list[int]):
        self.place = {unknown: i for i, unknown in enumerate(unknowns)}
        rows, columns, values = [], [], []
        for row, (adds, less, _number) in enumerate(equations):
            for unknown, value in (*((u, 1) for u in adds), *((u, -1) for u in less)):
                rows.append(row)
                columns.append(self.place[unknown])
                values.append(value)
        self._matrix = csr_matrix((values, (rows, columns)), shape=(max(len(equations), 1), len(unknowns)))
        self._right = np.array([number for *_sides, number in equations] or [0])
        self._points = [np.array(true)]
        if (self._matrix @ self._points[0] != self._right).any():
            raise BadInput("The published cells and margins contradict each other.")

    def reaches(self, unknown: int, wanted: int) -> int:
        """How near to `wanted` the unknown can come, from its true count, in a whole table that agrees with all."""
        place = self.place[unknown]
        true = int(self._points[0][place])
        if any(point[place] >= wanted if wanted > true else point[place] <= wanted for point in self._points):
            return wanted
        return self._extreme(place, {}, 1 if wanted < true else -1, wanted)

    def is_open(self, unknown: int, knower: int) -> bool:
        """Whether the unknown can still have two counts for somebody who knows that `knower` is 1."""
        place, known = self.place[unknown], self.place[knower]
        if any(p[known] == 1 and p[place] != self._points[0][place] for p in self._points):
            return True
        true = int(self._points[0][place])
        wanted = ((1, max(true - 1, 0)), (-1, true + 1))
        return any(self._extreme(place, {known: 1}, sign, limit) != true for sign, limit in wanted)

    def _extreme(self, place: int, known: dict[int, int], sign: int, limit: int) -> int:
        """The unknown's least (`sign` 1) or greatest (-1) count, no further than `limit`."""
        size = len(self.place)
        low, high = np.zeros(size), np.full(size, np.inf)
        for at, number in known.items():
            low[at] = high[at] = number
        (low if sign > 0 else high)[place] = limit
        cost = np.zeros(size)
        cost[place] = sign
        solved = milp(cost, bounds=Bounds(low, high), integrality=np.ones(size),
                      constraints=LinearConstraint(self._matrix, self._right, self._right))  # fmt: skip
        if solved.x is None:
            raise BadInput("The published cells and margins contradict each other.")
        point = np.rint(solved.x).astype(int)
        if (self._matrix @ point == self._right).all() and (point >= 0).all():
            self._points.append(point)
        return int(point[place])


def audit(
    published: Sequence[Table], truth: Sequence[Table], total: str, hierarchies: Sequence[Hierarchy], threshold: int
) -> list[Fall]:
    """Every unsafe cell (by `truth`) that an attacker can bound tighter than from 0 to `threshold`, or reads in print.

    Also each that somebody alone in a cell, who knows it to be 1, can work out exactly. Raises BadInput where published
    tables and truth do not fit together.
    """
    seen, real = _Published(published, total, hierarchies), _Published(truth, total, hierarchies)
    if seen.known.keys() | seen.unknown.keys() != real.known.keys():
        raise BadInput("The published tables and the true ones do not have the same cells.")
    if wrong := [cell for cell, number in seen.known.items() if real.known[cell] != number]:
        raise BadInput(f"{', '.join(wrong[0])} is published as {seen.known[wrong[0]]}, but is {real.known[wrong[0]]}.")
    small = {cell: number for cell, number in real.known.items() if 0 < number < threshold}
    falls = [Fall(cell, number, number, "every reader") for cell, number in small.items() if cell in seen.known]
    by_number = {number: cell for cell, number in seen.unknown.items()}
    person_of = _persons([cell for cell, number in small.items() if number == 1], _Inside(seen, total, hierarchies))
    for unknowns, equations in _components(len(seen.unknown), seen.equations):
        unsafe = [u for u in unknowns if by_number[u] in small]
        if unsafe:
            group = _Group(unknowns, equations, [real.known[by_number[u]] for u in unknowns])
            falls += _attack(group, unsafe, by_number, threshold)
            falls += _by_the_lone(group, unsafe, by_number, small, person_of)
    return sorted(falls, key=lambda fall: (fall.cell, fall.to))


def _attack(group: _Group, unsafe: list[int], by_number: dict, threshold: int) -> Iterator[Fall]:
    for unknown in unsafe:
        low, high = group.reaches(unknown, 0), group.reaches(unknown, threshold)
        if low > 0 or high < threshold:
            yield Fall(by_number[unknown], low, high, "every reader")


class _Inside:
    """Whether one cell lies within another: then somebody alone in both is the same person."""

    def __init__(self, seen: _Published, total: str, hierarchies: Sequence[Hierarchy]):
        self._total = total
        self._trees = [[h.parent_of for h in hierarchies if h.dimension == name] for name in seen.names]

    def __call__(self, inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
        return all(self._below(i, o, trees) for i, o, trees in zip(inner, outer, self._trees, strict=True))

    def _below(self, code: str, other: str, trees: list) -> bool:
        if other in (self._total, code):
            return True
        return any(code in tree and self._below(tree[code], other, [tree]) for tree in trees)


def _persons(alone: list[tuple[str, ...]], inside: _Inside) -> dict[tuple[str, ...], int]:
    """A number for whoever is alone in each cell: of two such cells, one within the other, it is the same person."""
    groups = _components(len(alone), _nested(alone, inside))
    return {alone[i]: number for number, (members, _equations) in enumerate(groups) for i in members}


def _nested(alone: list[tuple[str, ...]], inside: _Inside) -> Iterator[Equation]:
    for (i, one), (j, other) in itertools.combinations(enumerate(alone), 2):
        if inside(one, other) or inside(other, one):
            yield frozenset([i]), frozenset([j]), 0


def _by_the_lone(group: _Group, unsafe: list[int], by_number: dict, small: dict, person_of: dict) -> Iterator[Fall]:
    alone = [unknown for unknown in unsafe if small[by_number[unknown]] == 1]
    for knower, other in itertools.product(alone, unsafe):
        own, cell = by_number[knower], by_number[other]
        if person_of.get(own) != person_of.get(cell) and not group.is_open(other, knower):
            yield Fall(cell, small[cell], small[cell], f"who is alone in {', '.join(own)}")
