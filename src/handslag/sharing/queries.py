"""Who is told what about the person of a case, and what a withdrawal would take away."""

from collections.abc import Iterable
from dataclasses import dataclass

from handslag.cases.models import Case
from handslag.disclosure.models import Disclosure
from handslag.disclosure.queries import active, covers
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.parties.models import Unit
from handslag.parties.queries import holding_posts


def is_standing(disclosure: Disclosure) -> bool:
    """Whether a disclosure holds today."""
    return disclosure.ended_at is None and disclosure.until >= clock.today()


@dataclass(frozen=True)
class Loss:
    """What a unit will see no more of a party's facts, and who works there."""

    unit: Unit
    from_party: str
    groups: tuple[str, ...]
    people: tuple[str, ...]


def losses(disclosures: Iterable[Disclosure]) -> list[Loss]:
    """Who loses what when these disclosures end. What another basis still covers is not lost."""
    by_flow: dict[tuple[Unit, str], list[str]] = {}
    ending = [d for d in disclosures if is_standing(d)]
    ids = [d.pk for d in ending]
    for d in ending:
        others = active().filter(subject=d.subject, from_party=d.from_party, to_unit=d.to_unit, group=d.group)
        if not others.exclude(pk__in=ids).exists():
            by_flow.setdefault((d.to_unit, d.from_party.name), []).append(d.group)
    return [
        Loss(unit, party, tuple(groups), tuple(str(post.user) for post in holding_posts(unit)))
        for (unit, party), groups in by_flow.items()
    ]


def parted_by(disclosures: Iterable[Disclosure]) -> list[Case]:
    """Joined cases that part when these disclosures end."""
    ending = [d for d in disclosures if is_standing(d) and d.group == IDENTITY]
    ids, parted = [d.pk for d in ending], []
    for d in ending:
        joined = Case.objects.filter(
            person__subject=d.subject, party=d.from_party, joined_to__isnull=False, closed_at__isnull=True
        ).select_related("party", "holder__unit", "person")
        others = active().exclude(pk__in=ids).filter(subject=d.subject, from_party=d.from_party, group=IDENTITY)
        parted += [
            case
            for case in joined
            if case.holder.unit_id == d.to_unit_id
            and covers(d.subject, case.party_id, case.holder.unit, IDENTITY)
            and not others.filter(to_unit=case.holder.unit).exists()
        ]
    return parted


@reading
def own_disclosures(subject: str) -> list[Disclosure]:
    """What is told about the person today, and to whom; for the person."""
    found = Disclosure.objects.filter(subject=subject).select_related("from_party", "to_unit__party", "consent")
    return [d for d in found.order_by("id") if is_standing(d)]
