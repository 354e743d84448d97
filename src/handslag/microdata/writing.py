"""Writing a folder of microdata: no name, no number, no words; a person is a pseudonym made for that folder alone."""

import csv
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.foundation.rooms import rooms
from handslag.foundation.snapshot import snapshot
from handslag.journal.actions import record
from handslag.parties.may import operate
from handslag.parties.viewer import Viewer
from handslag.persons.queries import count_nameless
from handslag.statistics.microdata.schema import Resource, resources


@dataclass(frozen=True)
class Written:
    """What a folder holds: rows by file, and of how many persons' records nothing is told."""

    rows: dict[str, int]
    left_out: int


class Pseudonyms:
    """Names for things of one folder, by a key that is nowhere kept: two folders cannot be laid side by side."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of(self, file: str, known_as: Any) -> str:
        """What one of a file's things is called."""
        return hmac.digest(self._key, f"{file} {known_as}".encode(), "sha256").hex()[:24]


@action(operate)
def note_microdata(actor: Viewer, begin: date, end: date) -> None:
    """Journals that microdata are taken out, before they are."""
    record(actor.label, "microdata_written", "installation", 0, begin=begin.isoformat(), end=end.isoformat())


def write_microdata(
    actor: Viewer, folder: Path, begin: date, end: date, progress: Callable[[str, int], None] = lambda file, rows: None
) -> Written:
    """Writes each file of `statistics/microdata/schema.json` from what the rooms hold, as of one instant; one that no
    room has facts for has its heading alone.

    Meetings, assessments and rehabilitations are those of the days from `begin` to `end`, livelihoods those that went
    on in them. Left out are the records of people without an identity (anonymous, or protected). Raises Refused where
    the folder is there and not empty.
    """
    if begin > end:
        raise Refused(_("The first day is after the last."))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(_("{folder} is not empty. Name a folder that is not there yet.").format(folder=folder))
    note_microdata(actor, begin, end)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pseudonyms, given = Pseudonyms(), {file.name: file.rows for room in rooms().values() for file in room.microdata}
    with snapshot():
        rows = {
            name: _file(folder, resource, given[name](begin, end) if name in given else (), pseudonyms, progress)
            for name, resource in resources().items()
        }
        return Written(rows, count_nameless())


def _file(folder: Path, resource: Resource, rows: Any, pseudonyms: Pseudonyms, progress: Any) -> int:
    """Writes one file as its rows come, and gives how many they were."""
    named = [(f.name, _names(f.name, resource)) for f in resource.fields]
    count = 0
    with (folder / f"{resource.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f.name for f in resource.fields])
        for count, row in enumerate(rows, 1):  # noqa: B007  (how many they were)
            cells = zip(named, row, strict=True)
            writer.writerow(
                [cell if not of or cell is None else pseudonyms.of(of, cell) for (_column, of), cell in cells]
            )
            if count % 10_000 == 0:
                progress(resource.name, count)
    return count


def _names(column: str, resource: Resource) -> str:
    """Of what a column names one; empty where it names nothing."""
    return resource.name if column == resource.key else dict(resource.points_to).get(column, "")
