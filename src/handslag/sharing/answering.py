"""Who at a party answers for what it tells of a person: where it holds, is offered, takes part in, or held the person's
case."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, IntegerField, QuerySet, Value, When
from django.db.models import Case as Choice

from handslag.cases.models import Case, PastHolding
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.foundation.rooms import rooms
from handslag.handovers.models import Handover
from handslag.handovers.rules import PENDING

Telling = tuple[str, int]
"""A person's subject, and the party that tells of the person."""
HOLDS, IS_OFFERED, TAKES_PART, HELD = range(4)
AT_ONCE = 200
"""Of how many people it is asked at most by a statement that is kept."""
NOBODY = Value(None, output_field=BigIntegerField())


class Answerer(NamedTuple):
    """The case in which a party answers, at which of its units, and which post is asked there: None for all of them."""

    case_id: int
    unit_id: int
    post_id: int | None


class _Near(NamedTuple):
    """A party that has to do with a case: how near it stands to it and since when, and who answers for it."""

    subject: str
    party_id: int
    closed_at: datetime | None
    nearness: int
    at: datetime
    case_id: int
    unit_id: int
    post_id: int | None

    @property
    def rank(self) -> tuple[bool, int, int, float, int]:
        """An open case comes before a closed one, who stands near before who stands far, the latest case first; then
        who was called first, or who held last."""
        since = self.at.timestamp()
        is_closed = self.closed_at is not None
        return is_closed, self.nearness, -self.case_id, -since if self.nearness == HELD else since, self.unit_id


@prepared()
def _near(_viewer: None, subjects: Collection[str], parties: Collection[int]) -> QuerySet[Any, Any]:
    """Who of these parties has to do with the cases of these people."""

    def near(rows: Any, nearness: int, case: str, unit: str, at: str, post: Any) -> QuerySet[Any, Any]:
        """Rows that lead to a case and to a unit, each by its path."""
        subject, party = f"{case}person__subject", f"{unit}__party_id"
        how_near = Value(nearness, output_field=IntegerField())
        found = rows.filter(**{f"{subject}__in": subjects, f"{party}__in": parties}).order_by()
        return found.values_list(subject, party, f"{case}closed_at", how_near, at, f"{case}pk", f"{unit}_id", post)

    offers = Handover.objects.filter(state__in=PENDING)
    parts = [part for room in rooms().values() for part in room.taking_part]
    at_work = Choice(When(holder__is_active=True, then=F("holder_id")))
    return near(Case.objects, HOLDS, "", "holder__unit", "holder_since", F("holder_id")).union(
        near(offers, IS_OFFERED, "case__", "to_unit", "offered_at", F("to_post_id")),
        near(PastHolding.objects, HELD, "case__", "holder__unit", "until", at_work),
        *(near(part.rows(), TAKES_PART, f"{part.case}__", part.unit, part.at, NOBODY) for part in parts),
        all=True,
    )


@reading
def answerers(tellings: Iterable[Telling]) -> Mapping[Telling, Answerer]:
    """Who answers for each telling. A party that never had to do with the person has nobody, and nothing to tell.

    An open case comes before a closed one, who holds before who is offered it, then who takes part, then who
    held it last.
    """
    wanted = set(tellings)
    about = frozenset(subject for subject, _party in wanted), frozenset(party for _subject, party in wanted)
    rows = _near.rows(None, *about) if len(wanted) <= AT_ONCE else _near(None, *about)
    found: dict[Telling, _Near] = {}
    for near in sorted((_Near(*row) for row in rows), key=lambda near: near.rank):
        if (near.subject, near.party_id) in wanted:
            found.setdefault((near.subject, near.party_id), near)
    return {telling: Answerer(near.case_id, near.unit_id, near.post_id) for telling, near in found.items()}
