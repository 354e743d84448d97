"""Changes one after the other: what was decided on an older state is refused, and what was sent twice is done once."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from django.db.models import Max
from django.utils.translation import gettext as _

from handslag.cases.locking import hold
from handslag.foundation.acting import action, by_itself
from handslag.foundation.errors import Overtaken
from handslag.journal.models import Entry
from handslag.journal.queries import changes_of
from handslag.parties.viewer import Viewer

ONCE = "once"
"""Under this name the viewer's memo keeps what tells a change from another, and the journal what told it."""


class Stale(Overtaken):
    """A case has changed since what the change was decided on was read."""

    def __init__(self, case_id: int, since: int):
        super().__init__(_("Somebody has changed the case since you opened the page. Nothing of yours is saved yet."))
        self.case_id, self.since = case_id, since


def versions_of(case_ids: Iterable[int]) -> dict[int, int]:
    """How far cases have come, each: the place of its latest change in the journal."""
    found = changes_of(*case_ids).order_by().values("subject_id").annotate(Max("pk"))
    return {row["subject_id"]: row["pk__max"] for row in found}


def version_of(case_id: int) -> int:
    """How far a case has come."""
    return versions_of([case_id]).get(case_id, 0)


def changes_since(case_id: int, version: int) -> list[Entry]:
    """What has been done with a case after it had come so far, first to last."""
    return list(changes_of(case_id).filter(pk__gt=version).order_by("id"))


def _is_done(actor: Viewer, case_ids: Iterable[int], once: str) -> bool:
    return changes_of(*case_ids).filter(actor=actor.label, details__contains=f'"{ONCE}":"{once}"').exists()


@action(by_itself)
def in_order(actor: Viewer, versions: Mapping[int, int | None], key: str | None, act: Callable[[], object]) -> None:
    """Takes an action on cases, unless the same actor has taken it before (with the same `key`).

    Raises Stale where one of them has come further than its version, if that is told. Both are asked while the cases
    are held, so that of two that come at once the second is asked when the first is done.
    """
    hold(versions)
    once = hashlib.sha256(key.encode()).hexdigest()[:32] if key else ""
    if once and _is_done(actor, versions, once):
        return
    now = versions_of(versions)
    for case_id, version in versions.items():
        if version is not None and now.get(case_id, 0) > version:
            raise Stale(case_id, version)
    actor.memo[ONCE] = once
    act()
