"""Between which counts an unknown cell can lie: the attacker's integer programs over a group of linked unknowns.

Written for the attacker alone; shares no code with what protects. A table is its counts of the group's unknowns, in
their order `(unknowns,)`; counts are whole, of persons or of other units, and none is less than the reader knows.
"""

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix, csr_matrix

from handslag.statistics.arrays import Floats, Integers, product
from handslag.statistics.errors import BadInput
from handslag.statistics.safety.reading import Equation

NEAR = (400, 1600)
"""So many linked unknowns are tried first, then so many; at last all."""
OFTEN = 12
"""A change is made at most so many times over."""


class Group:
    """A group of linked unknowns, and the whole tables that are found to be possible; the true one is the first.

    `least` and `most` are what a reader knows each to be.
    """

    def __init__(
        self, unknowns: list[int], equations: list[Equation], true: list[int], least: list[int], most: list[float]
    ):
        self.place = {unknown: i for i, unknown in enumerate(unknowns)}
        rows: list[int] = []
        columns: list[int] = []
        values: list[int] = []
        for row, (adds, less, _number) in enumerate(equations):
            for unknown, value in (*((u, 1) for u in adds), *((u, -1) for u in less)):
                rows.append(row)
                columns.append(self.place[unknown])
                values.append(value)
        shape = (max(len(equations), 1), len(unknowns))
        self._matrix = csr_matrix((np.array(values, dtype=np.int64), (rows, columns)), shape=shape)
        self._columns = self._matrix.tocsc()
        self._true = np.array(true, dtype=np.int64)
        self._known, self._top = np.array(least, dtype=np.int64), np.array(most, dtype=float)
        if (product(self._matrix, self._true) != np.array([number for *_sides, number in equations] or [0])).any():
            raise BadInput("The published cells and margins contradict each other.")
        self._moved: list[Integers] = []
        self._moving: dict[int, list[int]] = {}
        self._times = np.zeros(len(true), dtype=np.int64)
        self._least, self._most = self._true.copy(), self._true.copy()

    def hear(self, change: Mapping[int, int]) -> None:
        """Is told of a change by which the true table may become another: believed only if every sum agrees."""
        moved = np.array([self.place[unknown] for unknown in change])
        by = np.array(list(change.values()))
        if not product(self._columns[:, moved], by).any():
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

    def _wider(self, place: int) -> Iterator[Integers | None]:
        """The places of ever more unknowns around one, `(some,)`; None for all."""
        for most in NEAR:
            if most < len(self._true):
                yield self._near(place, most)
        yield None

    def _near(self, place: int, most: int) -> Integers:
        """The places of some unknowns around one, in order, by the shortest sums that link them.

        What can change among them can in all.
        """
        near, front = {place}, [place]
        seen: set[int] = set()
        waiting: list[tuple[int, int]] = []
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
    def _indices(matrix: csr_matrix[np.int64] | csc_matrix[np.int64], line: int) -> list[int]:
        found: list[int] = matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]].tolist()
        return found

    def _extreme(self, place: int, known: dict[int, int], sign: int, limit: int, among: Integers | None) -> int:
        """The unknown's least (`sign` 1) or greatest (-1) count, no further than `limit`.

        With `among` only these unknowns may differ from their true counts.
        """
        columns = np.arange(len(self._true)) if among is None else among
        true, matrix = self._true[columns], self._columns[:, columns].tocsr()
        matrix = matrix[np.diff(matrix.indptr) > 0]
        at = int(np.searchsorted(columns, place))
        low, high = self._known[columns].astype(float), self._top[columns].copy()
        for other, number in known.items():
            if other in columns:
                low[columns == other] = high[columns == other] = number
        if sign > 0:
            low[at] = max(low[at], limit)
        else:
            high[at] = min(high[at], limit)
        cost = np.zeros(len(columns))
        cost[at] = sign
        right = product(matrix, true)
        solved = milp(cost, bounds=Bounds(low, high), integrality=np.ones(len(columns), dtype=int),
                      constraints=LinearConstraint(matrix, right, right))  # fmt: skip
        if solved.x is None:
            raise BadInput("The published cells and margins contradict each other.")
        found = np.rint(solved.x).astype(int)
        within = (found >= self._known[columns]) & (found <= self._top[columns])
        if (product(matrix, found) == right).all() and within.all():
            moved = found != true
            self._keep(columns[moved], (found - true)[moved])
        return int(found[at])

    def _keep(self, moved: Integers, by: Integers) -> None:
        """Remembers the possible tables to which a change of these unknowns leads, also made more often or opposite.

        `moved` are their places and `by` how much each changes, both `(moved,)`.
        """
        true = self._true[moved]
        room, above = true - self._known[moved], np.asarray(self._top[moved] - true, dtype=float)
        ways = [(way, self._often(way, room, above)) for way in (by, -by)]
        for way, often in ways:
            self._least[moved] = np.minimum(self._least[moved], true + often * way)
            self._most[moved] = np.maximum(self._most[moved], true + often * way)
        if not any(often for _way, often in ways):
            return
        for place in moved.tolist():
            self._moving.setdefault(place, []).append(len(self._moved))
        self._times[moved] += 1
        self._moved.append(moved)

    @staticmethod
    def _often(way: Integers, room: Integers, above: Floats) -> int:
        """How often a change can be made, at most 12 times: by the room that those have that fall and that rise."""
        down, up = (
            (room[way < 0] // -way[way < 0]).min(initial=OFTEN),
            (above[way > 0] / way[way > 0]).min(initial=OFTEN),
        )
        return int(min(down, up))
