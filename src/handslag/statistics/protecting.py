"""Complementary suppression: hiding no more than is needed so that nobody can bound a small cell from what is shown.

For each unsafe cell two witnesses are sought: tables that agree with everything published and with every sum, are whole
and not negative, in which the cell is empty, and in which it has reached the threshold. A witness is found by a linear
program that changes the true table as cheaply as it can; the published cells that it changes are hidden. What is hidden
later only widens what an attacker must hold for possible, so a witness stays one to the end.
Source of the approach: Fischetti and Salazar, Management Science 47 (2001), in a heuristic form.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from handslag.statistics.system import Cell, System, vector

ROUNDING = 1e-6
TIME_LIMIT = 60.0


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


class _Search:
    """Finds changes of the true table; cells that are hidden already cost nothing."""

    def __init__(self, system: System, hidden: np.ndarray):
        self._system, self._hidden = system, hidden
        self._true = vector(system)
        self._open = self._true > 0
        self._cost = np.log2(1 + self._true) + 1
        self._matrix = system.matrix

    def change(self, place: int, by: int, still: int | None = None) -> np.ndarray:
        """The cheapest change of the whole table in which one cell changes by `by`. Raises Unprotectable for none.

        The cell `still` does not change.

        Cells that are zero stay so, because zeros are public: neither they nor what they would give away is hidden.
        """
        columns = np.flatnonzero(self._open | self._hidden)
        columns = columns[columns != still] if still is not None else columns
        at = int(np.flatnonzero(columns == place)[0])
        matrix = self._matrix[:, columns]
        matrix = matrix[np.diff(matrix.indptr) > 0]
        cost = np.where(self._hidden[columns], 1e-4, self._cost[columns])
        falls = self._true[columns]
        found = self._linear(matrix, cost, falls, at, by)
        if found is not None and np.abs(found - np.rint(found)).max() > ROUNDING:
            found = self._made_whole(found, matrix, cost, falls, at, by)
        if found is None:
            raise Unprotectable(self._system.cells[place])
        change = np.zeros(len(self._true))
        change[columns] = np.rint(found)
        return change

    def _linear(self, matrix, cost, falls, at: int, by: int) -> np.ndarray | None:
        up, down = np.full(len(falls), np.inf), falls.copy()
        fixed = [(0, high) for high in (*up, *down)]
        fixed[at], fixed[len(falls) + at] = ((by, by), (0, 0)) if by > 0 else ((0, 0), (-by, -by))
        both = _beside(matrix)
        solved = linprog(np.r_[cost, cost], A_eq=both, b_eq=np.zeros(both.shape[0]), bounds=fixed, method="highs")
        if solved.x is None:
            return None
        return solved.x[: len(falls)] - solved.x[len(falls) :]

    def _made_whole(self, broken, matrix, cost, falls, at: int, by: int) -> np.ndarray | None:
        """A change in whole numbers: among the cells of the broken one, then those hidden too, then all of them."""
        near = np.abs(broken) > ROUNDING
        hidden = cost < 1
        for among in (near, near | hidden, np.ones(len(falls), dtype=bool)):
            if (
                found := self._whole(matrix[:, among], cost[among], falls[among], int(among[:at].sum()), by)
            ) is not None:
                whole = np.zeros(len(falls))
                whole[among] = found
                return whole
        return None

    def _whole(self, matrix, cost, falls, at: int, by: int) -> np.ndarray | None:
        size, most = len(falls), float(falls.sum() + abs(by))
        low, high = np.zeros(2 * size), np.r_[np.full(size, most), falls]
        place = at if by > 0 else size + at
        low[place] = high[place] = abs(by)
        high[size + at if by > 0 else at] = 0
        both = _beside(matrix)
        solved = milp(
            np.r_[cost, cost],
            integrality=np.ones(2 * size),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(both, 0, 0),
            options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.05},
        )
        if solved.x is None:
            return None
        return solved.x[:size] - solved.x[size:]


def _beside(matrix):
    return sparse.hstack([matrix, -matrix], format="csr")


def unsafe_cells(system: System, threshold: int) -> set[Cell]:
    """Cells with fewer than `threshold` but not none. Zeros are public."""
    return {cell for cell, number in system.counts.items() if 0 < number < threshold}


def protect(system: System, threshold: int, progress: Callable[[int, int], None] = lambda done, of: None) -> Protection:
    """What to hide so that no unsafe cell can be bounded tighter than from 0 to `threshold`.

    `progress` is told (unsafe cells done, of how many). Raises Unprotectable where the tables leave no way.
    """
    protection = Protection(unsafe_cells(system, threshold))
    places = [system.index[cell] for cell in system.cells if cell in protection.primary]
    places.sort(key=lambda place: -system.counts[system.cells[place]])
    hidden = np.zeros(len(system.cells), dtype=bool)
    hidden[places] = True
    true = vector(system)
    met: set[tuple[int, int]] = set()
    for done, place in enumerate(places):
        for reaches in (threshold, 0):
            if (place, reaches) not in met:
                change = _Search(system, hidden).change(place, reaches - int(true[place]))
                hidden |= change != 0
                _remember(system, protection, change, true, places, met, threshold)
        progress(done + 1, len(places))
    _blind_the_lone(system, protection, hidden)
    protection.complementary = {system.cells[i] for i in np.flatnonzero(hidden)} - protection.primary
    _spare(protection)
    return protection


def _remember(system, protection, change, true, places, met, threshold) -> None:
    """Notes for which unsafe cells a found table is a witness: often for more than the one it was sought for."""
    changed = {system.cells[i]: int(change[i]) for i in np.flatnonzero(change)}
    for place in places:
        value = true[place] + change[place]
        for reaches in (threshold, 0):
            good = value >= threshold if reaches else value == 0
            if good and (place, reaches) not in met:
                met.add((place, reaches))
                protection.witnesses.append(Witness(system.cells[place], reaches, changed))


def _blind_the_lone(system: System, protection: Protection, hidden: np.ndarray) -> None:
    """Sees to it that somebody alone in a cell, who knows it to be 1, cannot work out another unsafe cell from it.

    For that a witness is needed that changes the other cell and leaves the known one as it is. Where there is none at
    all, the other cell is the same person's: every other part of it is a public zero.
    """
    alone = {cell for cell in protection.primary if system.counts[cell] == 1}
    for cell in sorted(protection.primary):
        always = _changed_with(protection, cell) & alone - {cell}
        while always:
            known = min(always)
            found = _other_than(system, hidden, cell, known)
            if found is None:
                always -= {known}
                continue
            hidden |= found != 0
            changes = {system.cells[i]: int(found[i]) for i in np.flatnonzero(found)}
            protection.witnesses.append(Witness(cell, system.counts[cell] + changes[cell], changes))
            always &= set(changes)


def _changed_with(protection: Protection, cell: Cell) -> set[Cell]:
    """The cells that change in every witness in which `cell` does."""
    changing = [set(witness.changes) for witness in protection.witnesses if cell in witness.changes]
    return set.intersection(*changing) if changing else set()


def _other_than(system: System, hidden: np.ndarray, cell: Cell, known: Cell) -> np.ndarray | None:
    for by in (1, -1):
        try:
            return _Search(system, hidden).change(system.index[cell], by, still=system.index[known])
        except Unprotectable:
            continue
    return None


def _spare(protection: Protection) -> None:
    """Publishes again what no witness needs: each unsafe cell keeps its two witnesses, and nothing else is hidden."""
    needed = {cell for witness in protection.witnesses for cell in witness.changes}
    protection.complementary &= needed
