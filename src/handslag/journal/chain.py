"""The chain: how entries are sealed, each with the one before, so that no change, removal or reordering stays unseen.

A seal is an HMAC-SHA-256 over the entry's columns and the seal before it; without the installation's key nobody can
make one. The head (place and seal of the last entry, with a tag of its own) stands in another table, and is anchored
outside the database: every command that anchors adds a line to `HANDSLAG_HOME/journal.anchors`, to be copied away.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from handslag.foundation import keys
from handslag.journal.models import Entry, Head

COLUMNS = ("id", "at", "actor", "acting_for", "verb", "subject", "subject_id", "basis", "address", "details")
BEGIN = ""
CHUNK = 5000
ANCHORS = "journal.anchors"


def instant(at: datetime) -> str:
    """An instant as the journal writes it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(details: dict) -> str:
    """Details as the journal writes them: one text for one content."""
    return json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_of(values: tuple, before: str) -> str:
    """The seal of an entry with these column values (in the order of COLUMNS), after the seal `before`."""
    return keys.seal(json.dumps([*values, before], ensure_ascii=False, default=repr).encode())


def tag_of(place: int, seal: str) -> str:
    """The head's own seal."""
    return keys.seal(f"head {place} {seal}".encode())


def begin(using: str) -> None:
    """Makes the head of a chain that has no entry yet; does nothing where there is one, or the tables lack."""
    if Head._meta.db_table not in connections[using].introspection.table_names():
        return
    if not Head.objects.using(using).exists() and not Entry.objects.using(using).exists():
        Head.objects.using(using).create(pk=1, place=0, seal=BEGIN, tag=tag_of(0, BEGIN))


def append(entries: list[Entry]) -> None:
    """Gives entries their places and seals and writes them. Call it within a transaction: the head is locked."""
    head = Head.objects.select_for_update().get(pk=1)
    place, before = head.place, head.seal
    for entry in entries:
        place += 1
        entry.id = place
        entry.seal = before = seal_of(tuple(getattr(entry, column) for column in COLUMNS), before)
    Entry.objects.bulk_create(entries, batch_size=2000)
    head.place, head.seal, head.tag = place, before, tag_of(place, before)
    head.save()


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold, and why."""

    place: int
    why: str


def _rows() -> Iterator[tuple]:
    columns = ", ".join((*COLUMNS, "seal"))
    last = None
    with connection.cursor() as cursor:
        while True:
            after = "" if last is None else f"WHERE id > {int(last)}"
            cursor.execute(f"SELECT {columns} FROM journal_entry {after} ORDER BY id LIMIT {CHUNK}")
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < CHUNK:
                return
            last = rows[-1][0]


def _walk(most: int) -> tuple[list[Break], int, str, dict[int, str]]:
    anchored = {place: seal for place, seal in _anchors()}
    breaks: list[Break] = []
    expected, before = 1, BEGIN
    for *values, seal in _rows():
        place = values[0]
        if place != expected:
            breaks.append(Break(expected, f"entries {expected} to {place - 1} are missing"))
        elif seal_of(tuple(values), before) != seal:
            breaks.append(Break(place, "the entry, or the one before it, was changed or moved"))
        if place in anchored and anchored.pop(place) != seal:
            breaks.append(Break(place, "the entry is not the one that was anchored"))
        if len(breaks) >= most:
            break
        expected, before = place + 1, seal
    return breaks, expected - 1, before, anchored


def verify(most: int = 20) -> tuple[int, list[Break]]:
    """(how many entries stand, where the chain is broken: the first `most` places).

    Goes through every entry, compares the head with the last one, and each anchor with its entry.
    """
    breaks, last, seal, unmet = _walk(most)
    if len(breaks) < most:
        breaks += _head_breaks(last, seal)
        breaks += [Break(place, "an anchored entry is gone: the end was cut off") for place in sorted(unmet)]
        breaks += _link_breaks()
    return last, breaks[:most]


def _head_breaks(last: int, seal: str) -> list[Break]:
    head = Head.objects.filter(pk=1).first()
    if head is None:
        return [Break(last, "the head is gone")]
    if head.tag != tag_of(head.place, head.seal):
        return [Break(head.place, "the head was changed by hand")]
    if head.place > last:
        return [Break(last + 1, f"entries {last + 1} to {head.place} are missing: the end was cut off")]
    if (head.place, head.seal) != (last, seal):
        return [Break(last, "the last entry is not the one that the head names")]
    return []


def _link_breaks() -> list[Break]:
    """Lists whose links to their cases are not the cases that the entry names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, case_id FROM journal_shown ORDER BY entry_id, case_id")
        links: dict[int, list[int]] = {}
        for entry_id, case_id in cursor.fetchall():
            links.setdefault(entry_id, []).append(case_id)
        cursor.execute("SELECT id, details FROM journal_entry WHERE verb = 'listed'")
        named = {place: sorted(json.loads(details).get("cases", [])) for place, details in cursor.fetchall()}
    wrong = sorted(place for place in links.keys() | named.keys() if links.get(place) != named.get(place))
    return [Break(place, "the list's links to its cases were changed") for place in wrong]


def _file() -> Path:
    return settings.HANDSLAG_HOME / ANCHORS


def _anchors() -> Iterator[tuple[int, str]]:
    if _file().exists():
        for line in _file().read_text(encoding="ascii").splitlines():
            place, seal, *_at = line.split()
            yield int(place), seal


def anchor(at: datetime) -> str:
    """Adds the present head to the anchors' file, and returns the line; copy it to where no operator can change it."""
    head = Head.objects.get(pk=1)
    line = f"{head.place} {head.seal} {instant(at)}"
    known = dict(_anchors())
    if head.place and known.get(head.place) != head.seal:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with _file().open("a", encoding="ascii") as file:
            file.write(line + "\n")
    return line
