"""Where releases are kept, and the ledger of all that has been told: in the installation's own folder.

A release's folder holds what may leave; what may not stands beside it. What a try needs meanwhile goes when it ends.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from handslag.statistics.publishing.making import MANIFEST
from handslag.statistics.publishing.manifest import Manifest, digest
from handslag.statistics.safety.files import private_beside

FIGURES = "figures.json"
TRIES = "making-*"


def home() -> Path:
    """The folder of all releases."""
    return Path(settings.HANDSLAG_HOME, "analyses")


def ledger() -> Path:
    """The ledger, which `handslag statistics` may be given too. It holds true counts."""
    return home() / "releases.jsonl"


def tries() -> Iterator[tuple[UUID, Path]]:
    """What tries need while they go on, or left when they were killed, each with the release's public id."""
    for path in home().glob(f"*/{TRIES}"):
        yield UUID(path.parent.name), path


@dataclass(frozen=True)
class Kept:
    """What is kept of a release, named by its public id."""

    public_id: UUID

    @property
    def _place(self) -> Path:
        return home() / str(self.public_id)

    @property
    def folder(self) -> Path:
        """What may leave."""
        return self._place / "release"

    def clear(self) -> None:
        """Removes what was made, before it is made again."""
        for one in (self.folder, private_beside(self.folder)):
            shutil.rmtree(one, ignore_errors=True)

    @contextmanager
    def trying(self) -> Iterator[Path]:
        """A private folder for a try, where temporary files lie too; it goes when the try ends."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = tempfile.tempdir
        with tempfile.TemporaryDirectory(prefix=TRIES[:-1], dir=self._place) as own:
            tempfile.tempdir = own
            try:
                yield Path(own)
            finally:
                tempfile.tempdir = before

    @property
    def manifest(self) -> Manifest | None:
        """What the release was made of; None where its files are not here."""
        return cast("Manifest | None", self._json(MANIFEST))

    @property
    def figures(self) -> dict[str, Any] | None:
        """Its figures (statistics/writing/figures.py); None where its files are not here."""
        return self._json(FIGURES)

    def _json(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def files(self) -> list[str]:
        """The files that may leave, as the manifest names them. The manifest itself may not: with its digests of what
        is not published a guess could be tried."""
        told = self.manifest
        return sorted(told["outputs"]) if told else []

    def read(self, name: str) -> bytes | None:
        """A file that may leave, by the name that the manifest gives it; None for any other, and for one that is not
        as it was when it was attacked."""
        told = self.manifest
        path = self.folder / name if told and name in told["outputs"] else None
        if path is None or told is None or not path.is_file() or digest(path) != told["outputs"][name]:
            return None
        return path.read_bytes()
