"""Finding tables that an attacker must hold for possible: the cheapest change of the true table that moves one bundle.

A change is sought by linear programs: among what is hidden near by, then among all near by, then wider. Each
neighbourhood keeps its program, so that a search costs only what it changes; those that have no program in common
search side by side.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from heapq import heappop, heappush

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.safety.bundling import Bundles, bundle

FREE = 1e-4
"""What it costs to change a bundle by one that is hidden already."""
INNER = 0.15
"""A neighbourhood serves the inner part of its bundles; those at its edge have one where they stand further in."""
AT_ONCE = 8
"""So many searches go side by side, on any machine: what is found does not depend on it."""
DIVE = 200
"""After so many roundings in a row a whole change is sought by an integer program."""
ROUNDING = 1e-6
TIME_LIMIT = 60.0


HIDDEN = 1000
"""First one searches among so many bundles of what is hidden already: that costs little and hides nothing new."""
NEAR, WIDER = 2000, (6000, None)
"""Then among so many near by, then among more, at last among all."""
STALE = 1.05
"""What is hidden is bundled anew when it has grown so many times."""


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

    def __init__(self, columns: np.ndarray, bundles: Bundles, cost: np.ndarray):
        self.columns, self._size = columns, len(columns)
        sums = bundles.sums[:, columns]
        self._sums = sums[np.diff(sums.indptr) > 0]
        self._room = np.minimum(np.r_[bundles.rise[columns], bundles.fall[columns]], highspy.kHighsInf)
        self._cost = cost[columns]
        self._heard = 0
        self._program = self._built()
        self._program.run()
        self._start = self._program.getBasis()

    def _built(self) -> highspy.Highs:
        both = sparse.hstack([self._sums, -self._sums], format="csc")
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = both.shape
        program.col_cost_ = np.r_[self._cost, self._cost]
        program.col_lower_, program.col_upper_ = np.zeros(both.shape[1]), self._room
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
        for one in new:
            if (at := self.place(one)) is not None:
                self._cost[at] = FREE
                for column in (at, self._size + at):
                    self._program.changeColCost(column, FREE)

    def change(self, bundle: int, by: int, still: int | None) -> np.ndarray | None:
        """The cheapest change in whole numbers in which the bundle changes by `by`, if there is one."""
        at = self.place(bundle)
        if abs(by) > self._room[at if by > 0 else self._size + at]:
            return None
        bounds = self._fixed(at, by)
        if still is not None and (quiet := self.place(still)) is not None:
            bounds |= self._fixed(quiet, 0)
        self._bind(bounds)
        self._program.setBasis(self._start)
        found = self._solved()
        if found is not None and _is_broken(found):
            found = self._dived(found, bounds)
        self._bind({column: (0, self._room[column]) for column in bounds})
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
        asked, found, many = dict(bounds), broken, 1
        for _ in range(DIVE):
            parts = np.abs(found - np.rint(found))
            if parts.max() <= ROUNDING:
                return found
            order = np.argsort(np.where(parts > ROUNDING, parts, 1), kind="stable")
            nearest = order[: min(many, int((parts > ROUNDING).sum()))]
            further = self._held(found, nearest, 0, bounds)
            many = 2 * many if further is not None else 1
            if further is None and len(nearest) > 1:
                further = self._held(found, nearest[:1], 0, bounds)
            if further is None:
                further = self._held(found, nearest[:1], 1, bounds)
            if further is None:
                break
            found = further
        return self._made_whole(broken, asked)

    def _held(self, found: np.ndarray, places: np.ndarray, other: int, bounds) -> np.ndarray | None:
        """The cheapest change in which these are whole, beside what was found; `bounds` then hold them."""
        near = np.rint(found[places])
        near += other * np.where(found[places] > near, 1, -1)
        held: dict = {}
        for at, whole in zip(places.tolist(), near.tolist(), strict=True):
            held |= self._fixed(at, int(whole))
        self._bind(held)
        further = self._solved()
        if further is None:
            self._bind({column: bounds.get(column, (0, self._room[column])) for column in held})
        else:
            bounds |= held
        return further

    def _made_whole(self, broken: np.ndarray, bounds: dict[int, tuple[float, float]]) -> np.ndarray | None:
        """A change in whole numbers: among what the broken one changes, then what is hidden too, then all."""
        near = np.abs(broken) > ROUNDING
        low, high = np.zeros(2 * self._size), np.minimum(self._room, 1e6)
        for column, (least, most) in bounds.items():
            low[column], high[column] = least, most
        for among in (near, near | (self._cost <= FREE), np.ones(self._size, dtype=bool)):
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


class _Region:
    """Bundles with their neighbourhoods of one size, made as they are asked for."""

    def __init__(self, bundles: Bundles, cost: np.ndarray, neighbours: _Neighbours, most: int | None):
        self._bundles, self._cost, self._neighbours = bundles, cost, neighbours
        self._most = len(cost) if most is None else most
        self._homes: dict[int, _Neighbourhood] = {}

    def home(self, bundle: int) -> _Neighbourhood:
        """The neighbourhood in which the bundle does not stand at the edge."""
        if bundle not in self._homes:
            every = len(self._cost)
            near = self._neighbours.of(bundle, self._most) if self._most < every else list(range(every))
            home = _Neighbourhood(np.array(sorted(near)), self._bundles, self._cost)
            for other in near if len(near) == every else near[: int(len(near) * INNER) + 1]:
                self._homes.setdefault(other, home)
        return self._homes[bundle]

    def change(self, bundle: int, by: int, still: int | None, hidden: list[int]) -> np.ndarray | None:
        """The cheapest change in which one bundle changes by `by` and `still` does not, if there is one."""
        home = self.home(bundle)
        home.hear(hidden)
        found = home.change(bundle, by, still)
        if found is None:
            return None
        whole = np.zeros(len(self._cost))
        whole[home.columns] = found
        return whole

    def is_all(self, bundle: int) -> bool:
        """Whether the bundle's neighbourhood is everything there is."""
        return len(self.home(bundle).columns) == len(self._cost)


class _Hidden:
    """What is hidden, bundled for itself: where published cells stand still, still fewer can move alone."""

    def __init__(self, bundles: Bundles, is_hidden: np.ndarray):
        self._inner = bundle(bundles.sums, bundles.rise, bundles.fall, is_hidden)
        self._place, self._sign = self._inner.followed()
        cost = FREE * np.asarray(abs(self._inner.holds).sum(axis=0)).ravel()
        self._region = _Region(self._inner, cost, _Neighbours(self._inner.sums), HIDDEN)

    def home(self, bundle: int) -> _Neighbourhood | None:
        """The bundle's neighbourhood here, if it can move."""
        return self._region.home(int(self._place[bundle])) if self._place[bundle] >= 0 else None

    def change(self, bundle: int, by: int, still: int | None) -> np.ndarray | None:
        """A change of hidden bundles alone in which one changes by `by` and `still` does not, if there is one."""
        place = int(self._place[bundle])
        quiet = None if still is None or self._place[still] < 0 else int(self._place[still])
        if place < 0 or place == quiet:
            return None
        found = self._region.change(place, int(self._sign[bundle]) * by, quiet, [])
        return None if found is None else self._inner.holds @ found


class Search:
    """Finds changes of the true table; bundles that are hidden already cost next to nothing."""

    def __init__(self, bundles: Bundles, cost: np.ndarray, hidden: np.ndarray):
        self._bundles, self._cost = bundles, np.where(hidden, FREE, cost)
        neighbours = _Neighbours(bundles.sums)
        self._near, *self._wider = (_Region(bundles, self._cost, neighbours, most) for most in (NEAR, *WIDER))
        self._news: list[int] = []
        self._threads = ThreadPoolExecutor(os.cpu_count())
        self._bundle_hidden()

    def _bundle_hidden(self) -> None:
        is_hidden = self._cost == FREE
        self._stale = STALE * is_hidden.sum()
        self._hidden = _Hidden(self._bundles, is_hidden)

    def hide(self, places: np.ndarray) -> None:
        """Takes note of bundles that are hidden from now on."""
        new = places[self._cost[places] != FREE]
        self._cost[new] = FREE
        self._news += new.tolist()
        if (self._cost == FREE).sum() > self._stale:
            self._bundle_hidden()

    def homes(self, bundle: int) -> set[int]:
        """The programs (by number) that a search near by uses; two searches with none in common stand apart."""
        return {id(self._near.home(bundle)), id(self._hidden.home(bundle))} - {id(None)}

    def begin(self, bundle: int, by: int, still: int | None = None) -> Future:
        """Begins to search near by for the cheapest change in which one bundle changes by `by` and `still` does not.

        Searches that have no program in common may go on side by side: they know what was hidden when they began.
        """
        self.homes(bundle)
        return self._threads.submit(self._nearby, self._hidden, len(self._news), bundle, by, still)

    def change(self, bundle: int, by: int, still: int | None = None, begun: Future | None = None) -> np.ndarray | None:
        """The cheapest change of all bundles in which one changes by `by` and `still` does not, if there is one."""
        found = (begun or self.begin(bundle, by, still)).result()
        return self._further(bundle, by, still) if found is None else found

    def _nearby(self, hidden: _Hidden, news: int, bundle: int, by: int, still: int | None) -> np.ndarray | None:
        found = hidden.change(bundle, by, still)
        return self._near.change(bundle, by, still, self._news[:news]) if found is None else found

    def _further(self, bundle: int, by: int, still: int | None = None) -> np.ndarray | None:
        before = self._near
        for region in self._wider:
            if before.is_all(bundle):
                return None
            before, found = region, region.change(bundle, by, still, self._news)
            if found is not None:
                return found
        return None
