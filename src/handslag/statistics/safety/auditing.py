"""The attacker: what somebody can work out from published tables. Shares no code with what protects them.

The attacker knows every published cell, every sum, that counts are whole and not negative, and that a hidden cell is at
least 1 where zeros are printed. For each unsafe cell the
attacker seeks the least and the greatest count that any such table gives it, by integer programs (tighter than linear
ones), group by group of linked cells. Every table found answers for all cells at once. Cells that a person in the table
knows (the own cell, where the person is alone) are tried as known too.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.bounding import Group
from handslag.statistics.safety.reading import Equation, Seen, components, worlds
from handslag.statistics.safety.tables import Cell, Earlier, Hierarchy, ShownTable, TrueTable, without


@dataclass(frozen=True)
class Fall:
    """A cell that gives itself away: between which counts it must lie (no further than asked), and to whom."""

    cell: Cell
    low: int
    high: int
    to: str


def audit(
    published: Sequence[ShownTable],
    truth: Sequence[TrueTable],
    total: str,
    hierarchies: Sequence[Hierarchy],
    threshold: int,
    *,
    sensitive: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
    changes: Sequence[Mapping[Cell, int]] = (),
) -> list[Fall]:
    """Every unsafe cell (by `truth`) that an attacker reads in print, or bounds tighter than from what printed zeros
    tell of it by themselves up to `threshold`.

    Also each that somebody alone in a cell, who knows it to be 1, can work out exactly. The attacker knows what
    `earlier` releases published too; cells are unsafe as `sensitive` says of `protect`. `changes` are hints of tables
    that may be possible, by how they differ from the truth (cells named as in the certificate); each is tried against
    every sum before it counts, so that wrong ones cost time and nothing else. Raises BadInput where published tables
    and truth do not fit together.
    """
    seen, real = worlds(published, truth, total, hierarchies, earlier, sensitive)
    surely = seen.surely()
    if wrong := [cell for cell, number in seen.known.items() if real.known[cell] != number]:
        raise BadInput(f"{', '.join(wrong[0])} is published as {seen.known[wrong[0]]}, but is {real.known[wrong[0]]}.")
    small = {
        cell: n for cell, n in real.known.items() if 0 < n < threshold or _all_or_none(cell, real, sensitive, total)
    }
    goals = {cell: (surely[number], int(min(threshold, seen.most[number]))) for cell, number in seen.unknown.items()}
    for cell, (low, high) in _revised(earlier, real, total, threshold).items():
        small[cell] = real.known[cell]
        goals[cell] = max(low, goals.get(cell, (low, high))[0]), high
    falls = [Fall(cell, number, number, "every reader") for cell, number in small.items() if cell in seen.known]
    by_number = {number: cell for cell, number in seen.unknown.items()}
    bare = _OnlyZeros(truth, total, hierarchies, sensitive)
    person_of = _persons([cell for cell, number in small.items() if number == 1], _Within(seen, total, hierarchies))
    groups = components(len(seen.unknown), seen.equations)
    hints = _hints(changes, seen, groups)
    for number, (unknowns, equations) in enumerate(groups):
        unsafe = [u for u in unknowns if by_number[u] in small]
        if unsafe:
            group = _group(unknowns, equations, seen, [real.known[by_number[u]] for u in unknowns])
            for change in hints[number]:
                group.hear(change)
            falls += _attack(group, unsafe, by_number, goals, bare)
            falls += _by_the_lone(group, unsafe, by_number, small, person_of, bare)
    return sorted(falls, key=lambda fall: (fall.cell, fall.to))


def _hints(
    changes: Sequence[Mapping[Cell, int]], seen: Seen, groups: Sequence[tuple[list[int], list[Equation]]]
) -> dict[int, list[dict[int, int]]]:
    """Changes by unknown, in the parts that each group has of them; one of something published is none."""
    group_of = {unknown: number for number, (unknowns, _equations) in enumerate(groups) for unknown in unknowns}
    found: dict[int, list[dict[int, int]]] = defaultdict(list)
    for change in changes:
        if change.keys() <= seen.unknown.keys():
            parts: dict[int, dict[int, int]] = defaultdict(dict)
            for cell, by in change.items():
                unknown = seen.unknown[cell]
                parts[group_of[unknown]][unknown] = by
            for number, part in parts.items():
                found[number].append(part)
    return found


def _all_or_none(cell: Cell, real: Seen, sensitive: Sequence[str], total: str) -> bool:
    """Whether a cell tells that nobody of a group, which is not empty, has a sensitive value."""
    if real.known[cell]:
        return False
    group = list(cell)
    for place, name in enumerate(real.names):
        if name in sensitive:
            group[place] = total
    return tuple(group) != cell and real.known.get(tuple(group), 0) > 0


def _group(unknowns: list[int], equations: list[Equation], seen: Seen, true: list[int]) -> Group:
    least, most = [seen.least[unknown] for unknown in unknowns], [seen.most[unknown] for unknown in unknowns]
    return Group(unknowns, equations, true, least, most)


def _attack(
    group: Group,
    unsafe: list[int],
    by_number: Mapping[int, Cell],
    goals: Mapping[Cell, tuple[int, int]],
    bare: "_OnlyZeros",
) -> Iterator[Fall]:
    for unknown in unsafe:
        cell = by_number[unknown]
        least, most = goals[cell]
        low, high = group.reaches(unknown, least), group.reaches(unknown, most)
        if high < most or (low > least and low > bare.least(cell, least)):
            yield Fall(cell, low, high, "every reader")


def _revised(earlier: Sequence[Earlier], real: Seen, total: str, threshold: int) -> dict[Cell, tuple[int, int]]:
    """What was published and has changed a little since, with the counts that must be possible.

    From no change at all to one by the threshold: who was added, or taken away, is few people too.
    """
    found: dict[Cell, list[int]] = defaultdict(list)
    for one in earlier:
        for key, then in one.table.counts.items():
            codes = dict(zip(one.table.dimensions, key, strict=True))
            cell = tuple(codes.get(name, total) for name in real.names)
            now = real.known[cell]
            if key not in one.hidden and now and now != then and abs(now - then) < threshold:
                found[cell] += [then, then + threshold if now > then else max(then - threshold, 0)]
    return {cell: (min(ends), max(ends)) for cell, ends in found.items()}


class _Within:
    """The cells that a cell lies within, itself among them: somebody alone in two such cells is the same person."""

    def __init__(self, seen: Seen, total: str, hierarchies: Sequence[Hierarchy]):
        self._total = total
        self._trees = [[h.parent_of for h in hierarchies if h.dimension == name] for name in seen.names]

    def __call__(self, cell: Cell) -> Iterator[Cell]:
        named = len(self._trees)
        above = [self._above(code, trees) for code, trees in zip(cell, self._trees, strict=False)]
        return ((*codes, *cell[named:]) for codes in itertools.product(*above))

    def _above(self, code: str, trees: Sequence[Mapping[str, str]]) -> list[str]:
        found = {code: None, self._total: None}
        for tree in trees:
            higher = code
            while higher in tree:
                higher = tree[higher]
                found[higher] = None
        return list(found)


def _persons(alone: list[Cell], within: _Within) -> dict[Cell, int]:
    """A number for whoever is alone in each cell: of two such cells, one within the other, it is the same person."""
    number_of = {cell: number for number, cell in enumerate(alone)}
    same = [(number_of[cell], number_of[other]) for cell in alone for other in within(cell) if other in number_of]
    groups = components(len(alone), [(frozenset([one]), frozenset([other]), 0) for one, other in same])
    return {alone[i]: number for number, (members, _equations) in enumerate(groups) for i in members}


class _OnlyZeros:
    """What the printed zeros tell when nothing else is known: how many there are at least, and who are the same."""

    def __init__(
        self, truth: Sequence[TrueTable], total: str, hierarchies: Sequence[Hierarchy], sensitive: Sequence[str]
    ):
        self._given = (truth, total, hierarchies, sensitive)
        self._groups: dict[Cell, tuple[Group, int]] | None = None

    def least(self, cell: Cell, wanted: int) -> int:
        """The cell's least count, no further than wanted."""
        group, unknown = self._built().get(cell, (None, 0))
        return group.reaches(unknown, wanted) if group else wanted

    def say_the_same(self, own: Cell, cell: Cell) -> bool:
        """Whether the cell's count follows from the own one even so."""
        groups = self._built()
        (group, knower), (other, unknown) = groups.get(own, (None, 0)), groups.get(cell, (None, 0))
        return group is not None and group is other and not group.is_open(unknown, knower)

    def _hidden(self, table: TrueTable) -> set[Cell]:
        """All but the zeros that are printed."""
        _truth, total, _hierarchies, sensitive = self._given
        asked = [axis for axis, name in enumerate(table.dimensions) if name in sensitive]
        found = set()
        for key, number in table.counts.items():
            group = tuple(total if axis in asked else code for axis, code in enumerate(key))
            if number or (group != key and table.counts.get(group)):
                found.add(key)
        return found

    def _built(self) -> dict[Cell, tuple[Group, int]]:
        if self._groups is None:
            truth, total, hierarchies, sensitive = self._given
            hidden = [without(table, self._hidden(table)) for table in truth]
            seen, real = worlds(hidden, truth, total, hierarchies, (), sensitive)
            by_number = {number: cell for cell, number in seen.unknown.items()}
            self._groups = {}
            for unknowns, equations in components(len(by_number), seen.equations):
                group = _group(unknowns, equations, seen, [real.known[by_number[u]] for u in unknowns])
                self._groups |= {by_number[u]: (group, u) for u in unknowns}
        return self._groups


def _by_the_lone(
    group: Group,
    unsafe: list[int],
    by_number: Mapping[int, Cell],
    small: Mapping[Cell, int],
    person_of: Mapping[Cell, int],
    bare: _OnlyZeros,
) -> Iterator[Fall]:
    for knower in (unknown for unknown in unsafe if small[by_number[unknown]] == 1):
        own = by_number[knower]
        strangers = [u for u in unsafe if u != knower and person_of[own] != person_of.get(by_number[u])]
        for other in group.still_closed(knower, strangers):
            cell = by_number[other]
            if not group.is_open(other, knower) and not bare.say_the_same(own, cell):
                yield Fall(cell, small[cell], small[cell], f"who is alone in {', '.join(own)}")
