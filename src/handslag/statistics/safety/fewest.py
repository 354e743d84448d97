"""The fewest cells that have to be hidden, where tables are small: all needs at once, by one integer program.

What it finds is a proposal. Whoever protects takes it for what may be hidden at no cost and seeks each witness anew in
whole numbers, so nothing hangs on it but how much is hidden. Source: Fischetti and Salazar, Management Science 47
(2001), whose model this is, without their cuts.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from handslag.statistics.arrays import Floats, Integers
from handslag.statistics.safety.bundling import Bundles

LARGEST = 10_000
"""Needs times bundles; larger programs take longer than what they save is worth."""
NODES = 200
"""So many branches are tried: a number and no time, so that every machine finds the same."""
Wanted = tuple[int, int]
"""A bundle, and by how much it must be able to change."""


def fewest(bundles: Bundles, price: Floats, needs: Sequence[Wanted]) -> Integers | None:
    """The bundles with a price, `(some,)`, that must be hidden so that each of `needs` can be met, cheapest together.

    `price`, `(bundles,)`, is how many cells a bundle adds to what is hidden. None where the program is too large, or
    none is found.
    """
    size, paid = len(price), np.flatnonzero(price)
    if not (len(needs) and len(paid)) or len(needs) * size > LARGEST:
        return None
    far = np.array([abs(by) for _bundle, by in needs], dtype=float)[:, None]
    rise, fall = np.minimum(bundles.rise, far), np.minimum(bundles.fall, far)
    every, chosen = sparse.identity(len(needs)), sparse.identity(size, format="csr")[paid]
    moves = sparse.kron(every, chosen)
    ups, downs = (sparse.vstack([sparse.diags(one) for one in room[:, paid]]) for room in (rise, fall))
    sums = sparse.kron(every, bundles.sums)
    still = sparse.csr_matrix((sums.shape[0], len(paid)))
    low, high = np.r_[np.zeros(len(paid)), -fall.ravel()], np.r_[np.ones(len(paid)), rise.ravel()]
    for number, (bundle, by) in enumerate(needs):
        low[len(paid) + number * size + bundle] = high[len(paid) + number * size + bundle] = by
    found = milp(
        np.r_[price[paid], np.zeros(len(needs) * size)],
        integrality=np.r_[np.ones(len(paid)), np.zeros(len(needs) * size)],
        bounds=Bounds(low, high),
        constraints=[
            LinearConstraint(sparse.hstack([still, sums], format="csc"), 0, 0),
            LinearConstraint(sparse.hstack([-ups, moves], format="csc"), -np.inf, 0),
            LinearConstraint(sparse.hstack([downs, moves], format="csc"), 0, np.inf),
        ],
        options={"node_limit": NODES},
    )
    return None if found.x is None else paid[found.x[: len(paid)] > 0.5]
