"""Some bundles near one another, and the cheapest change of them in whole numbers in which one changes by so much.

A change tells by how many counted units each of these bundles changes, `(columns,)`. The program has as variables a
rise and a fall of each, rises first, `(2 * columns,)`.
"""

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.arrays import Floats, Integers
from handslag.statistics.safety.bundling import Bundles

FREE = 1e-4
"""What it costs to change a bundle by one that is hidden already."""
DIVE = 200
"""After so many roundings in a row a whole change is sought by an integer program."""
ROUNDING = 1e-6
TIME_LIMIT = 60.0
"""Seconds that an integer program may take."""
Limits = dict[int, tuple[float, float]]
"""The least and the greatest value of some of the program's variables, by their place."""


def _is_broken(change: Floats) -> bool:
    return bool(np.abs(change - np.rint(change)).max() > ROUNDING)


class Neighbourhood:
    """Some bundles and the program of their changes: a rise and a fall of each, that keep every sum.

    `columns`, `(columns,)`, are their places among all `bundles`, in order; `cost`, `(bundles,)`, is what it costs to
    change each bundle by one.
    """

    def __init__(self, columns: Integers, bundles: Bundles, cost: Floats):
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
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its makers have not annotated this one method
        settings: dict[str, bool | int | str] = {
            "output_flag": False,
            "presolve": "off",
            "threads": 1,
            "simplex_scale_strategy": 0,
        }
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

    def change(self, bundle: int, by: int, still: int | None) -> Floats | None:
        """The cheapest change in whole numbers in which the bundle changes by `by`, if there is one."""
        at = self.place(bundle)
        if at is None or abs(by) > self._room[at if by > 0 else self._size + at]:
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

    def _fixed(self, at: int, by: int) -> Limits:
        return {at: (max(by, 0), max(by, 0)), self._size + at: (max(-by, 0), max(-by, 0))}

    def _bind(self, bounds: Limits) -> None:
        for column, (low, high) in bounds.items():
            self._program.changeColBounds(column, float(low), float(high))

    def _solved(self) -> Floats | None:
        self._program.run()
        if self._program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found: Floats = np.array(self._program.getSolution().col_value)
        return found[: self._size] - found[self._size :]

    def _dived(self, broken: Floats, bounds: Limits) -> Floats | None:
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

    def _held(self, found: Floats, places: Integers, other: int, bounds: Limits) -> Floats | None:
        """The cheapest change in which those at `places`, `(some,)`, are whole, beside what was found.

        `bounds` then hold them.
        """
        near = np.rint(found[places])
        near += other * np.where(found[places] > near, 1, -1)
        held: Limits = {}
        for at, whole in zip(places.tolist(), near.tolist(), strict=True):
            held |= self._fixed(at, int(whole))
        self._bind(held)
        further = self._solved()
        if further is None:
            self._bind({column: bounds.get(column, (0, self._room[column])) for column in held})
        else:
            bounds |= held
        return further

    def _made_whole(self, broken: Floats, bounds: Limits) -> Floats | None:
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
