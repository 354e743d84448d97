"""Making what analysts have asked for, beside requests: `handslag analyses`, in a process of its own.

Any number of processes may go at once. One claims a release, and says every few seconds that it lives; when it is
killed, that stops, and the release is told as broken off. Whoever lost its claim writes nothing any more. Of a release
that was noted in the ledger, the files are whole: another try finds it there and makes nothing anew.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from handslag.analyses import folders, rules
from handslag.analyses.models import Release
from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.journal.actions import record
from handslag.microdata.writing import write_microdata
from handslag.parties.viewer import Viewer
from handslag.statistics.errors import BadInput, Nothing, Unsafe, Unsound
from handslag.statistics.publishing.making import publish
from handslag.statistics.safety.ledger import Ledger, held

WRITING, WAITING_FOR_LEDGER, CHECKING = "writing", "ledger", "checking"
PHASES = (WRITING, WAITING_FOR_LEDGER, CHECKING, "counting", "protecting")
"""What is being done; the last three as `statistics` says it."""
SEEN_EVERY = 5.0
"""Seconds between two words that whoever makes a release lives."""
MAKER = Viewer(None, is_system=True, name="analyses")

logger = logging.getLogger(__name__)


class LostClaim(Exception):
    """Somebody else makes this release now, or nobody shall."""


@action(by_itself)
def _claim() -> Release | None:
    now = clock.now()
    for waiting in Release.objects.filter(ended_at__isnull=True, begun_at__isnull=True).order_by("id"):
        tries = waiting.tries + 1
        free = Release.objects.filter(pk=waiting.pk, tries=waiting.tries, ended_at__isnull=True, begun_at__isnull=True)
        if free.update(tries=tries, begun_at=now, seen_at=now):
            return Release.objects.get(pk=waiting.pk)
    return None


def _own(release: Release):
    """The release, as long as it is claimed by this try."""
    return Release.objects.filter(pk=release.pk, tries=release.tries, ended_at__isnull=True, begun_at__isnull=False)


@action(by_itself)
def _see(release: Release, phase: str, done: int, steps: int) -> bool:
    """Says that whoever makes a release lives, and how far it has come; whether it still has the claim."""
    return bool(_own(release).update(seen_at=clock.now(), phase=phase, done=done, steps=steps))


@action(by_itself)
def _end(release: Release, ending: str) -> None:
    if _own(release).update(ended_at=clock.now(), ending=ending):
        told = {"report": release.report, "year": str(release.year), "ending": ending}
        record(MAKER.label, "release_ended", "release", release.pk, **told)


@dataclass
class _Sight:
    """How far the making has come, told to the database now and then by a thread of its own."""

    release: Release
    phase: str = ""
    done: int = 0
    steps: int = 0
    is_lost: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, phase: str, done: int = 0, steps: int = 0) -> None:
        """Notes how far it has come. Raises LostClaim where somebody else makes the release by now."""
        if self.is_lost:
            raise LostClaim
        self.phase, self.done, self.steps = phase, done, steps

    def progress(self, what: str, done: int, steps: int) -> None:
        """As `tell`, in the words of `statistics`."""
        phase = what.partition(" ")[0]
        self.tell(phase if phase in PHASES else CHECKING, done, steps)

    def keep_telling(self) -> None:
        """Tells until it is over."""
        try:
            while not self.over.wait(SEEN_EVERY):
                try:
                    self.is_lost = not _see(self.release, self.phase, self.done, self.steps)
                except DatabaseError:  # tried again in a moment
                    logger.warning("The database did not hear that %s is being made.", self.release)
        finally:
            connection.close()


@contextmanager
def _seen(release: Release) -> Iterator[_Sight]:
    sight = _Sight(release)
    teller = threading.Thread(target=sight.keep_telling, daemon=True)
    teller.start()
    try:
        yield sight
    finally:
        sight.over.set()
        teller.join()


def make_waiting(told: Callable[[str], None] = lambda line: None) -> int:
    """Makes what waits, one after the other, and gives how many it were; tells of each how it ended."""
    _forget_tries()
    made = 0
    while release := _claim():
        ending = _make(release)
        told(f"{release}: {ending}")
        made += 1
    return made


def _forget_tries() -> None:
    """Removes microdata of tries that were killed."""
    for public_id, path in folders.tries():
        release = Release.objects.filter(public_id=public_id).first()
        if release is None or release.state != rules.RUNNING:
            shutil.rmtree(path, ignore_errors=True)


def _make(release: Release) -> str:
    """Makes one release and notes how it ended."""
    with _seen(release) as sight:
        ending = _ending(release, sight)
    if ending:
        _end(release, ending)
    return ending or "taken over by another process"


def _ending(release: Release, sight: _Sight) -> str:
    """How making a release ends; empty where somebody else makes it by now.

    What is wrong stands in the log, for the operator alone: it may name cells and values.
    """
    try:
        _publish(release, sight)
        return rules.RELEASED
    except LostClaim:
        return ""
    except BadInput as error:
        if _is_noted(release):  # by a try that was taken for lost
            return rules.RELEASED
        logger.error("%s: %s", release, error)
        kinds = {Unsafe: rules.UNSAFE, Unsound: rules.UNSOUND, Nothing: rules.NOTHING}
        return kinds.get(type(error), rules.FAILED)
    except Exception:
        logger.exception("%s was not made.", release)
        return rules.FAILED


def _is_noted(release: Release) -> bool:
    return release.edition in Ledger(folders.ledger()).editions


def _publish(release: Release, sight: _Sight) -> None:
    kept = folders.Kept(release.public_id)
    sight.tell(WAITING_FOR_LEDGER)
    with held(folders.ledger()) as known:
        if release.edition in known.editions:
            return
        kept.clear()
    with kept.trying() as own:
        publish(
            release.report,
            _data(release, own, sight),
            release.year,
            kept.folder,
            versions=rules.versions_of(release.versions),
            ledger=folders.ledger(),
            edition=release.edition,
            data_day=(release.data_day or clock.today()).isoformat(),
            contact=f"{release.contact}, {release.email}",
            progress=sight.progress,
        )


def _data(release: Release, own: Path, sight: _Sight) -> Path:
    """The microdata: the operator's folder, or the facts of this installation, written for this try alone."""
    if release.source == rules.FOLDER:
        if not settings.HANDSLAG_MICRODATA:
            raise BadInput("HANDSLAG_MICRODATA names no folder any more.")
        return Path(settings.HANDSLAG_MICRODATA)
    folder, first = own / "microdata", date(release.year - rules.YEARS_BEFORE, 1, 1)
    yesterday = clock.today() - timedelta(days=1)
    write_microdata(MAKER, folder, first, yesterday, lambda _file, rows: sight.tell(WRITING, rows))
    return folder
