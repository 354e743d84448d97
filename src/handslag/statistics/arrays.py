"""Kinds of arrays by what they hold; their shapes and units stand where they are used."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Marks = NDArray[np.bool_]
SparseFloats = sparse.csr_matrix[np.float64]
SparseIntegers = sparse.csr_matrix[np.int64]
Number = TypeVar("Number", np.float64, np.int64)


def product(
    matrix: sparse.csr_matrix[Number] | sparse.csc_matrix[Number], vector: NDArray[Number] | Marks
) -> NDArray[Number]:
    """A sparse matrix, `(rows, columns)`, times a vector, `(columns,)`: a number for each row, `(rows,)`."""
    return np.asarray(matrix @ vector)
