"""Anchors: heads of the chain, written outside the database, to be copied to where none of its operators reaches."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from handslag.journal import chain, seals
from handslag.journal.models import Head

ANCHORS = "journal.anchors"


def _file() -> Path:
    return settings.HANDSLAG_HOME / ANCHORS


def anchored() -> dict[int, str]:
    """The seals of the batches that were anchored, by number."""
    if not _file().exists():
        return {}
    lines = (line.split() for line in _file().read_text(encoding="ascii").splitlines())
    return {int(number): seal for number, seal, *_at in lines}


def anchor(at: datetime) -> str:
    """Seals what waits, adds the head to the anchors' file, and returns the line (number, seal, instant)."""
    chain.seal()
    head = Head.objects.get(pk=1)
    line = f"{head.number} {head.seal} {seals.instant(at)}"
    if head.number and anchored().get(head.number) != head.seal:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with _file().open("a", encoding="ascii") as file:
            file.write(line + "\n")
    return line
