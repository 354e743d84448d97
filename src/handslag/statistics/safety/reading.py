"""What a reader of published tables knows: cells that are seen, unknown ones, and the equations between them.

Written for the attacker alone; shares no code with what protects.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Cell, Earlier, Hierarchy, ShownTable, TrueTable

Equation = tuple[frozenset[int], frozenset[int], int]
"""Unknowns that add, unknowns that subtract, and the number (of persons, or of other units) that they come to."""
Line = dict[str, Cell]
"""The cells that differ in one dimension alone, by their code in it."""


class _Named:
    """A table with the unknown that each of its cells is. Of an earlier one they are its own where revised since."""

    def __init__(
        self,
        table: ShownTable,
        truth: TrueTable,
        names: Sequence[str],
        total: str,
        sensitive: Sequence[str],
        bounds: Mapping[Cell, tuple[int, int]] | None = None,
    ):
        self.table, self.truth, self.is_earlier, self._bounds = table, truth, False, bounds
        self.names: dict[Cell, Cell] = {}
        self._asked = [(axis, total) for axis, name in enumerate(table.dimensions) if name in sensitive]
        for key in table.counts:
            codes = dict(zip(table.dimensions, key, strict=True))
            self.names[key] = tuple(codes.get(name, total) for name in names)
        self._prints_zeros = all(
            truth.counts[key] for key, number in table.counts.items() if number is None and not self._is_asked(key)
        )

    def _is_asked(self, key: Cell) -> bool:
        return any(key[axis] != total for axis, total in self._asked)

    def at_least(self, key: Cell) -> int:
        """What a reader knows a hidden cell to be at least: where zeros are printed, it is none."""
        if self._bounds is not None:
            return self._bounds.get(key, (0, 0))[0]
        return int(self._prints_zeros and not self._is_asked(key))

    def at_most(self, key: Cell) -> float:
        """What a reader knows a hidden cell to be at most, where it was told with noise."""
        return self._bounds[key][1] if self._bounds and key in self._bounds else math.inf

    def made_earlier(self, edition: str, current: dict[Cell, int]) -> "_Named":
        """The same as a table of an earlier release, whose counts may have been true only then."""
        self.is_earlier = True
        for key, cell in self.names.items():
            if current.setdefault(cell, self.truth.counts[key]) != self.truth.counts[key]:
                self.names[key] = (*cell, edition)
        return self

    def adds_up(self, whole: Cell, parts: list[Cell]) -> bool:
        """Whether a sum held; in an earlier table a change of hierarchies may have undone it."""
        counts = self.truth.counts
        return not self.is_earlier or counts[whole] == sum(counts[part] for part in parts)


class Seen:
    """The published tables as unknowns and equations between them."""

    def __init__(self, tables: Sequence[_Named], names: Sequence[str], total: str, hierarchies: Sequence[Hierarchy]):
        self.names = names
        self.known: dict[Cell, int] = {}
        suppressed: dict[Cell, bool] = {}
        for one in tables:
            for key, number in one.table.counts.items():
                cell = one.names[key]
                if number is None:
                    suppressed[cell] = suppressed.get(cell, False) or not one.is_earlier
                else:
                    self.known[cell] = number
        if both := [cell for cell, is_new in suppressed.items() if is_new and cell in self.known]:
            raise BadInput(f"{', '.join(min(both))} is published in one table and suppressed in another.")
        self.unknown = {cell: n for n, cell in enumerate(c for c in suppressed if c not in self.known)}
        self.least, self.most = [0] * len(self.unknown), [math.inf] * len(self.unknown)
        for one in tables:
            for key, cell in one.names.items():
                if one.table.counts[key] is None and cell in self.unknown:
                    number = self.unknown[cell]
                    self.least[number] = max(self.least[number], one.at_least(key))
                    self.most[number] = min(self.most[number], one.at_most(key))
        self.equations = {e for one in tables for e in self._equations(one, total, hierarchies)}
        self.equations |= set(self._between(tables, total, hierarchies))

    def _equations(self, one: _Named, total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Equation]:
        for axis, name in enumerate(one.table.dimensions):
            trees = [h.parent_of for h in hierarchies if h.dimension == name]
            lines: dict[Cell, Line] = defaultdict(dict)
            for key in one.table.counts:
                lines[key[:axis] + key[axis + 1 :]][key[axis]] = key
            codes = {key[axis] for key in one.table.counts}
            for line in lines.values():
                for parent, children in _trees(codes, trees, total):
                    parts = [line[c] for c in children if c in line]
                    if parent in line and one.adds_up(line[parent], parts):
                        yield from self._equation(one.names[line[parent]], [one.names[part] for part in parts])

    def _between(self, tables: Sequence[_Named], total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Equation]:
        """Sums over cells of several tables, wherever they hold."""
        real = {one.names[key]: n for one in tables for key, n in one.truth.counts.items()}
        for axis, name in enumerate(self.names):
            trees = [h.parent_of for h in hierarchies if h.dimension == name]
            lines: dict[Cell, Line] = defaultdict(dict)
            for cell in (c for c in real if len(c) == len(self.names)):
                lines[cell[:axis] + cell[axis + 1 :]][cell[axis]] = cell
            linked = _trees({code for line in lines.values() for code in line}, trees, total)
            for line, (parent, children) in itertools.product(lines.values(), linked):
                parts = [line[c] for c in children if c in line]
                if parent in line and parts and real[line[parent]] == sum(real[part] for part in parts):
                    yield from self._equation(line[parent], parts)

    def surely(self) -> list[int]:
        """What each unknown is at least by the printed zeros alone: as much as the least of its parts together."""
        found = list(self.least)
        sums = [(adds, least) for adds, less, number in self.equations if not number for least in less]
        is_new = True
        while is_new:
            is_new = False
            for adds, whole in sums:
                together = sum(found[one] for one in adds)
                if together > found[whole]:
                    found[whole], is_new = together, True
                elif len(adds) == 1 and together < found[whole]:
                    found[next(iter(adds))], is_new = found[whole], True
        return found

    def _equation(self, whole: Cell, parts: list[Cell]) -> Iterator[Equation]:
        adds = frozenset(self.unknown[p] for p in parts if p in self.unknown)
        less = frozenset([self.unknown[whole]] if whole in self.unknown else [])
        if adds or less:
            yield adds, less, self.known.get(whole, 0) - sum(self.known.get(p, 0) for p in parts)


def _trees(codes: set[str], trees: Sequence[Mapping[str, str]], total: str) -> list[tuple[str, list[str]]]:
    """(whole, parts) of every sum that these codes of a dimension have."""
    above = {tree[code] for tree in trees for code in codes & tree.keys()}
    bottom = sorted(code for code in codes if code != total and code not in above)
    found: list[tuple[str, list[str]]] = []
    complete = False
    for tree in trees:
        below: dict[str, list[str]] = defaultdict(list)
        for code in codes:
            if code in tree:
                below[tree[code]].append(code)
        found += list(below.items())
        roots = sorted(parent for parent in below if parent not in tree)
        if total in below:
            complete = True
        elif all(code in tree for code in bottom) and set(roots) <= codes:
            found.append((total, roots))
            complete = True
    return found if complete or not bottom else [*found, *((total, parts) for parts in _apart(bottom, trees))]


def _apart(bottom: list[str], trees: Sequence[Mapping[str, str]]) -> Iterator[list[str]]:
    """The lowest codes as parts of the total: together if none holds what another holds, else one tree's at a time."""
    held: dict[str, set[str]] = {code: set() for code in bottom}
    for tree in trees:
        for lowest in tree.keys() - set(tree.values()):
            code = lowest
            while code in tree:
                code = tree[code]
                held.setdefault(code, set()).add(lowest)
    for code in bottom:
        held[code] = held[code] or {code}
    every = {lowest for code in bottom for lowest in held[code]}
    for choice in (set(bottom), *({*tree, *tree.values()} for tree in trees)):
        parts = [code for code in bottom if code in choice]
        if sorted(lowest for code in parts for lowest in held[code]) == sorted(every):
            yield parts


def components(size: int, equations: Iterable[Equation]) -> list[tuple[list[int], list[Equation]]]:
    """The unknowns in groups that no equation links, each with its equations."""
    root = list(range(size))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    equations = list(equations)
    for adds, less, _number in equations:
        first, *others = [*adds, *less]
        for other in others:
            root[find(other)] = find(first)
    members: dict[int, list[int]] = defaultdict(list)
    own: dict[int, list[Equation]] = defaultdict(list)
    for i in range(size):
        members[find(i)].append(i)
    for equation in equations:
        own[find(next(iter(equation[0] | equation[1])))].append(equation)
    return [(found, own[key]) for key, found in members.items()]


def worlds(
    published: Sequence[ShownTable],
    truth: Sequence[TrueTable],
    total: str,
    hierarchies: Sequence[Hierarchy],
    earlier: Sequence[Earlier],
    sensitive: Sequence[str],
) -> tuple[Seen, Seen]:
    """What readers have seen, and what is real. Raises BadInput where the two do not have the same cells."""
    both = list(zip(published, truth, strict=True))
    if any(shown.counts.keys() != true.counts.keys() for shown, true in both):
        raise BadInput("The published tables and the true ones do not have the same cells.")
    before = [(one.shown, one.table, one) for one in earlier]
    every = [*truth, *(table for _shown, table, _one in before)]
    names = sorted({name for table in every for name in table.dimensions})
    worlds = []
    for new, old in (
        ([(s, t) for s, t in both], before),
        ([(t, t) for _s, t in both], [(t, t, e) for _s, t, e in before]),
    ):
        tables = [_Named(shown, true, names, total, sensitive) for shown, true in new]
        current = {one.names[key]: n for one, true in zip(tables, truth, strict=True) for key, n in true.counts.items()}
        tables += [
            _Named(shown, true, names, total, one.sensitive, one.bounds).made_earlier(one.edition, current)
            for shown, true, one in old
        ]
        worlds.append(Seen(tables, names, total, hierarchies))
    return worlds[0], worlds[1]
