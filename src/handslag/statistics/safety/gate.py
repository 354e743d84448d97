"""The gate that every release passes: protected together, then attacked, with all that earlier releases gave away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handslag.statistics.errors import Unsafe
from handslag.statistics.safety.auditing import Fall, audit
from handslag.statistics.safety.classes import refuse_overlapping
from handslag.statistics.safety.protecting import Protection, Unprotectable, protect, unsafe_cells
from handslag.statistics.safety.system import System, build, earlier_names, naming
from handslag.statistics.safety.tables import Cell, Earlier, Hierarchy, ShownTable, TrueTable, without


@dataclass(frozen=True)
class Release:
    """Tables as they may be shown (hidden counts are None), what was hidden and why, and what falls all the same."""

    tables: tuple[ShownTable, ...]
    system: System
    protection: Protection
    falls: tuple[Fall, ...]


def release(
    tables: Sequence[TrueTable],
    total: str,
    hierarchies: Sequence[Hierarchy],
    threshold: int,
    *,
    sensitive: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Release:
    """Protects linked tables and attacks the result. Only a release without falls may leave the house.

    Raises BadInput for tables that contradict each other and for classes that overlap, also with those of earlier
    releases, and Unsafe for a cell that nothing can protect (any more).
    """
    refuse_overlapping([*tables, *(one.table for one in earlier)], hierarchies)
    system = build(tables, total, hierarchies, earlier, sensitive)
    published, withheld = _known_before(system, tables, total, earlier)
    goals = _revisions(system, earlier, total, threshold)
    unsafe = unsafe_cells(system, threshold, sensitive, total) | goals.keys()
    try:
        protection = protect(
            system, threshold, progress, unsafe=unsafe, goals=goals, published=published, withheld=withheld
        )
    except Unprotectable as error:
        cell = ", ".join(error.args[0])
        since = " any more, because of what was published before" if earlier else ""
        raise Unsafe(f"{cell} cannot be protected{since}. Publish fewer or coarser tables.") from None
    shown = tuple(_shown(table, system, protection.hidden, total) for table in tables)
    changes = changes_of(system, protection)
    falls = audit(shown, tables, total, hierarchies, threshold, sensitive=sensitive, earlier=earlier, changes=changes)
    return Release(shown, system, protection, tuple(falls))


def changes_of(system: System, protection: Protection) -> list[dict[Cell, int]]:
    """The changes that were found, for the attacker to try: its cells are named by the dimensions in their order."""
    order = sorted(range(len(system.dimensions)), key=system.dimensions.__getitem__)

    def named(cell: Cell) -> Cell:
        return (*(cell[place] for place in order), *cell[len(order) :])

    return [{named(cell): by for cell, by in change.items()} for change in protection.changes]


def _known_before(
    system: System, tables: Sequence[TrueTable], total: str, earlier: Sequence[Earlier]
) -> tuple[set[Cell], set[Cell]]:
    """The cells that earlier releases published, and those that no reader has seen and the new tables do not hold."""
    now = {naming(table, system.dimensions, total)(key) for table in tables for key in table.counts}
    published: set[Cell] = set()
    hidden: set[Cell] = set()
    for one in earlier:
        for key, cell in earlier_names(one, system.dimensions, total, system.counts).items():
            (hidden if key in one.hidden else published).add(cell)
    return published, hidden - published - now


def _revisions(system: System, earlier: Sequence[Earlier], total: str, threshold: int) -> dict[Cell, tuple[int, int]]:
    """The cells whose count was published and has changed by less than the threshold: the change is a small count.

    Each with the counts between which it must be possible: that nothing has changed, and that a threshold has.
    """
    found: dict[Cell, tuple[int, int]] = {}
    for one in earlier:
        for key, cell in earlier_names(one, system.dimensions, total, system.counts).items():
            now, before = system.counts[cell[: len(system.dimensions)]], one.table.counts[key]
            if key not in one.hidden and 0 < abs(now - before) < threshold and now:
                change = threshold if now > before else -threshold
                low, high = sorted((before, max(before + change, 0)))
                old = found.get(cell[: len(system.dimensions)], (low, high))
                found[cell[: len(system.dimensions)]] = min(low, old[0]), max(high, old[1])
    return found


def _shown(table: TrueTable, system: System, hidden: set[Cell], total: str) -> ShownTable:
    whole = naming(table, system.dimensions, total)
    return without(table, {key for key in table.counts if whole(key) in hidden})
