"""From counts to cubes: tables with every margin, in which places lie in counties and associations."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from handslag.statistics.codes import labels
from handslag.statistics.counting.units import AGES, Counted, Leaf
from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Hierarchy, Table, TrueTable

TOTAL = "total"
UNKNOWN = "unknown"
ANSWERS = ("yes", "no", UNKNOWN)
LEVELS = ("county", "municipality", "association")


def codes_of(dimension: str) -> tuple[str, ...] | None:
    """A dimension's codes, where they are a list; None where they come from the data (places)."""
    lists = {"benefit": "livelihood", "direction": None, "place": None}
    if dimension == "age_group":
        return AGES
    if dimension == "identified":
        return ANSWERS[:2]
    name = lists.get(dimension, dimension)
    try:
        return tuple(labels(name)) if name else None
    except FileNotFoundError:
        return ANSWERS


def _refuse_unreadable(municipality: str, association: str) -> None:
    """Raises BadInput for a municipality that there is not, or an association that reads as another place."""
    if municipality not in labels("municipality"):
        raise BadInput(f"place has the value {municipality}, which is not in the code list municipality.")
    if association == TOTAL or association.isdigit() or "|" in association:
        raise BadInput(
            f"measures, association: “{association}” is no name. Write the association's name, "
            f"which is no code, not “{TOTAL}”, and has no “|” in it."
        )


class Places:
    """Where units are counted: municipalities within counties, and within associations where units have them.

    A place that several associations share is as many places (`1380|Association`), so that both sums hold exactly.
    """

    def __init__(self, leaves: set[str]):
        self._associations: dict[str, set[str]] = defaultdict(set)
        for leaf in sorted(leaves):
            municipality, _sign, association = leaf.partition("|")
            _refuse_unreadable(municipality, association)
            self._associations[municipality].add(association)
        self._levels: dict[str, dict[str, None]] = {level: {} for level in LEVELS}
        self.by_county: dict[str, str] = {}
        self.by_association: dict[str, str] = {}
        with_associations = any("|" in leaf for leaf in leaves)
        for municipality in labels("municipality"):
            if not with_associations or municipality in self._associations:
                self._add(municipality)

    def _add(self, municipality: str) -> None:
        county = municipality[:2]
        self._levels["county"][county] = None
        self._levels["municipality"][municipality] = None
        self.by_county[municipality] = county
        for association in sorted(self._associations.get(municipality, ())):
            leaf = self.leaf(f"{municipality}|{association}")
            if leaf != municipality:
                self.by_county[leaf] = municipality
                self._levels["municipality"][leaf] = None
            if association:
                self._levels["association"][association] = None
                self.by_association[leaf] = association

    def leaf(self, found: str) -> str:
        """The finest place for a unit's `municipality|association`: the municipality where it has one association."""
        municipality = found.partition("|")[0]
        return municipality if len(self._associations[municipality]) < 2 else found

    def codes(self, level: str) -> tuple[str, ...]:
        """The codes of a level; of all levels for an empty one."""
        if level:
            return tuple(self._levels[level])
        return tuple(code for codes in self._levels.values() for code in codes)

    def above(self, leaf: str) -> Iterator[str]:
        """The leaf itself and every place that it lies in."""
        yield leaf
        for parents in (self.by_county, self.by_association):
            code = leaf
            while code := parents.get(code, ""):
                yield code

    @property
    def hierarchies(self) -> list[Hierarchy]:
        """The ways of summing places."""
        ways = [Hierarchy("place", self.by_county), Hierarchy("place", self.by_association)]
        return [way for way in ways if way.parent_of]


@dataclass(frozen=True)
class Cube:
    """A year's published tables of the same units, with the hierarchies that link them."""

    year: int
    tables: tuple[TrueTable, ...]
    hierarchies: tuple[Hierarchy, ...]


def build_cube(counted: Counted, tables: Sequence[Sequence[str]], year: int) -> Cube:
    """Sums the finest counts up to tables with every margin. A cell in which nobody is counts zero."""
    places = _places(counted)
    built = tuple(_table(counted, spec, places) for spec in tables)
    placed = any("place" in table.dimensions for table in built)
    return Cube(year, built, tuple(places.hierarchies) if placed else ())


def _table(counted: Counted, spec: Sequence[str], places: Places) -> TrueTable:
    names = tuple(one.partition(":")[0] for one in spec)
    own = _folded(counted, names)
    cells = _cells(own, spec, places)
    counts = {key: sum(own.counts[leaf] for leaf in leaves) for key, leaves in cells.items()}
    return Table("-".join(one.replace(":", "-") for one in spec), names, counts)


def _folded(counted: Counted, names: tuple[str, ...]) -> Counted:
    at = [counted.dimensions.index(name) for name in names]
    counts: dict[Leaf, int] = defaultdict(int)
    for leaf, number in counted.counts.items():
        counts[tuple(leaf[place] for place in at)] += number
    return Counted(names, counts)


def cells_of(counted: Counted, spec: Sequence[str]) -> dict[Leaf, list[Leaf]]:
    """Every cell of a table, margins included, with the finest cells that it sums."""
    return _cells(counted, spec, _places(counted))


def hierarchies_of(counted: Counted) -> list[Hierarchy]:
    """The ways of summing the places of finest counts."""
    return _places(counted).hierarchies


def _places(counted: Counted) -> Places:
    return Places({leaf[counted.dimensions.index("place")] for leaf in counted.counts})


def _cells(counted: Counted, spec: Sequence[str], places: Places) -> dict[Leaf, list[Leaf]]:
    split = [one.partition(":")[::2] for one in spec]
    at = [counted.dimensions.index(name) for name, _level in split]
    codes = [_codes(counted, name, level, places) for name, level in split]
    allowed = [set(found) | {TOTAL} for found in codes]
    cells: dict[Leaf, list[Leaf]] = {key: [] for key in product(*((*found, TOTAL) for found in codes))}
    for leaf in counted.counts:
        ways = [_above(split[i][0], leaf[place], places, allowed[i]) for i, place in enumerate(at)]
        for key in product(*ways):
            cells[key].append(leaf)
    return cells


def _above(name: str, code: str, places: Places, allowed: set[str]) -> list[str]:
    if name != "place":
        return [code, TOTAL]
    return [place for place in dict.fromkeys((*places.above(places.leaf(code)), TOTAL)) if place in allowed]


def _codes(counted: Counted, name: str, level: str, places: Places) -> tuple[str, ...]:
    if name == "place":
        return places.codes(level)
    there = {leaf[counted.dimensions.index(name)] for leaf in counted.counts}
    listed = codes_of(name)
    if listed is None:
        return tuple(sorted(there))
    if unknown := there - set(listed):
        raise BadInput(f"{name} has the value {sorted(map(str, unknown))[0]}, which is not in its code list.")
    always = listed if name == "sex" else ANSWERS[:2] if "yes" in listed else ()
    return tuple(code for code in listed if code in there or code in always)
