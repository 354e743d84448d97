"""The chain: entries are written side by side, and sealed behind in batches, each with the batch before.

An entry has a seal of its own at once, over the last batch before it too. No writer waits for another: places come from
a sequence and the head is only read. Whoever seals takes what waits in `journal_unsealed`, a moment later, and names
each entry in the batch, so that nothing slips into it afterwards: what commits late comes into a later batch.
"""

import json
import logging
import threading
import time
from functools import cache

from django.db import close_old_connections, connection, connections

from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.foundation.keys import WrongKey
from handslag.journal import seals
from handslag.journal.models import Batch, Entry, Head, Unsealed

MOST = 50_000
"""Entries in one batch at most."""
OVERDUE = 60
"""Seconds after which an entry without a batch is not waiting but left out."""
EVERY = 0.1
"""Seconds between two sealings of a server."""

_PLACES = {
    "postgresql": "SELECT nextval('journal_entry_id_seq'), number, seal FROM journal_head, generate_series(1, %s) "
    "WHERE journal_head.id = 1",
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s) "
    "SELECT n + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal_entry'), 0), number, seal "
    "FROM journal_head, series WHERE journal_head.id = 1",
}
_LINK = {
    "postgresql": "INSERT INTO journal_shown (entry_id, case_id) "
    "SELECT %s, value::bigint FROM json_array_elements_text(%s::json)",
    "sqlite": "INSERT INTO journal_shown (entry_id, case_id) SELECT %s, value FROM json_each(%s)",
}
_TAKE = (
    "DELETE FROM journal_unsealed WHERE entry_id IN "
    "(SELECT entry_id FROM journal_unsealed ORDER BY entry_id LIMIT %s) RETURNING entry_id, seal"
)

_log = logging.getLogger(__name__)


def begin(using: str) -> None:
    """Makes the head of a chain that has no entry yet; does nothing where there is one, or the tables lack."""
    if Head._meta.db_table not in connections[using].introspection.table_names():
        return
    if not Head.objects.using(using).exists() and not Entry.objects.using(using).exists():
        Head.objects.using(using).create(pk=1, number=0, seal=seals.BEGIN, tag=seals.of_head(0, seals.BEGIN))


def append(entries: list[Entry]) -> None:
    """Gives entries their places and seals and writes them, within the caller's transaction."""
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute(_PLACES[connection.vendor], [len(entries)])
        places = cursor.fetchall()
    for entry, (place, follows, before) in zip(entries, places, strict=True):
        entry.id, entry.follows = place, follows
        entry.seal = seals.of_entry((getattr(entry, column) for column in seals.COLUMNS), before)
    columns = [field.column for field in Entry._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            _insert(tuple(columns)), [[getattr(entry, column) for column in columns] for entry in entries]
        )


@cache
def _insert(columns: tuple[str, ...]) -> str:
    """Written once, since every page that shows somebody writes an entry."""
    names, places = ", ".join(f'"{column}"' for column in columns), ", ".join("%s" for _ in columns)
    return f"INSERT INTO {Entry._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608  (names of our own columns)


def link(entry: Entry, cases: list[int]) -> None:
    """Links a written entry about a list to the cases that it showed."""
    with connection.cursor() as cursor:
        cursor.execute(_LINK[connection.vendor], [entry.id, json.dumps(cases)])


def seal() -> int:
    """Seals all that waits, in batches; how many entries. Leaves it to another sealer that is at it.

    Raises WrongKey where the head was not written with this installation's key: nothing is sealed after a false head.
    """
    sealed = 0
    while Unsealed.objects.exists() and (count := _seal_batch()):
        sealed += count
    return sealed


@action(by_itself)
def _seal_batch() -> int:
    head = Head.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if head is None:
        return 0
    if head.tag != seals.of_head(head.number, head.seal):
        raise WrongKey("The journal's head was changed, or sealed with another key. Run “handslag journal verify”.")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [MOST])
        waiting = sorted(cursor.fetchall())
    if waiting:
        _write(head, [place for place, _seal in waiting], [seal for _place, seal in waiting])
    return len(waiting)


def _write(head: Head, places: list[int], entry_seals: list[str]) -> None:
    batch = Batch(
        number=head.number + 1,
        at=seals.instant(clock.now()),
        places=seals.runs_of(places),
        root=seals.root_of(entry_seals),
    )
    batch.seal = seals.of_batch(batch.number, batch.at, batch.places, batch.root, head.seal)
    batch.save(force_insert=True)
    head.number, head.seal, head.tag = batch.number, batch.seal, seals.of_head(batch.number, batch.seal)
    head.save()


def keep_sealing(every: float, stop: threading.Event) -> None:
    """Seals every so many seconds until told to stop. What goes wrong is logged, and tried again."""
    well = time.monotonic()
    while not stop.wait(every):
        try:
            close_old_connections()
            if seal() or not Unsealed.objects.exists():
                well = time.monotonic()
        except Exception:
            _log.exception("The journal could not be sealed.")
            connection.close()
        if time.monotonic() - well > OVERDUE:
            _log.error("The journal has not been sealed for %s seconds though entries wait.", OVERDUE)
            well = time.monotonic()
