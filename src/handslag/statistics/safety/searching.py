"""Finding tables that an attacker must hold for possible: the cheapest change of the true table that moves one bundle.

A change is sought by linear programs: among what is hidden near by, then among all near by, then wider. Each
neighbourhood keeps its program, so that a search costs only what it changes; those that have no program in common
search side by side.

A change tells by how many counted units each bundle changes, `(bundles,)`: whole numbers, as floats.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from heapq import heappop, heappush

import numpy as np

from handslag.statistics.arrays import Floats, Integers, Marks, SparseFloats, product
from handslag.statistics.safety.bundling import Bundles, bundle
from handslag.statistics.safety.neighbourhood import FREE, Neighbourhood

INNER = 0.15
"""A neighbourhood serves the inner part of its bundles; those at its edge have one where they stand further in."""
AT_ONCE = 8
"""So many searches go side by side; the same number everywhere, so that every machine finds the same."""
HIDDEN = 1000
"""First one searches among so many bundles of what is hidden already: that costs little and hides nothing new."""
NEAR, WIDER = 2000, (6000, None)
"""Then among so many near by, then among more, at last among all."""
STALE = 1.05
"""What is hidden is bundled anew when it has grown so many times."""
Underway = Future[Floats | None]
"""A search under way."""


class _Neighbours:
    """Which bundles are near one: those in its shortest sums first, then those in theirs."""

    def __init__(self, sums: SparseFloats):
        self._rows = [sums.indices[a:b].tolist() for a, b in zip(sums.indptr, sums.indptr[1:], strict=False)]
        columns = sums.tocsc()
        self._sums = [columns.indices[a:b].tolist() for a, b in zip(columns.indptr, columns.indptr[1:], strict=False)]

    def of(self, place: int, most: int) -> list[int]:
        """About `most` bundles around one, itself the first, nearest first."""
        near = {place: None}
        seen: set[int] = set()
        waiting: list[tuple[int, int]] = []
        self._queue(place, 0, waiting, seen)
        while waiting and len(near) < most:
            length, row = heappop(waiting)
            for other in self._rows[row]:
                if other not in near:
                    near[other] = None
                    self._queue(other, length, waiting, seen)
        return list(near)

    def _queue(self, place: int, length: int, waiting: list[tuple[int, int]], seen: set[int]) -> None:
        for row in self._sums[place]:
            if row not in seen:
                seen.add(row)
                heappush(waiting, (length + len(self._rows[row]), row))


class _Region:
    """Bundles with their neighbourhoods of one size, made as they are asked for."""

    def __init__(self, bundles: Bundles, cost: Floats, neighbours: _Neighbours, most: int | None):
        self._bundles, self._cost, self._neighbours = bundles, cost, neighbours
        self._most = len(cost) if most is None else most
        self._homes: dict[int, Neighbourhood] = {}

    def home(self, bundle: int) -> Neighbourhood:
        """The neighbourhood in which the bundle does not stand at the edge."""
        if bundle not in self._homes:
            every = len(self._cost)
            near = self._neighbours.of(bundle, self._most) if self._most < every else list(range(every))
            home = Neighbourhood(np.array(sorted(near)), self._bundles, self._cost)
            for other in near if len(near) == every else near[: int(len(near) * INNER) + 1]:
                self._homes.setdefault(other, home)
        return self._homes[bundle]

    def change(self, bundle: int, by: int, still: int | None, hidden: list[int]) -> Floats | None:
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

    def __init__(self, bundles: Bundles, is_hidden: Marks):
        self._inner = bundle(bundles.sums, bundles.rise, bundles.fall, is_hidden)
        self._place, self._sign = self._inner.followed()
        cost = FREE * np.asarray(abs(self._inner.holds).sum(axis=0)).ravel()
        self._region = _Region(self._inner, cost, _Neighbours(self._inner.sums), HIDDEN)

    def home(self, bundle: int) -> Neighbourhood | None:
        """The bundle's neighbourhood here, if it can move."""
        return self._region.home(int(self._place[bundle])) if self._place[bundle] >= 0 else None

    def change(self, bundle: int, by: int, still: int | None) -> Floats | None:
        """A change of hidden bundles alone in which one changes by `by` and `still` does not, if there is one."""
        place = int(self._place[bundle])
        quiet = None if still is None or self._place[still] < 0 else int(self._place[still])
        if place < 0 or place == quiet:
            return None
        found = self._region.change(place, int(self._sign[bundle]) * by, quiet, [])
        return None if found is None else product(self._inner.holds, found)


class Search:
    """Finds changes of the true table; bundles that are hidden already cost next to nothing.

    `cost` is what it costs to change each bundle by one, and `hidden` marks those that are hidden: both `(bundles,)`.
    """

    def __init__(self, bundles: Bundles, cost: Floats, hidden: Marks):
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

    def hide(self, places: Integers) -> None:
        """Takes note of bundles, by their places, `(some,)`, that are hidden from now on."""
        new = places[self._cost[places] != FREE]
        self._cost[new] = FREE
        self._news += new.tolist()
        if (self._cost == FREE).sum() > self._stale:
            self._bundle_hidden()

    def homes(self, bundle: int) -> set[Neighbourhood]:
        """The neighbourhoods that a search near by uses; two searches with none in common stand apart."""
        hidden = self._hidden.home(bundle)
        return {self._near.home(bundle), *([hidden] if hidden else [])}

    def begin(self, bundle: int, by: int, still: int | None = None) -> Underway:
        """Begins to search near by for the cheapest change in which one bundle changes by `by` and `still` does not.

        Searches that have no program in common may go on side by side: they know what was hidden when they began,
        and find their programs made.
        """
        self.homes(bundle)
        return self._threads.submit(self._nearby, self._hidden, len(self._news), bundle, by, still)

    def change(self, bundle: int, by: int, still: int | None = None, begun: Underway | None = None) -> Floats | None:
        """The cheapest change of all bundles in which one changes by `by` and `still` does not, if there is one."""
        found = (begun or self.begin(bundle, by, still)).result()
        return self._further(bundle, by, still) if found is None else found

    def _nearby(self, hidden: _Hidden, news: int, bundle: int, by: int, still: int | None) -> Floats | None:
        found = hidden.change(bundle, by, still)
        return self._near.change(bundle, by, still, self._news[:news]) if found is None else found

    def _further(self, bundle: int, by: int, still: int | None = None) -> Floats | None:
        before = self._near
        for region in self._wider:
            if before.is_all(bundle):
                return None
            before, found = region, region.change(bundle, by, still, self._news)
            if found is not None:
                return found
        return None
