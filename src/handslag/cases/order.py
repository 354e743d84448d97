"""Changes one after the other: what was decided on an older state is refused, and what was sent twice is done once."""

import hashlib
from collections.abc import Callable

from django.utils.translation import gettext as _

from handslag.cases.locking import locked
from handslag.foundation.acting import action, by_itself
from handslag.foundation.errors import Overtaken
from handslag.journal.models import Entry
from handslag.journal.queries import changes_of
from handslag.parties.viewer import Viewer

ONCE = "once"
"""Under this name the viewer's memo keeps what tells a change from another, and the journal what told it."""


class Stale(Overtaken):
    """The case has changed since what the change was decided on was read."""

    def __init__(self, since: int):
        super().__init__(_("Somebody has changed the case since you opened the page. Nothing of yours is saved yet."))
        self.since = since


def version_of(case_id: int) -> int:
    """How far a case has come: the place of its latest change in the journal."""
    return changes_of(case_id).values_list("pk", flat=True).first() or 0


def changes_since(case_id: int, version: int) -> list[Entry]:
    """What has been done with a case after it had come so far, first to last."""
    return list(changes_of(case_id).filter(pk__gt=version).order_by("id"))


def _is_done(actor: Viewer, case_id: int, once: str) -> bool:
    return changes_of(case_id).filter(actor=actor.label, details__contains=f'"{ONCE}":"{once}"').exists()


@action(by_itself)
def in_order(actor: Viewer, case_id: int, version: int | None, key: str | None, act: Callable[[], object]) -> None:
    """Takes an action on a case, unless the same actor has taken it before (with the same `key`).

    Raises Stale where the case has come further than `version`. Both are asked while the case is held, so that of two
    that come at once the second is asked when the first is done.
    """
    locked(case_id)
    once = hashlib.sha256(key.encode()).hexdigest()[:32] if key else ""
    if once and _is_done(actor, case_id, once):
        return
    if version is not None and version_of(case_id) > version:
        raise Stale(version)
    actor.memo[ONCE] = once
    act()
