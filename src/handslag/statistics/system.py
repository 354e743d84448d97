"""All linked tables as one system: a variable for each cell that exists, an equation for each sum that must hold.

A cell is named by its codes in every dimension of the release; a table that lacks a dimension holds its total. Cells of
several tables with the same name are one variable. This is what an attacker knows beside the published counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from handslag.statistics.tables import BadInput, Hierarchy, Table

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Sum:
    """That a cell is the sum of others."""

    whole: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class System:
    """The cells of a release with their counts, and the sums between them."""

    dimensions: tuple[str, ...]
    counts: dict[Cell, int]
    sums: tuple[Sum, ...]

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells in a fixed order."""
        return sorted(self.counts)

    @cached_property
    def index(self) -> dict[Cell, int]:
        """Each cell's place in that order."""
        return {cell: place for place, cell in enumerate(self.cells)}

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """A row a sum: 1 for each part, -1 for the whole; times the counts it gives zeros."""
        rows, columns, values = [], [], []
        for number, one in enumerate(self.sums):
            for cell, value in ((one.whole, -1.0), *((part, 1.0) for part in one.parts)):
                rows.append(number)
                columns.append(self.index[cell])
                values.append(value)
        shape = (len(self.sums), len(self.cells))
        return sparse.csr_matrix((values, (rows, columns)), shape=shape)


def _families(codes: set[str], total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(parent, children) of every sum that a dimension has: by each hierarchy, and up to its total."""
    parents = {parent for h in hierarchies for parent in h.parent_of.values()}
    leaves = codes - parents - {total}
    covered = False
    for hierarchy in hierarchies:
        children: dict[str, list[str]] = {}
        for child, parent in hierarchy.parent_of.items():
            if child in codes:
                children.setdefault(parent, []).append(child)
        yield from ((parent, tuple(sorted(found))) for parent, found in children.items() if parent in codes)
        tops = {p for p in children if p not in hierarchy.parent_of and p != total}
        if (
            total not in children
            and {code for code in hierarchy.parent_of if code in leaves} == leaves
            and tops <= codes
        ):
            covered = True
            yield total, tuple(sorted(tops))
        covered |= total in children
    if not covered and leaves:
        yield total, tuple(sorted(leaves))


def _sums(table: Table, total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Sum]:
    for place, dimension in enumerate(table.dimensions):
        codes = {key[place] for key in table.counts}
        if total not in codes:
            raise BadInput(
                f"{table.name}: the dimension {dimension} has no margin “{total}”. Name its code with --total."
            )
        own = [h for h in hierarchies if h.dimension == dimension]
        others = {(*key[:place], *key[place + 1 :]) for key in table.counts}
        for parent, children in _families(codes, total, own):
            for rest in sorted(others):
                cell = (*rest[:place], parent, *rest[place:])
                parts = tuple((*rest[:place], child, *rest[place:]) for child in children)
                if cell in table.counts:
                    yield Sum(cell, tuple(part for part in parts if part in table.counts))


def build(tables: Sequence[Table], total: str, hierarchies: Sequence[Hierarchy]) -> System:
    """The system of linked tables. A cell that a table leaves out counts as an empty one.

    Raises BadInput, naming the margin, where sums do not add up or a cell has different counts in two tables.
    """
    dimensions = tuple(dict.fromkeys(name for table in tables for name in table.dimensions))
    unknown = {h.dimension for h in hierarchies} - set(dimensions)
    if unknown:
        raise BadInput(f"No table has the dimension {', '.join(sorted(unknown))} that a hierarchy is given for.")
    counts: dict[Cell, int] = {}
    sums: dict[Sum, None] = {}
    for table in tables:
        whole = _naming(table, dimensions, total)
        for key, number in table.counts.items():
            if counts.setdefault(whole(key), number) != number:
                raise BadInput(
                    f"{table.name}: {', '.join(key)} is {number}, but another table has {counts[whole(key)]}."
                )
        for one in _sums(table, total, hierarchies):
            added = sum(table.counts[part] for part in one.parts)
            if added != table.counts[one.whole]:
                place = ", ".join(one.whole)
                raise BadInput(
                    f"{table.name}: the margin {place} is {table.counts[one.whole]}, its parts add up to {added}."
                )
            sums[Sum(whole(one.whole), tuple(map(whole, one.parts)))] = None
    return System(dimensions, counts, tuple(sums))


def _naming(table: Table, dimensions: tuple[str, ...], total: str):
    places = [table.dimensions.index(name) if name in table.dimensions else None for name in dimensions]
    return lambda key: tuple(total if place is None else key[place] for place in places)


def vector(system: System) -> np.ndarray:
    """The counts in the order of the cells."""
    return np.array([system.counts[cell] for cell in system.cells], dtype=float)
