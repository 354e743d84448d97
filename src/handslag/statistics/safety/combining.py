"""Changes that are made of those found before: cheaper than to search, and they hide nothing new."""

import numpy as np

from handslag.statistics.arrays import Floats, Integers, Marks
from handslag.statistics.safety.bundling import Bundles

LATEST = 100
"""So many of the latest changes of a bundle are tried together."""
TOGETHER = 6
"""Of so many changes one is put together."""


class Known:
    """The changes found so far, by the bundles that they move.

    A change tells by how many counted units each bundle changes, `(bundles,)`: whole numbers, as floats.
    """

    def __init__(self, bundles: Bundles):
        self._rise, self._fall = bundles.rise, bundles.fall
        self._moving: dict[int, list[tuple[Integers, Floats, float]]] = {}

    def add(self, change: Floats, wanted: Marks) -> None:
        """Remembers a change for those of the bundles in it that are `wanted`, `(bundles,)`."""
        places = np.flatnonzero(change)
        values = change[places]
        for at in np.flatnonzero(wanted[places]):
            self._moving.setdefault(int(places[at]), []).append((places, values, float(values[at])))

    def times(self, change: Floats) -> int:
        """How often a change can be made before a cell would be less than empty (at most 10^6)."""
        places = np.flatnonzero(change)
        values = change[places]
        room = np.where(values > 0, self._rise[places], self._fall[places])
        return int(min((room / np.abs(values)).min(initial=1e6), 1e6))

    def put_together(self, bundle: int, by: int, *, exactly: bool) -> Floats | None:
        """A sum of known changes, or of their opposites, in which a bundle changes by `by` (or by more)."""
        total, left = np.zeros(len(self._rise)), float(abs(by))
        for _ in range(TOGETHER):
            best, gained = None, 0.0
            for places, values, own in self._moving.get(bundle, ())[-LATEST:]:
                sign = 1 if (own > 0) == (by > 0) else -1
                if abs(own) <= gained or (exactly and abs(own) > left):
                    continue
                after = total[places] + sign * values
                if (after <= self._rise[places]).all() and (after >= -self._fall[places]).all():
                    best, gained = (places, sign * values), abs(own)
            if best is None:
                return None
            total[best[0]] += best[1]
            left -= gained
            if left <= 0:
                return total
        return None
