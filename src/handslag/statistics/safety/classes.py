"""Classes of one dimension that overlap, such as 0–29 beside 0–30: their difference is a cell that no table has."""

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Hierarchy, ShownTable

RANGE = re.compile(r"([0-9]+) ?(?:[-–] ?([0-9]*)|\+)")
"""A class from a number to another (0-29), or from a number on (30-, 30+)."""


def refuse_overlapping(tables: Sequence[ShownTable], hierarchies: Sequence[Hierarchy]) -> None:
    """Raises BadInput, naming the two, where classes of numbers overlap in tables of the same units.

    Unless a map says how they lie: one within the other, or both made up of parts that are cells of their own.
    """
    codes: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        for place, name in enumerate(table.dimensions):
            codes[name] |= {key[place] for key in table.counts}
    for name, found in codes.items():
        maps = [h.parent_of for h in hierarchies if h.dimension == name]
        wholes = {parent for tree in maps for parent in tree.values()}
        spans = {code: _span(match) for code in sorted(found) if (match := RANGE.fullmatch(code))}
        for (one, (low, high)), (other, (least, most)) in itertools.combinations(spans.items(), 2):
            is_mapped = {one, other} <= wholes or any(_within(one, other, t) or _within(other, one, t) for t in maps)
            if max(low, least) <= min(high, most) and not is_mapped:
                raise BadInput(
                    f"{name}: the classes {one} and {other} overlap, and who is in one of them alone could be told by "
                    "subtracting. Use the classes that were published before, or give a map of both and their parts."
                )


def _span(match: re.Match[str]) -> tuple[int, float]:
    return int(match[1]), int(match[2]) if match[2] else math.inf


def _within(part: str, whole: str, parent_of: Mapping[str, str]) -> bool:
    while (part := parent_of.get(part, "")) not in ("", whole):
        pass
    return part == whole
