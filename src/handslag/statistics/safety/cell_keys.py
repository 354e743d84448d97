"""The second product: counts for an interactive cube, each a little wrong, the same person always in the same way.

Each unit has a key drawn from its id by a secret; a cell's key is the fractional part of the sum of its units' keys,
and decides its noise. So a cell has the same noise in whatever table it is asked for, and differences of cells with the
same units are none. Noise is whole, within `most`, makes no count negative, and leaves no count from 1 to `small`.
Source: Fraser and Wooton, ABS cell key method (2005); Meindl and Enderle, cellKey (2019).
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import linprog

from handslag.statistics.arrays import Floats, Integers

BITS = 32


@dataclass(frozen=True)
class Noise:
    """How counts are changed: variance, the greatest change, and the counts that are never shown (1 to `small`)."""

    variance: float = 3.0
    most: int = 6
    small: int = 4


def record_key(record: str, secret: bytes) -> float:
    """A unit's key, evenly spread from 0 to below 1, from its id and the secret."""
    digest = hmac.new(secret, record.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4]) / (1 << BITS)


@cache
def _chances(count: int, noise: Noise) -> tuple[Integers, Floats]:
    """(changes, their cumulative chances), both `(changes,)`, for a true count of units.

    They are unbiased, within bounds, and of the variance asked for.

    Where the bounds of small counts leave no such law, the linear program takes the one with the least variance.
    """
    changes = np.arange(-min(count, noise.most), noise.most + 1)
    shown = count + changes
    changes = changes[(shown == 0) | (shown > noise.small)]
    squares = changes.astype(float) ** 2
    sums = np.vstack([np.ones(len(changes)), changes])
    peak = np.abs(changes) * 1e-3
    for bound in (noise.variance, None):
        no_more, most = (np.vstack([squares, -squares]), [bound + 1e-9, -bound + 1e-9]) if bound else (None, None)
        cost = peak if bound else squares
        likeliest = 0.6 if len(changes) > 4 and bound else 1
        solved = linprog(cost, A_ub=no_more, b_ub=most, A_eq=sums, b_eq=[1, 0], bounds=(0, likeliest))
        if solved.x is not None:
            return changes, np.cumsum(solved.x)
    raise ValueError(f"no noise of at most {noise.most} hides {count}: allow more")


def noisy(count: int, cell_key: float, noise: Noise) -> int:
    """The count as the cube shows it. Zero stays zero. Raises ValueError where the noise's bounds leave no way."""
    if count == 0:
        return 0
    reach = noise.small + noise.most + 1
    changes, chances = _chances(min(count, reach), noise)
    return count + int(changes[min(int(np.searchsorted(chances, cell_key, side="right")), len(changes) - 1)])
