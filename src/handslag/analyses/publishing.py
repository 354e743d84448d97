"""Publishing a release: its files, and the record for data portals, in the folder that the operator has set.

From there the operator's web server, PxWeb or a data portal takes them. A report of a year has one folder there; a
later release of it takes the earlier one's place.
"""

import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from handslag.analyses import may, queries, rules
from handslag.analyses.actions import note, released, whole
from handslag.analyses.folders import Kept
from handslag.analyses.models import Release
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.parties.models import Party
from handslag.parties.viewer import Viewer
from handslag.statistics.writing.dcat import RECORD, Published, record


def place_of(release: Release) -> str:
    """The name of the folder of a report of a year."""
    return f"{release.report}-{release.year}".replace("_", "-")


def address_of(release: Release) -> str:
    """Where a report of a year is found when it is published."""
    return f"{settings.HANDSLAG_PUBLISH_AT}/{place_of(release)}/"


@action(may.analyse)
def publish_release(actor: Viewer, release_id: int) -> None:
    """Publishes a release; an earlier one of the same report and year goes from there.

    Raises Refused where the operator has not said where, where nothing was released, where a later release stands
    there, and where a file is not as it was when it was attacked.
    """
    folder = settings.HANDSLAG_PUBLISH_TO
    if not folder or not queries.can_publish():
        raise Refused(_("The operator has not said where reports are published."))
    release, post = released(release_id), may.post_of(actor)
    same = Release.objects.select_for_update().filter(report=release.report, year=release.year)
    if any(other.pk > release.pk and other.published_at for other in same):
        raise Refused(_("A later release of this report is published. Publish that one, or ask for a new one."))
    files = whole(release.public_id)
    files[RECORD] = record(Kept(release.public_id).folder, _where(release, post.party)).encode()
    try:
        _put(files, Path(folder, place_of(release)))
    except OSError as error:
        told = _("The folder to publish in cannot be written to ({error}). Ask the operator.")
        raise Refused(told.format(error=error.strerror)) from None
    release.published_at, release.published_by = clock.now(), post
    release.save(update_fields=["published_at", "published_by"])
    note(actor, "release_published", release)


def _where(release: Release, party: Party | None) -> Published:
    code, name = (party.code, party.name) if party else ("", release.contact)
    publisher = rules.PUBLISHERS.get(code, f"{address_of(release)}#publisher")
    return Published(address_of(release), name, publisher, release.contact, release.email)


def _put(files: dict[str, bytes], place: Path) -> None:
    """Puts files where readers find all of them, or all of the earlier ones. Raises OSError."""
    new, old = (place.with_name(f".{place.name}.{kind}") for kind in ("new", "old"))
    shutil.rmtree(new, ignore_errors=True)
    for name, content in files.items():
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)
