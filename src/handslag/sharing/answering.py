"""Who at a party answers for what it tells of a person: where it holds, is offered, takes part in, or held the person's
case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from handslag.cases.models import Case, PastHolding
from handslag.foundation.acting import reading
from handslag.foundation.rooms import rooms
from handslag.handovers.models import Handover
from handslag.handovers.rules import PENDING
from handslag.parties.models import Post, Unit

Telling = tuple[str, int]
"""A person's subject, and the party that tells of the person."""
HOLDS, IS_OFFERED, TAKES_PART, HELD = range(4)


@dataclass(frozen=True)
class Answerer:
    """The case in which a party answers, at which of its units, and who is asked there: None for all of them."""

    case: Case
    unit_id: int
    post: Post | None


def _in_case(
    case: Case, offers: Iterable[Handover], units: Iterable[Unit], past: Iterable[PastHolding]
) -> Iterator[tuple[int, int, Answerer]]:
    """Each party that has to do with a case: how near it stands to it, its id, and who answers for it."""
    yield HOLDS, case.holder.party.pk, Answerer(case, case.holder.unit.pk, case.holder)
    for offer in offers:
        yield IS_OFFERED, offer.to_unit.party_id, Answerer(case, offer.to_unit.pk, offer.to_post)
    for unit in units:
        yield TAKES_PART, unit.party_id, Answerer(case, unit.pk, None)
    for spell in past:
        post = spell.holder
        yield HELD, post.party.pk, Answerer(case, post.unit.pk, post if post.is_active else None)


def _taking_part(case_ids: Collection[int]) -> Mapping[int, list[Unit]]:
    """The units that rooms above let take part in cases, by the case's id."""
    found: dict[int, list[Unit]] = defaultdict(list)
    for room in rooms().values():
        for find in room.taking_part:
            for case_id, unit in find(case_ids):
                found[case_id].append(unit)
    return found


@reading
def answerers(tellings: Iterable[Telling]) -> Mapping[Telling, Answerer]:
    """Who answers for each telling. A party that never had to do with the person has nobody, and nothing to tell.

    An open case comes before a closed one, who holds before who is offered it, then who takes part, then who
    held it last.
    """
    wanted = set(tellings)
    cases = list(
        Case.objects.filter(person__subject__in={subject for subject, _party in wanted})
        .select_related("person", "holder__unit", "holder__party")
        .order_by("id")
    )
    offers, past = defaultdict(list), defaultdict(list)
    for offer in Handover.objects.filter(case__in=cases, state__in=PENDING).select_related("to_unit", "to_post"):
        offers[offer.case_id].append(offer)
    for spell in (
        PastHolding.objects.filter(case__in=cases).select_related("holder__unit", "holder__party").order_by("-until")
    ):
        past[spell.case_id].append(spell)
    taking_part = _taking_part([case.pk for case in cases])
    found: dict[Telling, tuple[tuple[bool, int], Answerer]] = {}
    for case in reversed(cases):
        for nearness, party_id, answerer in _in_case(case, offers[case.pk], taking_part[case.pk], past[case.pk]):
            telling, rank = (case.person.subject, party_id), (not case.is_open, nearness)
            if telling in wanted and (telling not in found or rank < found[telling][0]):
                found[telling] = (rank, answerer)
    return {telling: answerer for telling, (_rank, answerer) in found.items()}
