"""Finding tables that an attacker must hold for possible: the cheapest change of the true table that moves one bundle.

A change is sought by linear programs: among what is hidden near by, then among all near by, then wider. Each
neighbourhood keeps its program, so that a search costs only what it changes; those that have no program in common
search side by side.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.safety.bundling import Bundles

FREE = 1e-4
"""What it costs to change a bundle by one that is hidden already."""
INNER = 0.3
"""A neighbourhood serves the inner part of its bundles; those at its edge have one where they stand further in."""
AT_ONCE = 8
"""So many searches go side by side, on any machine: what is found does not depend on it."""
DIVE = 200
"""After so many roundings in a row a whole change is sought by an integer program."""
ROUNDING = 1e-6
TIME_LIMIT = 60.0


@dataclass(frozen=True)
class Reach:
    """How far a search goes: among about so many bundles (None for all), and whether only the hidden ones change."""

    most: int | None
    only_hidden: bool = False


REACHES = (Reach(1000, only_hidden=True), Reach(2000), Reach(6000), Reach(None))
SIDE_BY_SIDE = 2
"""The first so many reaches are searched side by side."""


class _Neighbours:
    """Which bundles are near one: those in its shortest sums first, then those in theirs."""

    def __init__(self, sums: sparse.csr_matrix):
        self._rows = [sums.indices[a:b].tolist() for a, b in zip(sums.indptr, sums.indptr[1:], strict=False)]
        columns = sums.tocsc()
        self._sums = [columns.indices[a:b].tolist() for a, b in zip(columns.indptr, columns.indptr[1:], strict=False)]

    def of(self, place: int, most: int) -> list[int]:
        """About `most` bundles around one, itself the first, nearest first."""
        near, seen, waiting = {place: None}, set(), []
        self._queue(place, 0, waiting, seen)
        while waiting and len(near) < most:
            length, row = heappop(waiting)
            for other in self._rows[row]:
                if other not in near:
                    near[other] = None
                    self._queue(other, length, waiting, seen)
        return list(near)

    def _queue(self, place: int, length: int, waiting: list, seen: set) -> None:
        for row in self._sums[place]:
            if row not in seen:
                seen.add(row)
                heappush(waiting, (length + len(self._rows[row]), row))


def _is_broken(change: np.ndarray) -> bool:
    return bool(np.abs(change - np.rint(change)).max() > ROUNDING)


class _Neighbourhood:
    """Some bundles and the program of their changes: a rise and a fall of each, that keep every sum."""

    def __init__(self, columns: np.ndarray, bundles: Bundles, cost: np.ndarray, only_hidden: bool):
        self.columns, self._size = columns, len(columns)
        sums = bundles.sums[:, columns]
        self._sums = sums[np.diff(sums.indptr) > 0]
        self._room = np.minimum(np.r_[bundles.rise[columns], bundles.fall[columns]], highspy.kHighsInf)
        self._cost = cost[columns]
        hidden = self._cost == FREE
        self._may = np.where(np.r_[hidden, hidden] | (not only_hidden), self._room, 0.0)
        self._heard = 0
        self._program = self._built()
        self._program.run()
        self._start = self._program.getBasis()

    def _built(self) -> highspy.Highs:
        both = sparse.hstack([self._sums, -self._sums], format="csc")
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = both.shape
        program.col_cost_ = np.r_[self._cost, self._cost]
        program.col_lower_, program.col_upper_ = np.zeros(both.shape[1]), self._may
        program.row_lower_ = program.row_upper_ = np.zeros(both.shape[0])
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = both.indptr, both.indices
        program.a_matrix_.value_ = both.data
        solver = highspy.Highs()
        settings = {"output_flag": False, "presolve": "off", "threads": 1, "simplex_scale_strategy": 0}
        for option, value in settings.items():
            solver.setOptionValue(option, value)
        solver.passModel(program)
        return solver

    def place(self, bundle: int) -> int | None:
        """Where a bundle stands here, if it does."""
        at = int(np.searchsorted(self.columns, bundle))
        return at if at < self._size and self.columns[at] == bundle else None

    def hear(self, hidden: list[int]) -> None:
        """Takes note of bundles that are hidden from now on: of those that were added to the list."""
        new, self._heard = hidden[self._heard :], len(hidden)
        for bundle in new:
            if (at := self.place(bundle)) is not None:
                self._cost[at] = FREE
                for column in (at, self._size + at):
                    self._may[column] = self._room[column]
                    self._program.changeColCost(column, FREE)
                    self._program.changeColBounds(column, 0.0, float(self._may[column]))

    def change(self, bundle: int, by: int, still: int | None) -> np.ndarray | None:
        """The cheapest change in whole numbers in which the bundle changes by `by`, if there is one."""
        at = self.place(bundle)
        if abs(by) > self._may[at if by > 0 else self._size + at]:
            return None
        bounds = self._fixed(at, by)
        if still is not None and (quiet := self.place(still)) is not None:
            bounds |= self._fixed(quiet, 0)
        self._bind(bounds)
        self._program.setBasis(self._start)
        found = self._solved()
        if found is not None and _is_broken(found):
            found = self._dived(found, bounds)
        self._bind({column: (0, self._may[column]) for column in bounds})
        return None if found is None else np.rint(found)

    def _fixed(self, at: int, by: int) -> dict[int, tuple[float, float]]:
        return {at: (max(by, 0), max(by, 0)), self._size + at: (max(-by, 0), max(-by, 0))}

    def _bind(self, bounds: dict[int, tuple[float, float]]) -> None:
        for column, (low, high) in bounds.items():
            self._program.changeColBounds(column, float(low), float(high))

    def _solved(self) -> np.ndarray | None:
        self._program.run()
        if self._program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(self._program.getSolution().col_value)
        return found[: self._size] - found[self._size :]

    def _dived(self, broken: np.ndarray, bounds: dict[int, tuple[float, float]]) -> np.ndarray | None:
        """A change in whole numbers, by holding one broken bundle after the other to a whole number beside it.

        What it holds is added to `bounds`.
        """
        asked, found = dict(bounds), broken
        for _ in range(DIVE):
            parts = np.abs(found - np.rint(found))
            if parts.max() <= ROUNDING:
                return found
            at = int(np.argmin(np.where(parts > ROUNDING, parts, 1)))
            near = int(np.rint(found[at]))
            for whole in (near, near + (1 if found[at] > near else -1)):
                held = self._fixed(at, whole)
                bounds |= held
                self._bind(held)
                further = self._solved()
                if further is not None:
                    break
            else:
                break
            found = further
        return self._made_whole(broken, asked)

    def _made_whole(self, broken: np.ndarray, bounds: dict[int, tuple[float, float]]) -> np.ndarray | None:
        """A change in whole numbers: among what the broken one changes, then what is hidden too, then all."""
        near = np.abs(broken) > ROUNDING
        low, high = np.zeros(2 * self._size), np.minimum(self._may, 1e6)
        for column, (least, most) in bounds.items():
            low[column], high[column] = least, most
        for among in (near, near | (self._cost == FREE), np.ones(self._size, dtype=bool)):
            both, sums = np.r_[among, among], self._sums[:, among]
            solved = milp(
                np.r_[self._cost, self._cost][both],
                integrality=np.ones(2 * among.sum()),
                bounds=Bounds(low[both], high[both]),
                constraints=LinearConstraint(sparse.hstack([sums, -sums], format="csc"), 0, 0),
                options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.05},
            )
            if solved.x is not None:
                whole = np.zeros(2 * self._size)
                whole[both] = solved.x
                return whole[: self._size] - whole[self._size :]
        return None


class Search:
    """Finds changes of the true table; bundles that are hidden already cost next to nothing."""

    def __init__(self, bundles: Bundles, cost: np.ndarray, hidden: np.ndarray):
        self._bundles, self._cost = bundles, np.where(hidden, FREE, cost)
        self._neighbours = _Neighbours(bundles.sums)
        self._homes: list[dict[int, _Neighbourhood]] = [{} for _ in REACHES]
        self._hidden: list[int] = []
        self._threads = ThreadPoolExecutor(os.cpu_count())

    def hide(self, places: np.ndarray) -> None:
        """Takes note of bundles that are hidden from now on."""
        new = places[self._cost[places] != FREE]
        self._cost[new] = FREE
        self._hidden += new.tolist()

    def change(self, bundle: int, by: int, still: int | None = None) -> np.ndarray | None:
        """The cheapest change of all bundles in which one changes by `by` and `still` does not, if there is one."""
        return self._sought(range(len(REACHES)), bundle, by, still)

    def changes(self, wanted: Sequence[tuple[int, int]]) -> list[np.ndarray | None]:
        """The same for several bundles (and by how much each) that stand apart, side by side."""
        near, wide = range(SIDE_BY_SIDE), range(SIDE_BY_SIDE, len(REACHES))
        for bundle, _by in wanted:
            for reach in near:
                self._home(bundle, reach).hear(self._hidden)
        found = list(self._threads.map(lambda one: self._sought(near, *one), wanted))
        return [
            self._sought(wide, *one) if change is None else change for one, change in zip(wanted, found, strict=True)
        ]

    def homes(self, bundle: int) -> set[int]:
        """The programs (by number) that a search near by uses; two searches with none in common stand apart."""
        return {id(self._home(bundle, reach)) for reach in range(SIDE_BY_SIDE)}

    def _sought(self, reaches: Iterable[int], bundle: int, by: int, still: int | None = None) -> np.ndarray | None:
        for reach in reaches:
            home = self._home(bundle, reach)
            home.hear(self._hidden)
            found = home.change(bundle, by, still)
            if found is not None:
                whole = np.zeros(len(self._cost))
                whole[home.columns] = found
                return whole
            if len(home.columns) == len(self._cost) and not REACHES[reach].only_hidden:
                return None
        return None

    def _home(self, bundle: int, reach: int) -> _Neighbourhood:
        homes, every = self._homes[reach], len(self._cost)
        if bundle not in homes:
            most = REACHES[reach].most or every
            near = self._neighbours.of(bundle, most) if most < every else list(range(every))
            home = _Neighbourhood(np.array(sorted(near)), self._bundles, self._cost, REACHES[reach].only_hidden)
            home.hear(self._hidden)
            inner = near if len(near) == every else near[: int(len(near) * INNER) + 1]
            for other in inner:
                homes.setdefault(other, home)
        return homes[bundle]
