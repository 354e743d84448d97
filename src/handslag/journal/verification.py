"""Verification: goes through every entry, link, batch and anchor, and tells where the journal does not hold."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection

from handslag.foundation import clock
from handslag.foundation.snapshot import snapshot
from handslag.journal import seals
from handslag.journal.anchors import anchored
from handslag.journal.chain import OVERDUE
from handslag.journal.models import Batch, Head

CHUNK = 5000
_ENTRIES = 'SELECT "{}", seal FROM journal_entry'.format('", "'.join(seals.COLUMNS))
_FOLLOWS, _VERB, _DETAILS, _AT = (seals.COLUMNS.index(name) for name in ("follows", "verb", "details", "at"))


@dataclass(frozen=True)
class Break:
    """Where the journal does not hold (an entry, a batch, or the head), and why."""

    where: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """How many entries and batches stand, how many entries wait for their batch and since when, and the first breaks.

    `late` entries waited longer than OVERDUE: nobody sealed, or they are dated back as those of a demo world.
    """

    entries: int
    batches: int
    late: int
    unsealed: int
    unsealed_since: str
    breaks: tuple[Break, ...]


def verify(most: int = 20) -> Verdict:
    """Goes through the whole journal as it stands at one instant; stops after `most` breaks."""
    with snapshot():
        walk = _Walk()
        breaks = tuple(islice(walk.breaks(), most))
    waiting = walk.entries.unclaimed
    since = min((at for _seal, at in waiting.values()), default="")
    return Verdict(walk.entries.count, walk.batches, walk.late, len(waiting), since, breaks)


def _rows(query: str, key: str, after: int | None) -> list[tuple]:
    """The next rows of a table after the one with this key."""
    where = "" if after is None else f"WHERE {key} > {int(after)}"
    with connection.cursor() as cursor:
        cursor.execute(f"{query} {where} ORDER BY {key} LIMIT {CHUNK}")
        return cursor.fetchall()


class _Entries:
    """The entries in order of place, read as far as somebody asks; those that no batch has claimed yet are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.unclaimed: dict[int, tuple[str, str]] = {}
        """Seal and instant, by place."""
        self._last: int | None = None
        self._ended = False

    def read_to(self, place: float) -> Iterator[Break]:
        """Reads on until this place is among those read, and checks what it reads."""
        while not self._ended and (self._last is None or self._last < place):
            rows = _rows(_ENTRIES, "id", self._last)
            self._ended = len(rows) < CHUNK
            yield from self._check(rows, _links(self._last, None if self._ended else rows[-1][0]))
            self._last = rows[-1][0] if rows else self._last

    def _check(self, rows: list[tuple], links: dict[int, list[int]]) -> Iterator[Break]:
        before = _followed(rows)
        for *values, seal in rows:
            place, shown = values[0], links.pop(values[0], [])
            right = values[_FOLLOWS] in before and seals.of_entry(values, before[values[_FOLLOWS]]) == seal
            self.unclaimed[place] = str(seal), values[_AT] if right else ""
            if not right:
                yield Break(f"entry {place}", "the entry, or the batch that it follows, was changed, moved or removed")
            elif shown != (sorted(json.loads(values[_DETAILS]).get("cases", [])) if values[_VERB] == "listed" else []):
                yield Break(f"entry {place}", "the list's links to its cases were changed")
        self.count += len(rows)
        yield from (Break(f"entry {place}", "missing, though cases link to it") for place in links)


def _followed(rows: list[tuple]) -> dict[int, str]:
    """The seals of the batches that these entries follow, by number."""
    numbers = {row[_FOLLOWS] for row in rows if isinstance(row[_FOLLOWS], int)}
    return {0: seals.BEGIN, **dict(Batch.objects.filter(number__in=numbers).values_list("number", "seal"))}


def _links(after: int | None, last: int | None) -> dict[int, list[int]]:
    """The cases that lists link to, by the list's place, for places in (after, last]."""
    bounds = [f"entry_id {sign} {int(place)}" for sign, place in ((">", after), ("<=", last)) if place is not None]
    where = f"WHERE {' AND '.join(bounds)}" if bounds else ""
    links: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT entry_id, case_id FROM journal_shown {where} ORDER BY entry_id, case_id")
        for place, case_id in cursor.fetchall():
            links.setdefault(place, []).append(case_id)
    return links


class _Walk:
    def __init__(self) -> None:
        self.entries = _Entries()
        self.batches = self.late = 0
        self._begun = clock.now()
        self._head = Head.objects.filter(pk=1).first()
        self._last, self._last_seal = 0, seals.BEGIN
        self._anchored = anchored()

    def breaks(self) -> Iterator[Break]:
        yield from self._chain()
        yield from self.entries.read_to(float("inf"))
        yield from self._left_out()
        yield from self._ends()

    def _chain(self) -> Iterator[Break]:
        for number, at, places, root, seal in _batches():
            if number > self._last + 1:
                yield Break(f"batch {self._last + 1}", f"missing up to batch {number - 1}")
            elif number <= self._last or seals.of_batch(number, at, places, root, self._last_seal) != seal:
                yield Break(f"batch {number}", "the batch, or the one before it, was changed or moved")
            else:
                yield from self._members(number, at, places, root)
            if self._anchored.pop(number, seal) != seal:
                yield Break(f"batch {number}", "the batch is not the one that was anchored")
            self.batches, self._last, self._last_seal = self.batches + 1, max(number, self._last), seal

    def _members(self, number: int, at: str, runs: str, root: str) -> Iterator[Break]:
        places = seals.places_of(runs)
        yield from self.entries.read_to(places[-1])
        waiting = self.entries.unclaimed
        missing = [place for place in places if place not in waiting]
        found = [waiting.pop(place) for place in places if place in waiting]
        due = _before(datetime.fromisoformat(at))
        self.late += sum(noted < due for _seal, noted in found)
        if missing:
            yield Break(f"entry {missing[0]}", f"missing, of what batch {number} sealed: {seals.runs_of(missing)}")
        elif seals.root_of(seal for seal, _noted in found) != root:
            yield Break(f"batch {number}", "its entries are not those that were sealed")

    def _left_out(self) -> Iterator[Break]:
        due = _before(self._begun)
        if late := sorted(place for place, (_seal, at) in self.entries.unclaimed.items() if at < due):
            yield Break(f"entry {late[0]}", f"not sealed for more than {OVERDUE} seconds: {len(late)} entries")

    def _ends(self) -> Iterator[Break]:
        head = self._head
        if head is None:
            yield Break("head", "the head is gone")
        elif head.tag != seals.of_head(head.number, head.seal):
            yield Break("head", "the head was changed by hand")
        elif head.number > self._last:
            yield Break(f"batch {self._last + 1}", f"missing up to batch {head.number}: the end was cut off")
        elif (head.number, head.seal) != (self._last, self._last_seal):
            yield Break("head", "the last batch is not the one that the head names")
        for number in sorted(self._anchored):
            yield Break(f"batch {number}", "an anchored batch is gone: the end was cut off")


def _before(at: datetime) -> str:
    """The instant since when an entry should have been sealed by `at`."""
    return seals.instant(at - timedelta(seconds=OVERDUE))


def _batches() -> Iterator[tuple]:
    last = None
    while rows := _rows("SELECT number, at, places, root, seal FROM journal_batch", "number", last):
        yield from rows
        last = rows[-1][0]
