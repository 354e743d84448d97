"""Maps: files that tell which code lies in which, all the time or from a day up to another."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Hierarchy, read_rows

LASTING, DATED = ["child", "parent"], ["child", "parent", "valid_from", "valid_to"]


def read_hierarchies(given: Sequence[str], day: date | None = None) -> list[Hierarchy]:
    """Hierarchies given as DIMENSION=MAP.csv, as they hold on a day. Raises BadInput for another form."""
    found = []
    for text in given:
        dimension, sign, path = text.partition("=")
        if not sign or not Path(path).is_file():
            raise BadInput(f"“{text}” is not DIMENSION=MAP.csv with a file that is there.")
        found.append(Hierarchy(dimension, _parents(Path(path), day)))
    return found


def _parents(path: Path, day: date | None) -> Mapping[str, str]:
    heading, rows = read_rows(path)
    if heading not in (LASTING, DATED):
        raise BadInput(f"{path}: the columns of a map are child,parent, and where it is dated valid_from,valid_to.")
    if heading == DATED and day is None:
        raise BadInput(f"{path}: the map is dated. Say with --on which day's places the tables are of.")
    parent_of: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        if len(row) != len(heading):
            raise BadInput(f"{where}: the row has {len(row)} cells, the heading {len(heading)}.")
        child, parent, *days = row
        if day and days and not _holds(days, day, where):
            continue
        if child in parent_of:
            raise BadInput(f"{where}: “{child}” has a parent already. Another map holds other parents.")
        parent_of[child] = parent
    _refuse_circles(path, parent_of)
    return parent_of


def _holds(days: Sequence[str], day: date, where: str) -> bool:
    """Whether a day is one from the first of `days` up to the second; either may be empty for no limit."""
    try:
        first, end = (date.fromisoformat(text) if text else None for text in days)
    except ValueError:
        raise BadInput(f"{where}: write days as 2019-01-01, or leave them empty.") from None
    if first and end and end <= first:
        raise BadInput(f"{where}: valid_to is the first day on which the line does not hold, after valid_from.")
    return (first is None or first <= day) and (end is None or day < end)


def _refuse_circles(path: Path, parent_of: Mapping[str, str]) -> None:
    for code in parent_of:
        seen = {code}
        while (code := parent_of.get(code, "")) and code not in seen:
            seen.add(code)
        if code:
            raise BadInput(f"{path}: “{code}” is above itself.")
