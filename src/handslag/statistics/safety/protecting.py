"""Complementary suppression: hiding no more than is needed so that nobody can bound a small cell from what is shown.

For each unsafe cell two witnesses are sought: tables that agree with everything published and with every sum, are whole
and not negative, in which the cell is empty, and in which it has reached the threshold. A witness is found by a linear
program that changes the true table as cheaply as it can, first among the cells nearest by; the published cells that it
changes are hidden. What is hidden later only widens what an attacker must hold for possible, so a witness stays one.
Source of the approach: Fischetti and Salazar, Management Science 47 (2001), in a heuristic form.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.safety.system import Cell, System, vector

ROUNDING = 1e-6
TIME_LIMIT = 60.0
NEAR = (150, 1300, 6000)
"""A witness is sought among so many cells nearest by, then among more, then among all."""
FREE = 1e-4
"""What it costs to change a cell by one that is hidden already."""
WISH = 1e-3
"""What it is worth to change a cell by one towards a witness that it still lacks."""
WISHING = 0.3
"""The share of cells that wish at a time: where all do, none can give."""


@dataclass(frozen=True)
class Witness:
    """A table that an attacker must hold for possible, as the cells in which it differs from the true one."""

    cell: Cell
    reaches: int
    changes: dict[Cell, int]


@dataclass
class Protection:
    """What is hidden: unsafe cells themselves, and others for their sake; with the witnesses of each."""

    primary: set[Cell]
    complementary: set[Cell] = field(default_factory=set)
    witnesses: list[Witness] = field(default_factory=list)

    @property
    def hidden(self) -> set[Cell]:
        """All suppressed cells."""
        return self.primary | self.complementary


class Unprotectable(Exception):
    """A cell (its codes are the argument) that nothing can protect; the release must be specified otherwise."""


class _Neighbours:
    """Which cells are near a cell: those in its shortest sums first, then those in theirs."""

    def __init__(self, matrix: sparse.csr_matrix, is_open: np.ndarray):
        self._rows = [matrix.indices[a:b] for a, b in zip(matrix.indptr, matrix.indptr[1:], strict=False)]
        self._rows = [row[is_open[row]].tolist() for row in self._rows]
        columns = matrix.tocsc()
        self._sums = [columns.indices[a:b].tolist() for a, b in zip(columns.indptr, columns.indptr[1:], strict=False)]

    def of(self, place: int, most: int) -> np.ndarray:
        """About `most` open cells around the cell, itself among them, in order of their number."""
        near, seen, waiting = {place}, set(), []
        self._queue(place, 0, waiting, seen)
        while waiting and len(near) < most:
            length, row = heappop(waiting)
            for cell in self._rows[row]:
                if cell not in near:
                    near.add(cell)
                    self._queue(cell, length, waiting, seen)
        return np.array(sorted(near))

    def _queue(self, cell: int, length: int, waiting: list, seen: set) -> None:
        for row in self._sums[cell]:
            if row not in seen:
                seen.add(row)
                heappush(waiting, (length + len(self._rows[row]), row))


class _Search:
    """Finds changes of the true table; cells that are hidden already cost next to nothing."""

    def __init__(self, system: System, hidden: np.ndarray, is_open: np.ndarray):
        self._system, self._hidden, self._open = system, hidden, is_open
        self._true = vector(system)
        self._cost = np.log2(1 + self._true) + 1
        self._matrix = system.matrix
        self._near = _Neighbours(self._matrix, is_open)

    def change(self, place: int, by: int, still: int | None = None, wishes: np.ndarray | None = None) -> np.ndarray:
        """The cheapest change of the whole table in which one cell changes by `by`. Raises Unprotectable for none.

        The cell `still` does not change. `wishes` are the changes by which other cells would gain a witness too.
        Cells that are not open stay as they are: public zeros, and what was published before; neither they nor what
        they give away can be hidden.
        """
        everything = np.flatnonzero(self._open)
        for most in (*NEAR, None):
            columns = everything if most is None else self._near.of(place, most)
            columns = columns[columns != still] if still is not None else columns
            found = self._among(columns, place, by, wishes)
            if found is not None:
                return found
            if most is not None and len(columns) >= len(everything):
                break
        raise Unprotectable(self._system.cells[place])

    def _among(self, columns: np.ndarray, place: int, by: int, wishes: np.ndarray | None) -> np.ndarray | None:
        at = int(np.searchsorted(columns, place))
        matrix = self._matrix[:, columns]
        matrix = matrix[np.diff(matrix.indptr) > 0]
        cost = np.where(self._hidden[columns], FREE, self._cost[columns])
        falls = self._true[columns]
        found = None
        if wishes is not None:
            found = _solve(matrix, cost, falls, at, by, wishes=wishes[columns])
            if found is None:
                return None
        if found is None or _is_broken(found):
            found = _solve(matrix, cost, falls, at, by)
        if found is not None and _is_broken(found):
            found = self._made_whole(found, matrix, cost, falls, at, by)
        if found is None:
            return None
        change = np.zeros(len(self._true))
        change[columns] = np.rint(found)
        return change

    def _made_whole(self, broken, matrix, cost, falls, at: int, by: int) -> np.ndarray | None:
        """A change in whole numbers: among the cells of the broken one, then those hidden too, then all of them."""
        near = np.abs(broken) > ROUNDING
        for among in (near, near | (cost == FREE), np.ones(len(falls), dtype=bool)):
            place = int(among[:at].sum())
            found = _solve(matrix[:, among], cost[among], falls[among], place, by, whole=True)
            if found is not None:
                whole = np.zeros(len(falls))
                whole[among] = found
                return whole
        return None


def _is_broken(change: np.ndarray) -> bool:
    return np.abs(change - np.rint(change)).max() > ROUNDING


def _solve(matrix, cost, falls, at: int, by: int, *, whole: bool = False, wishes=None) -> np.ndarray | None:
    """The cheapest change of cells that keeps every sum, `at` changing by `by`; no cell falls by more than `falls`."""
    size = len(falls)
    low, high = np.zeros(2 * size), np.r_[np.full(size, np.inf), falls]
    costs = np.r_[cost, cost]
    if wishes is not None:
        rise, fall = np.flatnonzero(wishes > 0), np.flatnonzero(wishes < 0)
        high[rise] = wishes[rise]
        costs[rise] = costs[size + fall] = -WISH
        costs[fall] = costs[size + rise] = 2 * WISH
    rising, falling = (at, size + at) if by > 0 else (size + at, at)
    low[rising] = high[rising] = abs(by)
    high[falling] = 0
    if whole:
        high = np.minimum(high, float(falls.sum() + abs(by)))
    solved = milp(
        costs,
        integrality=np.full(2 * size, int(whole)),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(sparse.hstack([matrix, -matrix], format="csc"), 0, 0),
        options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.05} if whole else {"time_limit": TIME_LIMIT},
    )
    return None if solved.x is None else solved.x[:size] - solved.x[size:]


def unsafe_cells(system: System, threshold: int, sensitive: Collection[str] = (), total: str = "") -> set[Cell]:
    """Cells with fewer than `threshold` but not none; in `sensitive` dimensions also none out of some.

    Elsewhere zeros are public. That all of a group have one value is none in the others, and so covered.
    """
    small = {cell for cell, number in system.counts.items() if 0 < number < threshold}
    for place, name in enumerate(system.dimensions):
        if name in sensitive:
            for cell, number in system.counts.items():
                whole = (*cell[:place], total, *cell[place + 1 :])
                if number == 0 and cell[place] != total and system.counts.get(whole, 0):
                    small.add(cell)
    return small


def protect(
    system: System,
    threshold: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
    *,
    unsafe: set[Cell] | None = None,
    published: Collection[Cell] = (),
    withheld: Collection[Cell] = (),
) -> Protection:
    """What to hide so that no unsafe cell can be bounded tighter than from 0 to `threshold`.

    `unsafe` are the cells to protect (the small ones, if not given); `published` those that are known already, and
    `withheld` those that are not shown in any case.
    `progress` is told (unsafe cells done, of how many). Raises Unprotectable where the tables leave no way.
    """
    primary = unsafe_cells(system, threshold) if unsafe is None else unsafe
    protection = Protection(set(primary))
    if told := sorted(primary & set(published)):
        raise Unprotectable(told[0])
    places = np.array([system.index[cell] for cell in system.cells if cell in primary], dtype=int)
    true = vector(system)
    places = places[np.argsort(-true[places], kind="stable")]
    hidden = np.zeros(len(true), dtype=bool)
    hidden[places] = True
    hidden[[system.index[cell] for cell in withheld]] = True
    is_open = (true > 0) | hidden
    is_open[[system.index[cell] for cell in published]] = False
    search = _Search(system, hidden, is_open)
    met = {0: true[places] == 0, threshold: true[places] >= threshold}
    chance = np.random.default_rng(len(places))
    for done, place in enumerate(places):
        for reaches in (threshold, 0):
            if not met[reaches][done]:
                wishes = _wishes(true, places, met, threshold, chance)
                change = search.change(place, reaches - int(true[place]), wishes=wishes)
                hidden |= change != 0
                _remember(system, protection, change, true, places, met)
        progress(done + 1, len(places))
    _blind_the_lone(system, protection, hidden, search)
    protection.complementary = {system.cells[i] for i in np.flatnonzero(hidden)} - protection.primary
    _spare(protection)
    return protection


def _wishes(true, places, met, threshold: int, chance: np.random.Generator) -> np.ndarray:
    """By how much some unsafe cells would have to change for a witness that they lack; the others can pay for it."""
    wishes = np.zeros(len(true))
    lacks_up, lacks_down = ~met[threshold], ~met[0]
    up = lacks_up & (~lacks_down | (chance.random(len(places)) < 0.5))
    change = np.where(up, threshold - true[places], np.where(lacks_down, -true[places], 0))
    wishes[places] = np.where(chance.random(len(places)) < WISHING, change, 0)
    return wishes


def _remember(system, protection, change, true, places, met) -> None:
    """Notes for which unsafe cells a found table is a witness: often for more than the one it was sought for."""
    changed = {system.cells[i]: int(change[i]) for i in np.flatnonzero(change)}
    value = (true + change)[places]
    for reaches, already in met.items():
        good = (value >= reaches if reaches else value == 0) & ~already
        already[good] = True
        protection.witnesses += [Witness(system.cells[places[i]], reaches, changed) for i in np.flatnonzero(good)]


def _blind_the_lone(system: System, protection: Protection, hidden: np.ndarray, search: _Search) -> None:
    """Sees to it that somebody alone in a cell, who knows it to be 1, cannot work out another unsafe cell from it.

    For that a witness is needed that changes the other cell and leaves the known one as it is. Where there is none at
    all, the other cell is the same person's: every other part of it is a public zero.
    """
    alone = [cell for cell in sorted(protection.primary) if system.counts[cell] == 1]
    for cell, known in _always_together(protection, sorted(protection.primary), alone):
        if any(cell in w.changes and known not in w.changes for w in protection.witnesses[-50:]):
            continue
        found = _other_than(search, system.index[cell], system.index[known])
        if found is not None:
            hidden |= found != 0
            changes = {system.cells[i]: int(found[i]) for i in np.flatnonzero(found)}
            protection.witnesses.append(Witness(cell, system.counts[cell] + changes[cell], changes))


def _always_together(protection: Protection, cells: list[Cell], alone: list[Cell]) -> list[tuple[Cell, Cell]]:
    """(cell, lone cell) for each cell that changes in no witness without that lone one."""
    tables = list({id(w.changes): w.changes for w in protection.witnesses}.values())
    if not tables or not alone:
        return []

    def changing(names: list[Cell]) -> sparse.csc_matrix:
        at = {cell: column for column, cell in enumerate(names)}
        found = [(row, at[cell]) for row, changes in enumerate(tables) for cell in changes if cell in at]
        rows, columns = zip(*found, strict=True) if found else ((), ())
        return sparse.csc_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(tables), len(names)))

    with_cell = changing(cells)
    together = (with_cell.T @ changing(alone)).tocoo()
    times = np.asarray(with_cell.sum(axis=0)).ravel()
    pairs = zip(together.row, together.col, together.data, strict=True)
    return sorted((cells[i], alone[j]) for i, j, n in pairs if n == times[i] and cells[i] != alone[j])


def _other_than(search: _Search, cell: int, known: int) -> np.ndarray | None:
    for by in (1, -1):
        try:
            return search.change(cell, by, still=known)
        except Unprotectable:
            continue
    return None


def _spare(protection: Protection) -> None:
    """Publishes again what no witness needs: each unsafe cell keeps its two witnesses, and nothing else is hidden."""
    needed = {cell for witness in protection.witnesses for cell in witness.changes}
    protection.complementary &= needed
