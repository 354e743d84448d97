"""Cells that can only change together, as one: where the other cells of a sum stand still, one cannot move alone."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from handslag.statistics.arrays import Floats, Integers, Marks, SparseFloats

ROUNDS = 100
"""So often what the sums leave is worked out anew at most; stopping early leaves too much room, never too little."""


@dataclass(frozen=True)
class Bundles:
    """The cells of a system in bundles.

    `holds`, `(cells, bundles)`: 1 where the cell rises when the bundle rises, -1 where it falls; a cell that cannot
    change has an empty row. `sums`, `(sums, bundles)`, has a row for each sum that still binds. `rise` and `fall`,
    `(bundles,)`, tell how far each bundle can go before a cell of it is empty: in counted units, infinity for no limit.
    """

    holds: SparseFloats
    sums: SparseFloats
    rise: Floats
    fall: Floats

    def followed(self) -> tuple[Integers, Floats]:
        """Each cell's bundle (-1 where it stands still), and whether it rises with it (1) or falls (-1): `(cells,)`."""
        held = self.holds.tocoo()
        place, sign = np.full(self.holds.shape[0], -1), np.zeros(self.holds.shape[0])
        place[held.row], sign[held.row] = held.col, held.data
        return place, sign


class _Tied:
    """Which cell each cell follows, and whether with it (1), against it (-1), or not at all: still (0)."""

    def __init__(self, size: int):
        self._follows, self._sign = list(range(size)), [1] * size

    def leader(self, cell: int) -> tuple[int, int]:
        sign = 1
        while self._follows[cell] != cell:
            sign, cell = sign * self._sign[cell], self._follows[cell]
        return cell, sign * self._sign[cell]

    def stop(self, cell: int) -> None:
        self._sign[self.leader(cell)[0]] = 0

    def tie(self, one: int, other: int, sign: int) -> None:
        (one, a), (other, b) = self.leader(one), self.leader(other)
        if not a or not b:
            self.stop(one)
            self.stop(other)
        elif one != other:
            self._follows[other], self._sign[other] = one, a * b * sign
        elif a * b != sign:
            self.stop(one)


def bundle(matrix: SparseFloats, rise: Floats, fall: Floats, is_open: Marks) -> Bundles:
    """The bundles of cells (or of bundles) under sums: a row of `matrix`, `(sums, cells)`, each, that stays zero.

    `rise` and `fall`, `(cells,)`, tell how far each can go; what is not open, `(cells,)`, stands still.
    """
    tied = _Tied(len(rise))
    for cell in np.flatnonzero(~is_open):
        tied.stop(int(cell))
    while True:
        holds, leaders = _incidence(tied, len(rise))
        sums = (matrix @ holds).tocsr()
        sums.eliminate_zeros()
        length = np.diff(sums.indptr)
        short = [row for row in np.flatnonzero((length == 1) | (length == 2)).tolist() if not _lopsided(sums, row)]
        if not short:
            break
        for row in short:
            columns, values = _row(sums, row)
            if len(columns) == 1:
                tied.stop(leaders[columns[0]])
            else:
                tied.tie(leaders[columns[0]], leaders[columns[1]], -1 if values[0] == values[1] else 1)
    sums = sums[length > 0]
    return _settled(Bundles(holds, sums, _room(holds, rise, fall), _room(holds, fall, rise)))


def _settled(bundles: Bundles) -> Bundles:
    """The same with no more room than the sums leave: a whole falls no further than all of its parts together can."""
    found = bundles.sums.tocoo()
    row, column, size = found.row.astype(np.int64), found.col, np.abs(found.data)
    is_part = found.data > 0
    rise, fall = bundles.rise.copy(), bundles.fall.copy()
    for _ in range(ROUNDS):
        up = size * np.where(is_part, rise[column], fall[column])
        down = size * np.where(is_part, fall[column], rise[column])
        most, least = (np.floor(_others(row, of, bundles.sums.shape[0]) / size) for of in (down, up))
        before = rise.copy(), fall.copy()
        np.minimum.at(rise, column, np.where(is_part, most, least))
        np.minimum.at(fall, column, np.where(is_part, least, most))
        if (rise == before[0]).all() and (fall == before[1]).all():
            break
    return replace(bundles, rise=rise, fall=fall)


def _others(row: Integers, room: Floats, rows: int) -> Floats:
    """For each entry of the sums, `(entries,)`, how far the others of its row can go together."""
    endless = np.isinf(room)
    many = np.bincount(row, weights=endless, minlength=rows)[row] - endless
    finite = np.where(endless, 0, room)
    together = np.bincount(row, weights=finite, minlength=rows)[row] - finite
    return np.where(many > 0, np.inf, together)


def _row(sums: SparseFloats, row: int) -> tuple[NDArray[np.int32], Floats]:
    """The places and the values of what stands in a row, both `(entries,)`."""
    part = slice(sums.indptr[row], sums.indptr[row + 1])
    return sums.indices[part], sums.data[part]


def _lopsided(sums: SparseFloats, row: int) -> bool:
    values = np.abs(_row(sums, row)[1])
    return len(values) == 2 and bool(values[0] != values[1])


def _incidence(tied: _Tied, size: int) -> tuple[SparseFloats, list[int]]:
    """What each bundle holds, `(cells, bundles)`, and the leader of each."""
    leads = [tied.leader(cell) for cell in range(size)]
    leaders = sorted({leader for leader, sign in leads if sign})
    place = {leader: n for n, leader in enumerate(leaders)}
    held = [(cell, place[leader], sign) for cell, (leader, sign) in enumerate(leads) if sign]
    rows, columns, signs = zip(*held, strict=True) if held else ((), (), ())
    return sparse.csr_matrix((np.array(signs, dtype=float), (rows, columns)), shape=(size, len(leaders))), leaders


def _room(holds: SparseFloats, along: Floats, against: Floats) -> Floats:
    """How far each bundle can go, `(bundles,)`: by the room of cells that go along with it and of those against it."""
    room = np.full(holds.shape[1], np.inf)
    found = holds.tocoo()
    np.minimum.at(room, found.col, np.where(found.data > 0, along[found.row], against[found.row]))
    return room
