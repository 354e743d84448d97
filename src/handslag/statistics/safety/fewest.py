"""The fewest cells that have to be hidden, where tables are small: all needs at once, by one integer program.

What it finds is a proposal. Whoever protects takes it for what may be hidden at no cost and seeks each witness anew in
whole numbers, so nothing hangs on it but how much is hidden. Source: Fischetti and Salazar, Management Science 47
(2001), whose model this is, without their cuts.
"""

from collections.abc import Sequence

import highspy
import numpy as np
from scipy import sparse

from handslag.statistics.arrays import Floats, Integers, SparseFloats
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
    rows = sparse.vstack(
        [sparse.hstack([still, sums]), sparse.hstack([-ups, moves]), sparse.hstack([-downs, -moves])], format="csc"
    )
    least = np.r_[np.zeros(sums.shape[0]), np.full(2 * moves.shape[0], -highspy.kHighsInf)]
    return _cheapest(paid, price[paid], rows, least, low, high)


def _cheapest(
    paid: Integers, price: Floats, rows: SparseFloats, least: Floats, low: Floats, high: Floats
) -> Integers | None:
    """Those of `paid`, which are the program's first columns, that its cheapest solution takes, if there is one.

    `rows`, `(rows, columns)`, are between `least` and nothing, and columns between `low` and `high`, `(columns,)`.
    """
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = rows.shape
    program.col_cost_ = np.r_[price, np.zeros(len(low) - len(paid))]
    program.col_lower_, program.col_upper_ = low, high
    program.row_lower_, program.row_upper_ = least, np.zeros(rows.shape[0])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    program.integrality_ = [whole] * len(paid) + [part] * (len(low) - len(paid))
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its makers have not annotated this one method
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.passModel(program)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    taken: Integers = paid[np.array(solver.getSolution().col_value)[: len(paid)] > 0.5]
    return taken
