"""The attacker: what somebody can work out from published tables. Shares no code with what protects them.

The attacker knows every published cell, every sum, and that counts are whole and not negative. For each unsafe cell the
attacker seeks the least and the greatest count that any such table gives it, by integer programs (tighter than linear
ones), group by group of linked cells. Every table found answers for all cells at once. Cells that a person in the table
knows (the own cell, where the person is alone) are tried as known too.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Earlier, Hierarchy, Table, without


@dataclass(frozen=True)
class Fall:
    """A cell that gives itself away: between which counts it must lie (no further than the threshold), and to whom."""

    cell: tuple[str, ...]
    low: int
    high: int
    to: str


NEAR = 400
"""So many linked unknowns are tried first."""

Equation = tuple[frozenset[int], frozenset[int], int]
"""Unknowns that add, unknowns that subtract, and the number that they come to."""


class _Named:
    """A table with the unknown that each of its cells is. Of an earlier one they are its own where revised since."""

    def __init__(self, table: Table, truth: Table, names: Sequence[str], total: str):
        self.table, self.truth, self.is_earlier = table, truth, False
        self.names = {}
        for key in table.counts:
            codes = dict(zip(table.dimensions, key, strict=True))
            self.names[key] = tuple(codes.get(name, total) for name in names)

    def made_earlier(self, edition: str, current: dict[tuple, int]) -> "_Named":
        """The same as a table of an earlier release, whose counts may have been true only then."""
        self.is_earlier = True
        for key, cell in self.names.items():
            if current.setdefault(cell, self.truth.counts[key]) != self.truth.counts[key]:
                self.names[key] = (*cell, edition)
        return self

    def adds_up(self, whole: tuple[str, ...], parts: list[tuple[str, ...]]) -> bool:
        """Whether a sum held; in an earlier table a change of hierarchies may have undone it."""
        counts = self.truth.counts
        return not self.is_earlier or counts[whole] == sum(counts[part] for part in parts)


class _Published:
    """The published tables as unknowns and equations between them."""

    def __init__(self, tables: Sequence["_Named"], names: Sequence[str], total: str, hierarchies: Sequence[Hierarchy]):
        self.names = names
        self.known: dict[tuple, int] = {}
        suppressed: dict[tuple, bool] = {}
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
        self.equations = {e for one in tables for e in self._equations(one, total, hierarchies)}
        self.equations |= set(self._between(tables, total, hierarchies))

    def _equations(self, one: "_Named", total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Equation]:
        for axis, name in enumerate(one.table.dimensions):
            trees = [h.parent_of for h in hierarchies if h.dimension == name]
            lines = defaultdict(dict)
            for key in one.table.counts:
                lines[key[:axis] + key[axis + 1 :]][key[axis]] = key
            codes = {key[axis] for key in one.table.counts}
            for line in lines.values():
                for parent, children in _trees(codes, trees, total):
                    parts = [line[c] for c in children if c in line]
                    if parent in line and one.adds_up(line[parent], parts):
                        yield from self._equation(one.names[line[parent]], [one.names[part] for part in parts])

    def _between(self, tables: Sequence["_Named"], total: str, hierarchies: Sequence[Hierarchy]) -> Iterator[Equation]:
        """Sums over cells of several tables, wherever they hold."""
        real = {one.names[key]: n for one in tables for key, n in one.truth.counts.items()}
        for axis, name in enumerate(self.names):
            trees = [h.parent_of for h in hierarchies if h.dimension == name]
            lines = defaultdict(dict)
            for cell in (c for c in real if len(c) == len(self.names)):
                lines[cell[:axis] + cell[axis + 1 :]][cell[axis]] = cell
            linked = _trees({code for line in lines.values() for code in line}, trees, total)
            for line, (parent, children) in itertools.product(lines.values(), linked):
                parts = [line[c] for c in children if c in line]
                if parent in line and parts and real[line[parent]] == sum(real[part] for part in parts):
                    yield from self._equation(line[parent], parts)

    def _equation(self, whole, parts) -> Iterator[Equation]:
        adds = frozenset(self.unknown[p] for p in parts if p in self.unknown)
        less = frozenset([self.unknown[whole]] if whole in self.unknown else [])
        if adds or less:
            yield adds, less, self.known.get(whole, 0) - sum(self.known.get(p, 0) for p in parts)


def _trees(codes: set[str], trees: list[dict], total: str) -> list[tuple[str, list[str]]]:
    above = {tree[code] for tree in trees for code in codes & tree.keys()}
    bottom = sorted(code for code in codes if code != total and code not in above)
    found, complete = [], False
    for tree in trees:
        below = defaultdict(list)
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
    return found if complete or not bottom else [*found, (total, bottom)]


def _components(size: int, equations: Iterable[Equation]) -> list[tuple[list[int], list[Equation]]]:
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
    members, own = defaultdict(list), defaultdict(list)
    for i in range(size):
        members[find(i)].append(i)
    for equation in equations:
        own[find(next(iter(equation[0] | equation[1])))].append(equation)
    return [(found, own[key]) for key, found in members.items()]


class _Group:
    """A group of linked unknowns, and the whole tables that are found to be possible; the true one is the first."""

    def __init__(self, unknowns: list[int], equations: list[Equation], true: list[int]):
        self.place = {unknown: i for i, unknown in enumerate(unknowns)}
        rows, columns, values = [], [], []
        for row, (adds, less, _number) in enumerate(equations):
            for unknown, value in (*((u, 1) for u in adds), *((u, -1) for u in less)):
                rows.append(row)
                columns.append(self.place[unknown])
                values.append(value)
        self._matrix = csr_matrix((values, (rows, columns)), shape=(max(len(equations), 1), len(unknowns)))
        self._columns = self._matrix.tocsc()
        self._true = np.array(true)
        if (self._matrix @ self._true != np.array([number for *_sides, number in equations] or [0])).any():
            raise BadInput("The published cells and margins contradict each other.")
        self._points = [self._true]
        self._least, self._most = self._true.copy(), self._true.copy()

    def reaches(self, unknown: int, wanted: int) -> int:
        """How near to `wanted` the unknown can come, from its true count, in a whole table that agrees with all."""
        place = self.place[unknown]
        true = int(self._true[place])
        if self._least[place] <= wanted <= self._most[place]:
            return wanted
        for among in (self._near(place), None):
            found = self._extreme(place, {}, 1 if wanted < true else -1, wanted, among)
            if found == wanted:
                break
        return found

    def still_closed(self, knower: int, others: list[int]) -> list[int]:
        """Of `others`, those that no table found yet opens to somebody who knows that `knower` is 1."""
        known = self.place[knower]
        differs = np.zeros(len(self._true), dtype=bool)
        for point in self._points:
            if point[known] == 1:
                differs |= point != self._true
        return [other for other in others if not differs[self.place[other]]]

    def is_open(self, unknown: int, knower: int) -> bool:
        """Whether the unknown can still have two counts for somebody who knows that `knower` is 1."""
        place, known = self.place[unknown], {self.place[knower]: 1}
        true = int(self._true[place])
        wanted = ((1, max(true - 1, 0)), (-1, true + 1))
        tries = [(sign, limit, among) for among in (self._near(place), None) for sign, limit in wanted]
        return any(self._extreme(place, known, sign, limit, among) != true for sign, limit, among in tries)

    def _near(self, place: int) -> np.ndarray:
        """Some unknowns around one, by the sums that link them: what can change among them can change in all."""
        near, front = {place}, [place]
        while front and len(near) < NEAR:
            rows = {row for cell in front for row in self._indices(self._columns, cell)}
            front = list({cell for row in rows for cell in self._indices(self._matrix, row)} - near)
            near.update(front[: NEAR - len(near)])
        return np.array(sorted(near))

    @staticmethod
    def _indices(matrix, line: int) -> list[int]:
        return matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]].tolist()

    def _extreme(self, place: int, known: dict[int, int], sign: int, limit: int, among: np.ndarray | None) -> int:
        """The unknown's least (`sign` 1) or greatest (-1) count, no further than `limit`.

        With `among` only these unknowns may differ from their true counts.
        """
        columns = np.arange(len(self._true)) if among is None else among
        true, matrix = self._true[columns], self._columns[:, columns].tocsr()
        matrix = matrix[np.diff(matrix.indptr) > 0]
        at = int(np.searchsorted(columns, place))
        low, high = np.zeros(len(columns)), np.full(len(columns), np.inf)
        for other, number in known.items():
            if other in columns:
                low[columns == other] = high[columns == other] = number
        (low if sign > 0 else high)[at] = limit
        cost = np.zeros(len(columns))
        cost[at] = sign
        right = matrix @ true
        solved = milp(cost, bounds=Bounds(low, high), integrality=np.ones(len(columns)),
                      constraints=LinearConstraint(matrix, right, right))  # fmt: skip
        if solved.x is None:
            raise BadInput("The published cells and margins contradict each other.")
        found = np.rint(solved.x).astype(int)
        if (matrix @ found == right).all() and (found >= 0).all():
            self._keep(columns, found)
        return int(found[at])

    def _keep(self, columns: np.ndarray, found: np.ndarray) -> None:
        point = self._true.copy()
        point[columns] = found
        self._points.append(point)
        self._least, self._most = np.minimum(self._least, point), np.maximum(self._most, point)


def audit(
    published: Sequence[Table],
    truth: Sequence[Table],
    total: str,
    hierarchies: Sequence[Hierarchy],
    threshold: int,
    *,
    sensitive: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
) -> list[Fall]:
    """Every unsafe cell (by `truth`) that an attacker can bound tighter than from 0 to `threshold`, or reads in print.

    Also each that somebody alone in a cell, who knows it to be 1, can work out exactly. The attacker knows what
    `earlier` releases published too; cells are unsafe as `sensitive` says of `protect`. Raises BadInput where published
    tables and truth do not fit together.
    """
    seen, real = _worlds(published, truth, total, hierarchies, earlier)
    if wrong := [cell for cell, number in seen.known.items() if real.known[cell] != number]:
        raise BadInput(f"{', '.join(wrong[0])} is published as {seen.known[wrong[0]]}, but is {real.known[wrong[0]]}.")
    small = {
        cell: n for cell, n in real.known.items() if 0 < n < threshold or _all_or_none(cell, real, sensitive, total)
    }
    falls = [Fall(cell, number, number, "every reader") for cell, number in small.items() if cell in seen.known]
    by_number = {number: cell for cell, number in seen.unknown.items()}
    bare = _OnlyZeros(truth, total, hierarchies)
    person_of = _persons([cell for cell, number in small.items() if number == 1], _Inside(seen, total, hierarchies))
    for unknowns, equations in _components(len(seen.unknown), seen.equations):
        unsafe = [u for u in unknowns if by_number[u] in small]
        if unsafe:
            group = _Group(unknowns, equations, [real.known[by_number[u]] for u in unknowns])
            falls += _attack(group, unsafe, by_number, threshold)
            falls += _by_the_lone(group, unsafe, by_number, small, person_of, bare)
    return sorted(falls, key=lambda fall: (fall.cell, fall.to))


def _worlds(published, truth, total, hierarchies, earlier) -> tuple[_Published, _Published]:
    """What readers have seen, and what is real."""
    both = list(zip(published, truth, strict=True))
    if any(shown.counts.keys() != true.counts.keys() for shown, true in both):
        raise BadInput("The published tables and the true ones do not have the same cells.")
    before = [(one.shown, one.table, one.edition) for one in earlier]
    every = [*truth, *(table for _shown, table, _edition in before)]
    names = sorted({name for table in every for name in table.dimensions})
    worlds = []
    for new, old in (
        ([(s, t) for s, t in both], before),
        ([(t, t) for _s, t in both], [(t, t, e) for _s, t, e in before]),
    ):
        tables = [_Named(shown, true, names, total) for shown, true in new]
        current = {one.names[key]: n for one, true in zip(tables, truth, strict=True) for key, n in true.counts.items()}
        tables += [_Named(shown, true, names, total).made_earlier(edition, current) for shown, true, edition in old]
        worlds.append(_Published(tables, names, total, hierarchies))
    return worlds[0], worlds[1]


def _all_or_none(cell: tuple[str, ...], real: _Published, sensitive: Sequence[str], total: str) -> bool:
    """Whether a cell tells that nobody of a group, which is not empty, has a sensitive value."""
    if real.known[cell] or not sensitive:
        return False
    places = [real.names.index(name) for name in sensitive if name in real.names]
    return any(real.known.get((*cell[:p], total, *cell[p + 1 :]), 0) for p in places if cell[p] != total)


def _attack(group: _Group, unsafe: list[int], by_number: dict, threshold: int) -> Iterator[Fall]:
    for unknown in unsafe:
        low, high = group.reaches(unknown, 0), group.reaches(unknown, threshold)
        if low > 0 or high < threshold:
            yield Fall(by_number[unknown], low, high, "every reader")


class _Inside:
    """Whether one cell lies within another: then somebody alone in both is the same person."""

    def __init__(self, seen: _Published, total: str, hierarchies: Sequence[Hierarchy]):
        self._total = total
        self._trees = [[h.parent_of for h in hierarchies if h.dimension == name] for name in seen.names]

    def __call__(self, inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
        return all(self._below(i, o, trees) for i, o, trees in zip(inner, outer, self._trees, strict=False))

    def _below(self, code: str, other: str, trees: list) -> bool:
        if other in (self._total, code):
            return True
        return any(code in tree and self._below(tree[code], other, [tree]) for tree in trees)


def _persons(alone: list[tuple[str, ...]], inside: _Inside) -> dict[tuple[str, ...], int]:
    """A number for whoever is alone in each cell: of two such cells, one within the other, it is the same person."""
    groups = _components(len(alone), _nested(alone, inside))
    return {alone[i]: number for number, (members, _equations) in enumerate(groups) for i in members}


def _nested(alone: list[tuple[str, ...]], inside: _Inside) -> Iterator[Equation]:
    for (i, one), (j, other) in itertools.combinations(enumerate(alone), 2):
        if inside(one, other) or inside(other, one):
            yield frozenset([i]), frozenset([j]), 0


class _OnlyZeros:
    """What the public zeros tell when nothing else is known: of some cells, that they hold the same people."""

    def __init__(self, truth: Sequence[Table], total: str, hierarchies: Sequence[Hierarchy]):
        self._given = (truth, total, hierarchies)
        self._groups: dict[tuple, tuple[_Group, int]] | None = None

    def say_the_same(self, own: tuple[str, ...], cell: tuple[str, ...]) -> bool:
        """Whether the cell's count follows from the own one even so."""
        groups = self._built()
        (group, knower), (other, unknown) = groups.get(own, (None, 0)), groups.get(cell, (None, 0))
        return group is not None and group is other and not group.is_open(unknown, knower)

    def _built(self) -> dict[tuple, tuple[_Group, int]]:
        if self._groups is None:
            truth, total, hierarchies = self._given
            hidden = [without(table, {key for key, n in table.counts.items() if n}) for table in truth]
            seen, real = _worlds(hidden, truth, total, hierarchies, ())
            by_number = {number: cell for cell, number in seen.unknown.items()}
            self._groups = {}
            for unknowns, equations in _components(len(by_number), seen.equations):
                group = _Group(unknowns, equations, [real.known[by_number[u]] for u in unknowns])
                self._groups |= {by_number[u]: (group, u) for u in unknowns}
        return self._groups


def _by_the_lone(
    group: _Group, unsafe: list[int], by_number: dict, small: dict, person_of: dict, bare: _OnlyZeros
) -> Iterator[Fall]:
    for knower in (unknown for unknown in unsafe if small[by_number[unknown]] == 1):
        own = by_number[knower]
        strangers = [u for u in unsafe if u != knower and person_of[own] != person_of.get(by_number[u])]
        for other in group.still_closed(knower, strangers):
            cell = by_number[other]
            if not group.is_open(other, knower) and not bare.say_the_same(own, cell):
                yield Fall(cell, small[cell], small[cell], f"who is alone in {', '.join(own)}")
