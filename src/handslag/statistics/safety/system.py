"""All linked tables as one system: a variable for each cell that exists, an equation for each sum that must hold.

A cell is named by its codes in every dimension of the release; a table that lacks a dimension holds its total. Cells of
several tables with the same name are one variable. This is what an attacker knows beside the published counts.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from handslag.statistics.arrays import Floats, SparseFloats
from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Cell, Earlier, Hierarchy, ShownTable, TrueTable


@dataclass(frozen=True)
class Sum:
    """That a cell is the sum of others."""

    whole: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class System:
    """The cells of a release with their counts (of persons, or of other units), and the sums between them.

    `least` is what readers know of a cell when it is hidden: 1 where zeros are printed, else 0; `most` is
    there where it was told with noise.
    """

    dimensions: tuple[str, ...]
    counts: dict[Cell, int]
    sums: tuple[Sum, ...]
    least: dict[Cell, int]
    most: dict[Cell, int]

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells in a fixed order."""
        return sorted(self.counts)

    @cached_property
    def index(self) -> dict[Cell, int]:
        """Each cell's place in that order."""
        return {cell: place for place, cell in enumerate(self.cells)}

    @cached_property
    def matrix(self) -> SparseFloats:
        """The sums, `(sums, cells)`: 1 for each part, -1 for the whole; times the counts it gives zeros."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for number, one in enumerate(self.sums):
            for cell, value in ((one.whole, -1.0), *((part, 1.0) for part in one.parts)):
                rows.append(number)
                columns.append(self.index[cell])
                values.append(value)
        shape = (len(self.sums), len(self.cells))
        return sparse.csr_matrix((values, (rows, columns)), shape=shape)


def _families(codes: set[str], total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(parent, children) of every sum that a dimension has: by each hierarchy, and up to its total."""
    parents = {parent for h in hierarchies for child, parent in h.parent_of.items() if child in codes}
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
        yield from ((total, tuple(sorted(parts))) for parts in _wholes(leaves, hierarchies))


def _wholes(leaves: set[str], hierarchies: Sequence[Hierarchy]) -> Iterator[set[str]]:
    """Codes that make up a total: all leaves, or, where some lie over the same ground (counties and associations, with
    no municipality between), those of each hierarchy that covers all of it."""
    below: dict[str, set[str]] = {}
    for child, parent in ((c, p) for h in hierarchies for c, p in h.parent_of.items()):
        below.setdefault(parent, set()).add(child)

    def ground(code: str) -> set[str]:
        return set().union(*map(ground, below[code])) if code in below else {code}

    held = {leaf: ground(leaf) for leaf in leaves}
    whole = set().union(*held.values())
    for parts in (leaves, *(leaves & {*h.parent_of, *h.parent_of.values()} for h in hierarchies)):
        if Counter(code for part in parts for code in held[part]) == Counter(whole):
            yield parts


def _sums(table: TrueTable, total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Sum]:
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


def build(
    tables: Sequence[TrueTable],
    total: str,
    hierarchies: Sequence[Hierarchy],
    earlier: Sequence[Earlier] = (),
    sensitive: Collection[str] = (),
) -> System:
    """The system of linked tables. A cell that a table leaves out counts as an empty one.

    Cells of `earlier` releases are the same variable where their count is still true, and else one of their own, named
    after the release too. Zeros are hidden in `sensitive` dimensions and printed elsewhere. Raises BadInput, naming the
    margin, where sums do not add up or a cell has two counts.
    """
    every = (*tables, *(one.table for one in earlier))
    dimensions = tuple(dict.fromkeys(name for table in every for name in table.dimensions))
    unknown = {h.dimension for h in hierarchies} - set(dimensions)
    if unknown:
        raise BadInput(f"No table has the dimension {', '.join(sorted(unknown))} that a hierarchy is given for.")
    counts: dict[Cell, int] = {}
    sums: dict[Sum, None] = {}
    for table in tables:
        _add(table, dimensions, total, hierarchies, counts, sums)
    new = frozenset(counts)
    least = {cell: _least(cell, dimensions, sensitive, total) for cell in counts}
    most: dict[Cell, int] = {}
    for before in earlier:
        names = _add_earlier(before, dimensions, total, hierarchies, counts, sums)
        _add_known(before, names, dimensions, total, least, most)
    for one, parent in _sums_across(counts, dimensions, total, hierarchies):
        added = sum(counts[part] for part in one.parts)
        if added == counts[one.whole]:
            sums[one] = None
        elif parent != total and new.issuperset((one.whole, *one.parts)):
            place = ", ".join(one.whole)
            raise BadInput(f"The margin {place} is {counts[one.whole]}, its parts in another table add up to {added}.")
    return System(dimensions, counts, tuple(sums), least, most)


def _least(cell: Cell, dimensions: tuple[str, ...], sensitive: Collection[str], total: str) -> int:
    """What a reader knows a hidden cell to be at least."""
    may_be_empty = any(name in sensitive and code != total for name, code in zip(dimensions, cell, strict=False))
    return 0 if may_be_empty else 1


def _add(
    table: TrueTable,
    dimensions: tuple[str, ...],
    total: str,
    hierarchies: Sequence[Hierarchy],
    counts: dict[Cell, int],
    sums: dict[Sum, None],
) -> None:
    """Adds a table's cells and sums."""
    whole = naming(table, dimensions, total)
    for key, number in table.counts.items():
        if counts.setdefault(whole(key), number) != number:
            raise BadInput(f"{table.name}: {', '.join(key)} is {number}, but another table has {counts[whole(key)]}.")
    for one in _sums(table, total, hierarchies):
        added = sum(table.counts[part] for part in one.parts)
        if added != table.counts[one.whole]:
            place = ", ".join(one.whole)
            raise BadInput(
                f"{table.name}: the margin {place} is {table.counts[one.whole]}, its parts add up to {added}."
            )
        sums[Sum(whole(one.whole), tuple(map(whole, one.parts)))] = None


def _sums_across(
    counts: Collection[Cell], dimensions: tuple[str, ...], total: str, hierarchies: Sequence[Hierarchy]
) -> Iterator[tuple[Sum, str]]:
    """Sums whose whole and parts may stand in different tables, with the code of the whole.

    Of a total they may be none, where tables hold other parts of it.
    """
    for place, dimension in enumerate(dimensions):
        lines: dict[Cell, dict[str, Cell]] = {}
        for cell in counts:
            if len(cell) == len(dimensions):
                lines.setdefault((*cell[:place], *cell[place + 1 :]), {})[cell[place]] = cell
        codes = {code for line in lines.values() for code in line}
        families = list(_families(codes, total, [h for h in hierarchies if h.dimension == dimension]))
        for line in lines.values():
            for parent, children in families:
                parts = tuple(line[child] for child in children if child in line)
                if parent in line and parts:
                    yield Sum(line[parent], parts), parent


def _add_earlier(
    one: Earlier,
    dimensions: tuple[str, ...],
    total: str,
    hierarchies: Sequence[Hierarchy],
    counts: dict[Cell, int],
    sums: dict[Sum, None],
) -> dict[Cell, Cell]:
    """Adds an earlier table, and tells its cells' names. Sums that a change of hierarchies has undone are left out."""
    names = earlier_names(one, dimensions, total, counts)
    for key, number in one.table.counts.items():
        counts.setdefault(names[key], number)
    for found in _sums(one.table, total, hierarchies):
        if sum(one.table.counts[part] for part in found.parts) == one.table.counts[found.whole]:
            sums[Sum(names[found.whole], tuple(names[part] for part in found.parts))] = None
    return names


def _add_known(
    one: Earlier,
    names: dict[Cell, Cell],
    dimensions: tuple[str, ...],
    total: str,
    least: dict[Cell, int],
    most: dict[Cell, int],
) -> None:
    """Adds what an earlier table tells of its hidden cells."""
    for key, cell in names.items():
        known = 0
        if one.bounds is not None:
            if key in one.bounds:
                known, high = one.bounds[key]
                most[cell] = min(most.get(cell, high), high)
        elif key in one.hidden:
            known = _least(cell, dimensions, one.sensitive, total)
        least[cell] = max(least.get(cell, 0), known)


def earlier_names(one: Earlier, dimensions: tuple[str, ...], total: str, counts: dict[Cell, int]) -> dict[Cell, Cell]:
    """The variable of each cell of an earlier table: named after the release where its count was revised since."""
    whole = naming(one.table, dimensions, total)
    found = {key: (whole(key), number) for key, number in one.table.counts.items()}
    return {k: cell if counts.get(cell, n) == n else (*cell, one.edition) for k, (cell, n) in found.items()}


def naming(table: ShownTable, dimensions: tuple[str, ...], total: str) -> Callable[[Cell], Cell]:
    """What a table's cell is called in a system with these dimensions."""
    places = [table.dimensions.index(name) if name in table.dimensions else None for name in dimensions]
    return lambda key: tuple(total if place is None else key[place] for place in places)


def vector(system: System) -> Floats:
    """The counts in the order of the cells, `(cells,)`."""
    return np.array([system.counts[cell] for cell in system.cells], dtype=float)
