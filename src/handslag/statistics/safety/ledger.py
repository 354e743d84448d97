"""What has been told before: every cell of every release and answer, which an attacker knows. Not for publication.

One writer at a time: whoever wants to release holds the ledger from before the first cell is protected until all is
noted, and others wait.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.cell_keys import Noise, bounds
from handslag.statistics.safety.tables import Earlier, ShownTable, Table, TrueTable

ASKED = "ask"
"""The edition of what was told with noise."""


class Known(TypedDict):
    """What had been told at a time: so many tables, and the digest of them."""

    tables: int
    digest: str


class _Line(TypedDict):
    """A table as the file has it; a cell is its codes, its count then, whether it was shown (with noise: as what).

    In `sensitive` dimensions zeros were hidden. `noise` is the greatest change of a count; 0 where there was none.
    """

    edition: str
    subject: str
    table: str
    dimensions: list[str]
    sensitive: list[str]
    noise: int
    cells: list[list[str | int | None]]


@dataclass(frozen=True)
class Told:
    """How much was told of a subject in a release: tables, cells, and how many of these are hidden."""

    edition: str
    subject: str
    tables: int
    cells: int
    hidden: int


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
    def known(self) -> Known:
        """What has been told until now."""
        return Known(tables=len(self._lines), digest=hashlib.sha256(self._text().encode()).hexdigest())

    @property
    def editions(self) -> set[str]:
        """The names of all releases."""
        return {line["edition"] for line in self._lines}

    def told(self) -> list[Told]:
        """What was told, without any count: of each release and subject how many cells, and how many of them hidden."""
        found: dict[tuple[str, str], list[int]] = {}
        for line in self._lines:
            sums = found.setdefault((line["edition"], line["subject"]), [0, 0, 0])
            hidden = sum(shown is False or shown is None for *_codes, shown in line["cells"])
            sums[:] = sums[0] + 1, sums[1] + len(line["cells"]), sums[2] + hidden
        return [Told(edition, subject, *sums) for (edition, subject), sums in found.items()]

    def until(self, known: Known) -> "Ledger":
        """What was known when only this had been told. Raises BadInput where it is not here."""
        found = Ledger()
        found._lines = self._lines[: known["tables"]]
        if found.known != known:
            raise BadInput(f"The ledger lacks the {known['tables']} tables that were known when this was made.")
        return found

    def of(self, subject: str) -> list[Earlier]:
        """The tables that were told about a subject (whom is counted, and when)."""
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
            cells: list[list[str | int | None]] = [
                [*key, n, safe.counts[key] is not None] for key, n in true.counts.items()
            ]
            self._lines.append(_line(edition, subject, true, sensitive, 0, cells))

    def add_answer(self, subject: str, truth: TrueTable, told: ShownTable, noise: Noise) -> None:
        """Notes counts told with noise, once; `save` keeps it."""
        cells: list[list[str | int | None]] = [[*key, n, told.counts[key]] for key, n in truth.counts.items()]
        line = _line(ASKED, subject, truth, (), noise.most, cells)
        if line not in self._lines:
            self._lines.append(line)

    def save(self) -> None:
        """Writes the file, readable by its owner alone: all of it, or it stays as it was."""
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_name(f"{self.path.name}.new")
            new.touch(mode=0o600)
            with new.open("w", encoding="utf-8") as file:
                file.write(self._text())
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)

    def _text(self) -> str:
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in self._lines)


@contextmanager
def held(path: Path | None) -> Iterator[Ledger]:
    """The ledger, held until the end and then saved; who else wants it waits. Nothing is saved when something fails."""
    if path is None:
        yield Ledger()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ledger = Ledger(path)
        yield ledger
        ledger.save()


def subject_of(units: str, year: int) -> str:
    """Whom a report or an answer counts, and when: the same by whatever version of the definition."""
    return f"{units}, {year}"


def _line(
    edition: str,
    subject: str,
    table: TrueTable,
    sensitive: Sequence[str],
    noise: int,
    cells: list[list[str | int | None]],
) -> _Line:
    return _Line(
        edition=edition,
        subject=subject,
        table=table.name,
        dimensions=list(table.dimensions),
        sensitive=list(sensitive),
        noise=noise,
        cells=cells,
    )


def _earlier(line: _Line) -> Earlier:
    cells = [(tuple(map(str, codes)), int(count or 0), shown) for *codes, count, shown in line["cells"]]
    table = Table(line["table"], tuple(line["dimensions"]), {cell: count for cell, count, _shown in cells})
    if noise := line["noise"]:
        told = {cell: bounds(int(shown), noise) for cell, _count, shown in cells if shown is not None}
        return Earlier(line["edition"], table, frozenset(table.counts), (), told)
    hidden = frozenset(cell for cell, _count, shown in cells if not shown)
    return Earlier(line["edition"], table, hidden, tuple(line["sensitive"]))
