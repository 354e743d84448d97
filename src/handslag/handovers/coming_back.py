"""Somebody who comes back: recognised by who may know of it, and offered to the one who held the person last.

Nothing is told but what the viewer reaches anyway: an earlier case of the own place, or one that a basis opens.
"""

from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db.models import QuerySet

from handslag.cases.models import Reopening
from handslag.cases.queries import REACHED_BY, visible_cases, visible_cases_of
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.foundation.wall import lifted
from handslag.handovers import rules
from handslag.parties.models import Post
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer


@dataclass(frozen=True)
class Return:
    """That the person of a case was here before: who held last, and from when to when the person was away."""

    last: Post
    closed_on: date
    back_on: date
    outcome: str
    """What the person went to (code list `outcome`); empty where it is hidden."""

    @property
    def days(self) -> int:
        """How long the person was away."""
        return (self.back_on - self.closed_on).days

    @property
    def still_works(self) -> bool:
        """Whether the one who held last works where persons are held."""
        return self.last.is_active and self.last.user.is_active and self.last.role in HOLDING_ROLES


@prepared(*REACHED_BY)
def _closed_of(viewer: Viewer, subject: str) -> QuerySet:
    found = visible_cases(viewer).filter(person__subject=subject, closed_at__isnull=False, joined_to__isnull=True)
    return found.order_by().values_list("pk", flat=True)


def came_back(viewer: Viewer, visible: CaseVisibility) -> Return | None:
    """How the person of a case came back within 24 months; None where the viewer reaches no earlier case, in the same
    way as where there is none, and None where it is hidden from the viewer who the person is."""
    if visible.identity is None:
        return None
    held_since = visible.case.holder_since  # (who opens a case holds it from then on; a reopening comes later)
    again = _opened_again(visible) if held_since > visible.case.opened_at else None
    if again:
        return again if rules.is_return(again.closed_on, again.back_on) else None
    case, back_on = visible.case, clock.day_of(visible.case.opened_at)
    with lifted():  # (keys alone; the rows come from behind the wall)
        was_here = bool(_closed_of.rows(viewer, case.person.subject))
    earlier = [
        found
        for found in (visible_cases_of(viewer, case.person.subject, besides=case.pk) if was_here else ())
        if found.closed_at and found.joined_to_id is None and rules.is_return(clock.day_of(found.closed_at), back_on)
    ]
    if not earlier:
        return None
    seen = visibility(viewer, max(earlier, key=attrgetter("closed_at", "pk")))
    return Return(seen.case.holder, clock.day_of(seen.case.closed_at), back_on, seen.value("outcome") or "")


@reading
def _opened_again(visible: CaseVisibility) -> Return | None:
    """How the case itself was opened again the last time."""
    opened = Reopening.objects.filter(case=visible.case).order_by("-at").first()
    if opened is None:
        return None
    before = visible.case.past_holdings.filter(until=opened.closed_at)
    last = before.select_related("holder__user", "holder__unit__party").first()
    if last is None:
        return None
    outcome = visible.value("outcome", opened) or ""
    return Return(last.holder, clock.day_of(opened.closed_at), clock.day_of(opened.at), outcome)
