"""Promise 7: the journal read from its bare tables, and every seal reckoned anew. Own reading, own key, own arithmetic.

Batches are taken in groups, and with each group the stretch of entries that it speaks of; what no batch speaks of is
read last. It finds what `handslag journal verify` finds, by another way.
"""

import base64
import hashlib
import hmac
import json
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, timedelta
from functools import cache
from itertools import islice

from django.conf import settings
from django.db import connection
from django.utils import timezone

from handslag.foundation.snapshot import snapshot

GROUP = 2000
"""Rows that are read at once, where they are read in order of their key."""
WAITED = timedelta(seconds=60)
"""How long an entry may stand without a batch."""
ORDER = "id at actor acting_for verb subject subject_id basis address details party group follows seal".split()
FOLLOWS, AT, SEAL = ORDER.index("follows"), ORDER.index("at"), -1
ENTRIES = 'SELECT "{}" FROM journal_entry'.format('", "'.join(ORDER))
BATCHES = "SELECT number, at, places, root, seal FROM journal_batch"
LISTS = "SELECT id, details FROM journal_entry"

Offence = tuple[str, str]
"""Why, and where."""


def written(first: int) -> tuple[int, tuple[Offence, ...]]:
    """(how many entries stand, the first offences), as of one instant."""
    with snapshot():
        return _ask("SELECT count(*) FROM journal_entry")[0][0], tuple(islice(_offences(), first))


def _ask(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _groups(query: str, key: str, condition: str = "1=1") -> Iterator[list[tuple]]:
    """All rows in order of their first column, some at a time."""
    rows = _ask(f"{query} WHERE {condition} ORDER BY {key} LIMIT {GROUP}")
    while rows:
        yield rows
        rows = _ask(f"{query} WHERE {condition} AND {key} > {int(rows[-1][0])} ORDER BY {key} LIMIT {GROUP}")


@cache
def _key() -> bytes:
    """The journal's key, derived from the installation's (RFC 5869 with SHA-256: no salt, one block)."""
    master = base64.urlsafe_b64decode(settings.HANDSLAG_INDEX_KEY)
    pseudorandom = hmac.new(bytes(32), master, hashlib.sha256).digest()
    return hmac.new(pseudorandom, b"handslag journal\x01", hashlib.sha256).digest()


def _sealed(*values: object) -> str:
    text = json.dumps(values, ensure_ascii=False, default=repr)
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def _runs(places: str) -> list[tuple[int, int]]:
    ends = [run.split("-") for run in places.split()]
    return [(int(run[0]), int(run[-1])) for run in ends]


def _offences() -> Iterator[Offence]:
    claimed: list[tuple[int, int]] = []
    last, seal, anchors = 0, "", _anchors()
    for group in _groups(BATCHES, "number"):
        sound = []
        for number, at, places, root, given in group:
            if number != last + 1 or given != _sealed("batch", number, at, places, root, seal):
                yield "a batch is missing, or was changed or moved", f"batch {number}"
            else:
                sound.append((number, _runs(places), root))
            if anchors.pop(number, given) != given:
                yield "another batch was anchored", f"batch {number}"
            last, seal = number, given
        yield from _entries_of(sound)
        claimed += [run for _number, runs, _root in sound for run in runs]
    yield from _unclaimed(_merged(claimed))
    yield from _end(last, seal)
    yield from (("an anchored batch is gone", f"batch {number}") for number in anchors)
    yield from _links()


def _entries_of(batches: list[tuple[int, list[tuple[int, int]], str]]) -> Iterator[Offence]:
    """What is wrong with the entries of these batches."""
    ends = [end for _number, runs, _root in batches for run in runs for end in run]
    if not ends:
        return
    rows = {row[0]: row for row in _ask(f"{ENTRIES} WHERE id BETWEEN {min(ends)} AND {max(ends)}")}
    seals = _seals_before(list(rows.values()))
    for number, runs, root in batches:
        places = [place for begin, end in runs for place in range(begin, end + 1)]
        yield from (("the entry is missing", f"entry {place}") for place in places if place not in rows)
        found = [rows[place] for place in places if place in rows]
        yield from (("the entry was changed", f"entry {row[0]}") for row in found if not _holds(row, seals))
        digest = hashlib.sha256("\n".join(str(row[SEAL]) for row in found).encode()).hexdigest()
        if digest != root and len(found) == len(places):
            yield "other entries were sealed", f"batch {number}"


def _seals_before(rows: list[tuple]) -> dict[int, str]:
    """The seals of the batches that entries follow."""
    numbers = {row[FOLLOWS] for row in rows if isinstance(row[FOLLOWS], int)}
    listed = ", ".join(map(str, numbers)) or "0"
    return {0: "", **dict(_ask(f"SELECT number, seal FROM journal_batch WHERE number IN ({listed})"))}


def _holds(row: tuple, seals: dict[int, str]) -> bool:
    return row[FOLLOWS] in seals and row[SEAL] == _sealed("entry", *row[:SEAL], seals[row[FOLLOWS]])


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in as few runs as can be, in order."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(runs):
        if merged and begin <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _unclaimed(claimed: list[tuple[int, int]]) -> Iterator[Offence]:
    """What is wrong with the entries that no batch speaks of."""
    due = (timezone.now() - WAITED).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    begins = [begin for begin, _end in claimed]
    for group in _groups("SELECT id FROM journal_entry", "id"):
        left = [place for (place,) in group if not (at := bisect_right(begins, place)) or claimed[at - 1][1] < place]
        rows = _ask(f"{ENTRIES} WHERE id IN ({', '.join(map(str, left))}) ORDER BY id") if left else []
        seals = _seals_before(rows)
        for row in rows:
            if not _holds(row, seals):
                yield "the entry was changed", f"entry {row[0]}"
            elif row[AT] < due:
                yield "the entry was never sealed", f"entry {row[0]}"


def _end(last: int, seal: str) -> Iterator[Offence]:
    heads = _ask("SELECT number, seal, tag FROM journal_head WHERE id = 1")
    if not heads or heads[0][2] != _sealed("head", *heads[0][:2]):
        yield "the head is gone, or was changed", "head"
    elif heads[0][:2] != (last, seal):
        yield "the last batch is not the one that the head names", "head"


def _anchors() -> dict[int, str]:
    path = settings.HANDSLAG_HOME / "journal.anchors"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return {int(line.split()[0]): line.split()[1] for line in lines}


def _links() -> Iterator[Offence]:
    """Lists that link to other cases than the entry names, and links that no list has."""
    alone = "NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.id = s.entry_id AND e.verb = 'listed')"
    for (place,) in _ask(f"SELECT DISTINCT s.entry_id FROM journal_shown s WHERE {alone}"):
        yield "links to cases that no list names", f"entry {place}"
    for group in _groups(LISTS, "id", "verb = 'listed'"):
        links: dict[int, list[int]] = {place: [] for place, _details in group}
        found = _ask(
            f"SELECT entry_id, case_id FROM journal_shown WHERE entry_id BETWEEN {group[0][0]} AND {group[-1][0]}"
        )
        for place, case_id in found:
            links.get(place, []).append(case_id)
        for place, details in group:
            if sorted(links[place]) != _named(details):
                yield "the list's links to its cases were changed", f"entry {place}"


def _named(details: str) -> list[int] | None:
    try:
        return sorted(json.loads(details)["cases"])
    except (ValueError, KeyError, TypeError):
        return None
