"""The attacker: what somebody can work out from published tables. Shares no code with what protects them.

The attacker knows every published cell, every sum, and that counts are whole and not negative. For each unsafe cell the
attacker seeks the least and the greatest count that any such table gives it, by integer programs (tighter than linear
ones), group by group of linked cells. Every table found answers for all cells at once. Cells that a person in the table
knows (the own cell, where the person is alone) are tried as known too.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.reading import Equation, Seen, components, worlds
from handslag.statistics.safety.tables import Earlier, Hierarchy, Table, without


@dataclass(frozen=True)
class Fall:
    """A cell that gives itself away: between which counts it must lie (no further than the threshold), and to whom."""

    cell: tuple[str, ...]
    low: int
    high: int
    to: str


NEAR = (400, 1600)
"""So many linked unknowns are tried first, then so many; at last all."""
OFTEN = 12
"""A change is made at most so many times over."""


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
        self._columns = self._matrix.tocsc()
        self._true = np.array(true)
        if (self._matrix @ self._true != np.array([number for *_sides, number in equations] or [0])).any():
            raise BadInput("The published cells and margins contradict each other.")
        self._moved: list[np.ndarray] = []
        self._moving: dict[int, list[int]] = {}
        self._times = np.zeros(len(true), dtype=int)
        self._least, self._most = self._true.copy(), self._true.copy()

    def hear(self, change: Mapping[int, int]) -> None:
        """Is told of a change by which the true table may become another: believed only if every sum agrees."""
        moved = np.array([self.place[unknown] for unknown in change])
        by = np.array(list(change.values()))
        if not (self._columns[:, moved] @ by).any():
            self._keep(moved, by)

    def reaches(self, unknown: int, wanted: int) -> int:
        """How near to `wanted` the unknown can come, from its true count, in a whole table that agrees with all."""
        place = self.place[unknown]
        true = int(self._true[place])
        if self._least[place] <= wanted <= self._most[place]:
            return wanted
        for among in self._wider(place):
            found = self._extreme(place, {}, 1 if wanted < true else -1, wanted, among)
            if found == wanted:
                break
        return found

    def still_closed(self, knower: int, others: list[int]) -> list[int]:
        """Of `others`, those that no table found yet opens to somebody who knows that `knower` is 1."""
        known = self.place[knower]
        with_it = np.zeros(len(self._true), dtype=int)
        for point in self._moving.get(known, ()):
            with_it[self._moved[point]] += 1
        return [other for other in others if with_it[self.place[other]] == self._times[self.place[other]]]

    def is_open(self, unknown: int, knower: int) -> bool:
        """Whether the unknown can still have two counts for somebody who knows that `knower` is 1."""
        place, known = self.place[unknown], {self.place[knower]: 1}
        true = int(self._true[place])
        wanted = ((1, max(true - 1, 0)), (-1, true + 1))
        tries = ((sign, limit, among) for among in self._wider(place) for sign, limit in wanted)
        return any(self._extreme(place, known, sign, limit, among) != true for sign, limit, among in tries)

    def _wider(self, place: int) -> Iterator[np.ndarray | None]:
        """Ever more unknowns around one; None for all."""
        for most in NEAR:
            if most < len(self._true):
                yield self._near(place, most)
        yield None

    def _near(self, place: int, most: int) -> np.ndarray:
        """Some unknowns around one, by the shortest sums that link them: what can change among them can in all."""
        near, waiting, seen, front = {place}, [], set(), [place]
        while len(near) < most:
            for cell in front:
                for row in self._indices(self._columns, cell):
                    if row not in seen:
                        seen.add(row)
                        heappush(waiting, (int(self._matrix.indptr[row + 1] - self._matrix.indptr[row]), row))
            if not waiting:
                break
            _length, row = heappop(waiting)
            front = [cell for cell in self._indices(self._matrix, row) if cell not in near]
            near.update(front)
        return np.array(sorted(near))

    @staticmethod
    def _indices(matrix, line: int) -> list[int]:
        return matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]].tolist()

    def _extreme(self, place: int, known: dict[int, int], sign: int, limit: int, among: np.ndarray | None) -> int:
        """The unknown's least (`sign` 1) or greatest (-1) count, no further than `limit`.

        With `among` only these unknowns may differ from their true counts.
        """
        columns = np.arange(len(self._true)) if among is None else among
        true, matrix = self._true[columns], self._columns[:, columns].tocsr()
        matrix = matrix[np.diff(matrix.indptr) > 0]
        at = int(np.searchsorted(columns, place))
        low, high = np.zeros(len(columns)), np.full(len(columns), np.inf)
        for other, number in known.items():
            if other in columns:
                low[columns == other] = high[columns == other] = number
        (low if sign > 0 else high)[at] = limit
        cost = np.zeros(len(columns))
        cost[at] = sign
        right = matrix @ true
        solved = milp(cost, bounds=Bounds(low, high), integrality=np.ones(len(columns)),
                      constraints=LinearConstraint(matrix, right, right))  # fmt: skip
        if solved.x is None:
            raise BadInput("The published cells and margins contradict each other.")
        found = np.rint(solved.x).astype(int)
        if (matrix @ found == right).all() and (found >= 0).all():
            moved = found != true
            self._keep(columns[moved], (found - true)[moved])
        return int(found[at])

    def _keep(self, moved: np.ndarray, by: np.ndarray) -> None:
        """Remembers the possible tables to which a change of these unknowns leads, also made more often or opposite."""
        true = self._true[moved]
        ways = [(way, (true[way < 0] // -way[way < 0]).min(initial=OFTEN)) for way in (by, -by)]
        for way, often in ways:
            self._least[moved] = np.minimum(self._least[moved], true + often * way)
            self._most[moved] = np.maximum(self._most[moved], true + often * way)
        if not any(often for _way, often in ways):
            return
        for place in moved.tolist():
            self._moving.setdefault(place, []).append(len(self._moved))
        self._times[moved] += 1
        self._moved.append(moved)


def audit(
    published: Sequence[Table],
    truth: Sequence[Table],
    total: str,
    hierarchies: Sequence[Hierarchy],
    threshold: int,
    *,
    sensitive: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
    changes: Sequence[Mapping[tuple[str, ...], int]] = (),
) -> list[Fall]:
    """Every unsafe cell (by `truth`) that an attacker can bound tighter than from 0 to `threshold`, or reads in print.

    Also each that somebody alone in a cell, who knows it to be 1, can work out exactly. The attacker knows what
    `earlier` releases published too; cells are unsafe as `sensitive` says of `protect`. `changes` are hints of tables
    that may be possible, by how they differ from the truth (cells named as in the certificate); each is tried against
    every sum before it counts, so that wrong ones cost time and nothing else. Raises BadInput where published tables
    and truth do not fit together.
    """
    seen, real = worlds(published, truth, total, hierarchies, earlier)
    if wrong := [cell for cell, number in seen.known.items() if real.known[cell] != number]:
        raise BadInput(f"{', '.join(wrong[0])} is published as {seen.known[wrong[0]]}, but is {real.known[wrong[0]]}.")
    small = {
        cell: n for cell, n in real.known.items() if 0 < n < threshold or _all_or_none(cell, real, sensitive, total)
    }
    falls = [Fall(cell, number, number, "every reader") for cell, number in small.items() if cell in seen.known]
    by_number = {number: cell for cell, number in seen.unknown.items()}
    bare = _OnlyZeros(truth, total, hierarchies)
    person_of = _persons([cell for cell, number in small.items() if number == 1], _Within(seen, total, hierarchies))
    groups = components(len(seen.unknown), seen.equations)
    hints = _hints(changes, seen, groups)
    for number, (unknowns, equations) in enumerate(groups):
        unsafe = [u for u in unknowns if by_number[u] in small]
        if unsafe:
            group = _Group(unknowns, equations, [real.known[by_number[u]] for u in unknowns])
            for change in hints[number]:
                group.hear(change)
            falls += _attack(group, unsafe, by_number, threshold)
            falls += _by_the_lone(group, unsafe, by_number, small, person_of, bare)
    return sorted(falls, key=lambda fall: (fall.cell, fall.to))


def _hints(changes: Sequence[Mapping[tuple[str, ...], int]], seen: Seen, groups: list) -> dict[int, list[dict]]:
    """Changes by unknown, in the parts that each group has of them; one of something published is none."""
    group_of = {unknown: number for number, (unknowns, _equations) in enumerate(groups) for unknown in unknowns}
    found = defaultdict(list)
    for change in changes:
        if change.keys() <= seen.unknown.keys():
            parts = defaultdict(dict)
            for cell, by in change.items():
                unknown = seen.unknown[cell]
                parts[group_of[unknown]][unknown] = by
            for number, part in parts.items():
                found[number].append(part)
    return found


def _all_or_none(cell: tuple[str, ...], real: Seen, sensitive: Sequence[str], total: str) -> bool:
    """Whether a cell tells that nobody of a group, which is not empty, has a sensitive value."""
    if real.known[cell] or not sensitive:
        return False
    places = [real.names.index(name) for name in sensitive if name in real.names]
    return any(real.known.get((*cell[:p], total, *cell[p + 1 :]), 0) for p in places if cell[p] != total)


def _attack(group: _Group, unsafe: list[int], by_number: dict, threshold: int) -> Iterator[Fall]:
    for unknown in unsafe:
        low, high = group.reaches(unknown, 0), group.reaches(unknown, threshold)
        if low > 0 or high < threshold:
            yield Fall(by_number[unknown], low, high, "every reader")


class _Within:
    """The cells that a cell lies within, itself among them: somebody alone in two such cells is the same person."""

    def __init__(self, seen: Seen, total: str, hierarchies: Sequence[Hierarchy]):
        self._total = total
        self._trees = [[h.parent_of for h in hierarchies if h.dimension == name] for name in seen.names]

    def __call__(self, cell: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        named = len(self._trees)
        above = [self._above(code, trees) for code, trees in zip(cell, self._trees, strict=False)]
        return ((*codes, *cell[named:]) for codes in itertools.product(*above))

    def _above(self, code: str, trees: list) -> list[str]:
        found = {code: None, self._total: None}
        for tree in trees:
            higher = code
            while higher in tree:
                higher = tree[higher]
                found[higher] = None
        return list(found)


def _persons(alone: list[tuple[str, ...]], within: _Within) -> dict[tuple[str, ...], int]:
    """A number for whoever is alone in each cell: of two such cells, one within the other, it is the same person."""
    number_of = {cell: number for number, cell in enumerate(alone)}
    same = [(number_of[cell], number_of[other]) for cell in alone for other in within(cell) if other in number_of]
    groups = components(len(alone), [(frozenset([one]), frozenset([other]), 0) for one, other in same])
    return {alone[i]: number for number, (members, _equations) in enumerate(groups) for i in members}


class _OnlyZeros:
    """What the public zeros tell when nothing else is known: of some cells, that they hold the same people."""

    def __init__(self, truth: Sequence[Table], total: str, hierarchies: Sequence[Hierarchy]):
        self._given = (truth, total, hierarchies)
        self._groups: dict[tuple, tuple[_Group, int]] | None = None

    def say_the_same(self, own: tuple[str, ...], cell: tuple[str, ...]) -> bool:
        """Whether the cell's count follows from the own one even so."""
        groups = self._built()
        (group, knower), (other, unknown) = groups.get(own, (None, 0)), groups.get(cell, (None, 0))
        return group is not None and group is other and not group.is_open(unknown, knower)

    def _built(self) -> dict[tuple, tuple[_Group, int]]:
        if self._groups is None:
            truth, total, hierarchies = self._given
            hidden = [without(table, {key for key, n in table.counts.items() if n}) for table in truth]
            seen, real = worlds(hidden, truth, total, hierarchies, ())
            by_number = {number: cell for cell, number in seen.unknown.items()}
            self._groups = {}
            for unknowns, equations in components(len(by_number), seen.equations):
                group = _Group(unknowns, equations, [real.known[by_number[u]] for u in unknowns])
                self._groups |= {by_number[u]: (group, u) for u in unknowns}
        return self._groups


def _by_the_lone(
    group: _Group, unsafe: list[int], by_number: dict, small: dict, person_of: dict, bare: _OnlyZeros
) -> Iterator[Fall]:
    for knower in (unknown for unknown in unsafe if small[by_number[unknown]] == 1):
        own = by_number[knower]
        strangers = [u for u in unsafe if u != knower and person_of[own] != person_of.get(by_number[u])]
        for other in group.still_closed(knower, strangers):
            cell = by_number[other]
            if not group.is_open(other, knower) and not bare.say_the_same(own, cell):
                yield Fall(cell, small[cell], small[cell], f"who is alone in {', '.join(own)}")
