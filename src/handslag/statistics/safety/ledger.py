"""What has been published before: every cell of every release, which an attacker knows. Not for publication itself."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypedDict

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Earlier, ShownTable, Table, TrueTable


class _Line(TypedDict):
    """A table of a release as the file has it; a cell is its codes, its count then, and whether it was shown.

    In `sensitive` dimensions zeros were hidden.
    """

    edition: str
    subject: str
    table: str
    dimensions: list[str]
    sensitive: list[str]
    cells: list[list[str | int]]


class Ledger:
    """A file with a line a table of each release; without a path, an empty one that keeps nothing."""

    def __init__(self, path: Path | None = None):
        self.path = path
        self._lines: list[_Line] = []
        if path and path.exists():
            try:
                self._lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            except ValueError as error:
                raise BadInput(f"{path}: not a release ledger ({error}).") from None

    @property
    def editions(self) -> list[str]:
        """The releases, the oldest first."""
        return list(dict.fromkeys(line["edition"] for line in self._lines))

    def until(self, editions: Collection[str]) -> "Ledger":
        """What was known when only these releases had been made. Raises BadInput where one is not here."""
        if missing := set(editions) - set(self.editions):
            raise BadInput(f"The ledger lacks the release {min(missing)}, which was known when this was made.")
        found = Ledger()
        found._lines = [line for line in self._lines if line["edition"] in editions]
        return found

    def of(self, subject: str) -> list[Earlier]:
        """The tables that were released about a subject (whom is counted, and when)."""
        return [_earlier(line) for line in self._lines if line["subject"] == subject]

    def add(
        self,
        edition: str,
        subject: str,
        truth: Sequence[TrueTable],
        shown: Sequence[ShownTable],
        sensitive: Sequence[str] = (),
    ) -> None:
        """Notes a release; `save` keeps it. Raises BadInput for a release that was noted before."""
        if any(line["edition"] == edition and line["subject"] == subject for line in self._lines):
            known = f"The ledger has the release “{edition}” of {subject} already."
            raise BadInput(f"{known} Give this one another name with --release.")
        for true, safe in zip(truth, shown, strict=True):
            cells: list[list[str | int]] = [[*key, n, safe.counts[key] is not None] for key, n in true.counts.items()]
            dimensions = list(true.dimensions)
            self._lines.append(
                _Line(
                    edition=edition,
                    subject=subject,
                    table=true.name,
                    dimensions=dimensions,
                    sensitive=list(sensitive),
                    cells=cells,
                )
            )

    def save(self) -> None:
        """Writes the file, readable by its owner alone."""
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            lines = (json.dumps(line, ensure_ascii=False) for line in self._lines)
            self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _earlier(line: _Line) -> Earlier:
    cells = [(tuple(map(str, codes)), int(count), is_shown) for *codes, count, is_shown in line["cells"]]
    counts = {cell: count for cell, count, _is_shown in cells}
    hidden = frozenset(cell for cell, _count, is_shown in cells if not is_shown)
    table = Table(line["table"], tuple(line["dimensions"]), counts)
    return Earlier(line["edition"], table, hidden, tuple(line["sensitive"]))
