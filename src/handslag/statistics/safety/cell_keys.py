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
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

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


def bounds(shown: int, most: int) -> tuple[int, int]:
    """Between which counts the true one lies, of one that is shown with a change of at most `most`."""
    return (max(shown - most, 1), shown + most) if shown else (0, most)


@cache
def chances(count: int, noise: Noise) -> tuple[Integers, Floats]:
    """(changes, their chances), both `(changes,)`, for a true count of units.

    Of all laws within the bounds that are unbiased and have the variance asked for, the one of most entropy: it tells
    least. Its chances are in proportion to exp(a * change + b * change²). Where the bounds of small counts leave no law
    of that variance, it is the one with the least.
    """
    changes = np.arange(-min(count, noise.most), noise.most + 1)
    shown = count + changes
    changes = changes[(shown == 0) | (shown > noise.small)]
    if not changes.min() <= 0 <= changes.max():
        raise ValueError(f"no noise of at most {noise.most} hides {count}: allow more")
    low, high = changes[changes <= 0].max(), changes[changes >= 0].min()
    if -low * high >= noise.variance:  # nothing unbiased varies less than between the two nearest to none
        found = np.where(changes == low, high, 0) + np.where(changes == high, -low, 0)
        return changes, found / found.sum()
    powers = np.vstack([changes, changes**2]) / noise.most ** np.array([[1], [2]])
    wanted = np.array([0, noise.variance / noise.most**2])

    def free(given: Floats) -> float:
        return float(logsumexp(given @ powers) - given @ wanted)

    found = minimize(free, np.zeros(2), method="BFGS", options={"gtol": 1e-9}).x
    return changes, np.asarray(softmax(found @ powers))


def noisy(count: int, cell_key: float, noise: Noise) -> int:
    """The count as the cube shows it. Zero stays zero. Raises ValueError where the noise's bounds leave no way."""
    if count == 0:
        return 0
    reach = noise.small + noise.most + 1
    changes, found = chances(min(count, reach), noise)
    place = int(np.searchsorted(np.cumsum(found), cell_key, side="right"))
    return count + int(changes[min(place, len(changes) - 1)])


def variances(noise: Noise) -> dict[int, float]:
    """The variance of each true count's noise; the last holds for all greater ones."""
    laws = {count: chances(count, noise) for count in range(1, noise.small + noise.most + 2)}
    return {count: round(float(found @ changes**2), 3) for count, (changes, found) in laws.items()}
