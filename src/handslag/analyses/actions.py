"""Asking for reports and what becomes of them. Only publishing and making them (work.py) write releases beside this."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.analyses import folders, may, queries, rules
from handslag.analyses.models import Release
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.parties.viewer import Viewer
from handslag.statistics.publishing.making import complete_from
from handslag.statistics.reports.specification import report as specified
from handslag.statistics.reports.specification import reports


@dataclass(frozen=True)
class Asked:
    """What is asked for: which report of which year, by which definitions, from what, and who answers for it."""

    report: str
    year: int
    source: str
    contact: str
    email: str
    versions: dict[str, int]
    data_day: date | None = None


@action(may.analyse)
def ask_release(actor: Viewer, asked: Asked, upon: datetime) -> Release:
    """Asks for a report, which is then made beside requests. `upon` is when the asker last saw what there is.

    Raises Refused, with the field, for a year that is not over, and Overtaken where somebody else has asked for the
    same meanwhile, or it is being made.
    """
    _require(asked)
    same = queries.releases().filter(report=asked.report, year=asked.year)
    if other := same.filter(asked_at__gt=upon).first() or same.filter(ended_at__isnull=True).first():
        raise _overtaken(other)
    try:
        with transaction.atomic():
            release = Release.objects.create(
                report=asked.report,
                year=asked.year,
                versions=rules.written(_older(asked)),
                source=asked.source,
                data_day=asked.data_day if asked.source == rules.FOLDER else None,
                contact=asked.contact,
                email=asked.email,
                by=may.post_of(actor),
                asked_at=clock.now(),
            )
    except IntegrityError:  # somebody asked in the same instant
        raise _overtaken(same.filter(ended_at__isnull=True).first()) from None
    note(actor, "release_asked", release, source=release.source, versions=release.versions)
    return release


def _overtaken(other: Release | None) -> Overtaken:
    who = other.by.user if other else _("Somebody else")
    told = _("{who} has asked for this report of {year} meanwhile. See what comes of it before you ask again.")
    return Overtaken(told.format(who=who, year=other.year if other else ""), "year")


def _older(asked: Asked) -> dict[str, int]:
    """The versions that were chosen and are not the newest, of what the report counts."""
    own, several = queries.indicators_of(specified(asked.report)), queries.versions()
    return {
        name: version
        for name, version in asked.versions.items()
        if name in own and name in several and version != several[name][0].version
    }


def _require(asked: Asked) -> None:
    if asked.report not in reports():
        raise Refused(_("Choose a report."), "report")
    if asked.source not in queries.sources():
        raise Refused(_("Choose where the data come from."), "source")
    for name, version in asked.versions.items():
        if version not in {one.version for one in queries.versions().get(name, ())}:
            raise Refused(_("Choose one of the versions."), name)
    today = clock.today()
    if not rules.FIRST_YEAR <= asked.year <= today.year:
        raise Refused(_("Write a year from {first} to {last}.").format(first=rules.FIRST_YEAR, last=today.year), "year")
    complete = complete_from(specified(asked.report), asked.year, _older(asked))
    if today < complete:
        raise Refused(
            _("Outcomes of {year} are followed until {day}. Ask from {day} on.").format(year=asked.year, day=complete),
            "year",
        )
    if asked.source == rules.FOLDER and not (asked.data_day and complete <= asked.data_day <= today):
        raise Refused(_("Tell of which day the data are: from {first} to today.").format(first=complete), "data_day")


def note(actor: Viewer, verb: str, release: Release, **details: str) -> None:
    """Journals something about a release."""
    record(actor.label, verb, "release", release.pk, report=release.report, year=str(release.year), **details)


def _locked(release_id: int, *states: str) -> Release:
    """A release in one of these states, held until the transaction ends. Raises Overtaken for another state."""
    release = Release.objects.select_for_update().get(pk=release_id)
    if release.state not in states:
        raise Overtaken(_("This has changed meanwhile. See what stands here now."))
    return release


@action(may.analyse)
def run_again(actor: Viewer, release_id: int) -> None:
    """Has a report made again whose making was broken off. Raises Overtaken where it was not."""
    release = _locked(release_id, rules.LOST)
    release.begun_at = release.seen_at = None
    release.phase, release.done, release.steps = "", 0, 0
    release.save()
    note(actor, "release_run_again", release)


@action(may.analyse)
def call_off_release(actor: Viewer, release_id: int) -> None:
    """Calls off a report that nobody is making. Raises Overtaken where somebody is, or it has ended."""
    release = _locked(release_id, rules.WAITING, rules.LOST)
    release.ending, release.ended_at = rules.CALLED_OFF, clock.now()
    release.save()
    note(actor, "release_called_off", release)


def released(release_id: int) -> Release:
    """A release that passed the attack. Raises Refused for any other."""
    release = Release.objects.get(pk=release_id)
    if release.ending != rules.RELEASED:
        raise Refused(_("This report was not released. Nothing of it can be fetched."))
    return release


@action(may.analyse)
def fetch_file(actor: Viewer, release_id: int, name: str) -> bytes | None:
    """A file of a release; None where the release has no such file. Raises Refused where nothing was released."""
    release = released(release_id)
    content = folders.Kept(release.public_id).read(name)
    if content is not None:
        note(actor, "release_fetched", release, file=name)
    return content


@action(may.analyse)
def fetch_all(actor: Viewer, release_id: int) -> bytes:
    """All files of a release as one .zip. Raises Refused where nothing was released, or a file is not as it was."""
    release = released(release_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole(release.public_id).items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    note(actor, "release_fetched", release, file="*")
    return packed.getvalue()


def whole(public_id: UUID) -> dict[str, bytes]:
    """All files of a release. Raises Refused where one of them is not as it was when it was attacked."""
    kept = folders.Kept(public_id)
    found = {name: kept.read(name) for name in kept.files()}
    whole = {name: content for name, content in found.items() if content is not None}
    if not whole or len(whole) < len(found):
        raise Refused(_("The files of this release are not here as they were made. Ask the operator."))
    return whole
