"""Complementary suppression: hiding no more than is needed so that nobody can bound a small cell from what is shown.

For each unsafe cell two witnesses are sought: tables that agree with everything published, with every sum and with
what readers know of hidden cells (at least 1, where zeros are printed), in which the cell has the least count that the
printed zeros leave, and in which it has reached the threshold. A witness is a change of the
true table, put together from those known already or else the cheapest that a linear program finds; the published cells
that it changes are hidden. What is hidden later only widens what an attacker must hold for possible, so a witness stays
one. Source of the approach: Fischetti and Salazar, Management Science 47 (2001), in a heuristic form.
"""

import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from handslag.statistics.arrays import Floats, Integers, product
from handslag.statistics.safety.bundling import bundle
from handslag.statistics.safety.combining import Known
from handslag.statistics.safety.fewest import fewest
from handslag.statistics.safety.neighbourhood import Neighbourhood
from handslag.statistics.safety.searching import AT_ONCE, Search, Underway
from handslag.statistics.safety.system import System, vector
from handslag.statistics.safety.tables import Cell

AHEAD = 100
"""Among so many needs one looks for some that can be sought side by side."""

Need = tuple[int, bool]
"""An unsafe cell's place, and whether it should be able to reach the threshold, or else its least count."""


@dataclass(frozen=True)
class Witness:
    """That a cell can reach a count: by a change (its place in the protection's list), so many times."""

    cell: Cell
    reaches: int
    change: int
    times: int


@dataclass(frozen=True)
class _Begun:
    """A search under way, and the programs it uses."""

    need: Need
    homes: set[Neighbourhood]
    search: Underway


@dataclass
class Protection:
    """What is hidden: unsafe cells themselves, and others for their sake; with the witnesses of each.

    A change is a table that an attacker must hold for possible, as the cells in which it differs from the true one.
    """

    primary: set[Cell]
    complementary: set[Cell] = field(default_factory=set)
    changes: list[dict[Cell, int]] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)

    @property
    def hidden(self) -> set[Cell]:
        """All suppressed cells."""
        return self.primary | self.complementary


class Unprotectable(Exception):
    """A cell (its codes are the argument) that nothing can protect; the release must be specified otherwise."""


def unsafe_cells(system: System, threshold: int, sensitive: Collection[str] = (), total: str = "") -> set[Cell]:
    """Cells with fewer than `threshold` but not none; in `sensitive` dimensions also none out of some.

    Elsewhere zeros are public. That all of a group have one value is none in the others, and so covered.
    """
    asked = [place for place, name in enumerate(system.dimensions) if name in sensitive]

    def everybody(cell: Cell) -> Cell:
        return tuple(total if place in asked else code for place, code in enumerate(cell))

    return {
        cell
        for cell, number in system.counts.items()
        if 0 < number < threshold or (number == 0 and asked and system.counts.get(everybody(cell), 0))
    }


def protect(
    system: System,
    threshold: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
    *,
    unsafe: set[Cell] | None = None,
    goals: Mapping[Cell, tuple[int, int]] | None = None,
    published: Collection[Cell] = (),
    withheld: Collection[Cell] = (),
) -> Protection:
    """What to hide so that no unsafe cell can be bounded tighter than from its least count to `threshold`.

    `unsafe` are the cells to protect (the small ones, if not given), and `goals` between which counts some must be able
    to lie; `published` are those that are known already, and `withheld` those that are not shown in any case.
    `progress` is told (unsafe cells done, of how many). Raises Unprotectable where the tables leave no way.
    """
    primary = unsafe_cells(system, threshold) if unsafe is None else unsafe
    if told := sorted(primary & set(published)):
        raise Unprotectable(told[0])
    work = _Work(system, threshold, primary, goals or {}, published, withheld)
    found = work.done(progress)
    fewer = work.fewer_to_hide()
    if not fewer:
        return found
    again = _Work(system, threshold, primary, goals or {}, published, {*withheld, *fewer}).done(progress)
    return min(found, again, key=lambda one: len(one.complementary))


class _Work:
    """The protection as it grows. Cells and bundles are known by their places; a bundle's cells change together.

    Arrays about cells are `(cells,)`, those about bundles, such as a change, `(bundles,)`; both in counted units.
    """

    def __init__(
        self,
        system: System,
        threshold: int,
        primary: set[Cell],
        goals: Mapping[Cell, tuple[int, int]],
        published: Collection[Cell],
        withheld: Collection[Cell],
    ):
        self._system, self._true = system, vector(system)
        self.protection = Protection(set(primary))
        unsafe = np.array([system.index[cell] for cell in system.cells if cell in primary], dtype=int)
        self._unsafe = unsafe[np.argsort(-self._true[unsafe], kind="stable")]
        hidden = np.zeros(len(self._true), dtype=bool)
        hidden[self._unsafe] = True
        self._is_unsafe = hidden.copy()
        hidden[[system.index[cell] for cell in withheld]] = True
        is_open = (self._true > 0) | hidden
        is_open[[system.index[cell] for cell in published]] = False
        least = np.minimum(self._true, [system.least[cell] for cell in system.cells])
        most = np.array([system.most.get(cell, np.inf) for cell in system.cells])
        self._bundles = bundle(system.matrix, most - self._true, self._true - least, is_open)
        self._cells_of = abs(self._bundles.holds.T).tocsr()
        self._bundle, self._sign = self._bundles.followed()
        self._wanted = product(self._cells_of, self._is_unsafe) > 0
        self._price = product(self._cells_of, ~hidden)
        weight = np.where(hidden, 0, np.log2(1 + self._true) + 1)
        cost = product(self._cells_of, weight)
        self._search = Search(self._bundles, cost, cost == 0)
        self._known = Known(self._bundles)
        self._tried: set[Need] = set()
        self._least, self._most = self._true - self._room_down(), np.minimum(most, threshold)
        for cell, (low, high) in goals.items():
            place = system.index[cell]
            self._least[place], self._most[place] = max(self._least[place], low), high
        self._met = {False: self._true <= self._least, True: self._true >= self._most}

    def done(self, progress: Callable[[int, int], None]) -> Protection:
        """The protection, when every unsafe cell has what it needs."""
        self.find_witnesses(progress)
        self.blind_the_lone()
        return self.protection

    def fewer_to_hide(self) -> set[Cell]:
        """Fewer cells than were hidden for others' sake, as one program for all needs proposes, if it can."""
        needs: dict[tuple[int, bool], int] = {}
        for cell, up in itertools.product(self._unsafe.tolist(), (True, False)):
            bundle, by = int(self._bundle[cell]), self._by((cell, up))
            if by:
                needs[bundle, by > 0] = max(needs.get((bundle, by > 0), 0), by, key=abs)
        chosen = fewest(self._bundles, self._price, sorted((bundle, by) for (bundle, _up), by in needs.items()))
        if chosen is None or self._price[chosen].sum() >= len(self.protection.complementary):
            return set()
        return {self._system.cells[cell] for cell in np.flatnonzero(np.isin(self._bundle, chosen))}

    def find_witnesses(self, progress: Callable[[int, int], None]) -> None:
        """Finds what every unsafe cell lacks; the greatest cells first."""
        for cell in self._unsafe:
            if self._bundle[cell] < 0:
                raise Unprotectable(self._system.cells[cell])
        waiting = deque((int(cell), up) for cell in self._unsafe for up in (True, False))
        begun: deque[_Begun] = deque()
        self._begin(waiting, begun)
        while begun:
            progress(len(self._unsafe) - len(waiting) // 2, len(self._unsafe))
            self._finish(begun.popleft())
            self._begin(waiting, begun)

    def _begin(self, waiting: deque[Need], begun: deque[_Begun]) -> None:
        """Begins searches for needs that known changes do not meet, some side by side."""
        later: list[Need] = []
        while waiting and len(begun) < AT_ONCE and len(later) < AHEAD:
            need = waiting.popleft()
            if self._is_met(need) or (need not in self._tried and self._put_together(need)):
                continue
            self._tried.add(need)
            bundle, by = int(self._bundle[need[0]]), self._by(need)
            homes = self._search.homes(bundle)
            if any(homes & one.homes for one in begun):
                later.append(need)
            else:
                begun.append(_Begun(need, homes, self._search.begin(bundle, by)))
        waiting.extendleft(reversed(later))

    def _finish(self, begun: _Begun) -> None:
        """Takes what a search has found, if the need was not met meanwhile."""
        cell, up = begun.need
        change = self._search.change(int(self._bundle[cell]), self._by(begun.need), begun=begun.search)
        while change is None and not up and self._by(begun.need):
            self._least[cell] += 1  # nothing can be less, whatever is hidden
            change = self._search.change(int(self._bundle[cell]), self._by(begun.need))
        if change is None and up:
            raise Unprotectable(self._system.cells[cell])
        if change is not None and not self._is_met(begun.need):
            self._take(change)

    def _is_met(self, need: Need) -> bool:
        cell, up = need
        return bool(self._met[up][cell])

    def _put_together(self, need: Need) -> bool:
        cell, up = need
        made = self._known.put_together(int(self._bundle[cell]), self._by(need), exactly=not up)
        if made is not None:
            self._take(made, is_new=False)
        return made is not None

    def _by(self, need: Need) -> int:
        """By how much the cell's bundle has to change."""
        cell, up = need
        reaches = self._most[cell] if up else self._least[cell]
        return int(self._sign[cell] * (reaches - self._true[cell]))

    def _room_down(self) -> Floats:
        """How far each cell can fall, by what its bundle's sums leave: `(cells,)`."""
        fall, rise = (np.r_[room, 0][self._bundle] for room in (self._bundles.fall, self._bundles.rise))
        return np.asarray(np.where(self._sign > 0, fall, rise))

    def _take(self, change: Floats, *, is_new: bool = True) -> None:
        """Hides what a change moves, and notes for which unsafe cells it is a witness, made so often either way."""
        if is_new:
            self._search.hide(np.flatnonzero(change))
            self._known.add(change, self._wanted)
        moved = product(self._bundles.holds, change)
        cells = np.flatnonzero(moved)
        place = len(self.protection.changes)
        self.protection.changes.append({self._system.cells[i]: int(moved[i]) for i in cells})
        self._hide(cells)
        cells = cells[self._is_unsafe[cells]]
        for way in (1, -1):
            self._note(place, cells, way * moved[cells], self._known.times(way * change), way)

    def _hide(self, cells: Integers) -> None:
        names = {self._system.cells[i] for i in cells[~self._is_unsafe[cells]]}
        self.protection.complementary |= names

    def _note(self, place: int, cells: Integers, by: Floats, most: int, way: int) -> None:
        true = self._true[cells]
        for up, met in self._met.items():
            reaches = self._most[cells] if up else self._least[cells]
            times = np.maximum(np.ceil((reaches - true) / by), 1)
            good = (times <= most) & ~met[cells] & ((by > 0) if up else (true + times * by == reaches))
            met[cells[good]] = True
            self.protection.witnesses += [
                Witness(self._system.cells[cell], int(count), place, way * int(n))
                for cell, count, n in zip(cells[good], reaches[good], times[good], strict=True)
            ]

    def blind_the_lone(self) -> None:
        """Sees to it that somebody alone in a cell, who knows it to be 1, cannot work out another unsafe cell from it.

        For that a change is needed that moves the other cell and leaves the known one as it is. Where there is none at
        all, the other cell is the same person's: every other part of it is a public zero.
        """
        begun = len(self.protection.changes)
        for cell, known in self._always_together():
            names = self._system.cells[cell], self._system.cells[known]
            if any(names[0] in change and names[1] not in change for change in self.protection.changes[begun:]):
                continue
            for by in (1, -1):
                change = self._search.change(int(self._bundle[cell]), by, still=int(self._bundle[known]))
                if change is not None:
                    self._take(change)
                    break

    def _always_together(self) -> Iterator[tuple[int, int]]:
        """(cell, lone cell) for each unsafe cell, of one bundle, that no change moves without that lone one."""
        index, changes = self._system.index, self.protection.changes
        rows = np.repeat(np.arange(len(changes)), [len(change) for change in changes])
        cells = np.array([index[cell] for change in changes for cell in change], dtype=int)
        moves = sparse.csr_matrix((np.ones(len(cells)), (rows, cells)), shape=(len(changes), len(self._true)))
        unsafe = np.sort(self._unsafe)
        alone = unsafe[self._true[unsafe] == 1]
        together = (moves[:, unsafe].T @ moves[:, alone]).tocoo()
        times = np.asarray(moves[:, unsafe].sum(axis=0)).ravel()
        always = together.data == times[together.row]
        pairs = zip(unsafe[together.row[always]].tolist(), alone[together.col[always]].tolist(), strict=True)
        return (pair for pair in sorted(pairs) if self._bundle[pair[0]] != self._bundle[pair[1]])
