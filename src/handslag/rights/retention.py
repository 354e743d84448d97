"""Retention (gallring): content goes when the party's time is over; unlinkable statistics and the journal stay.

What becomes of each column its room declares (foundation/rooms.py): a column without a rule stops the start.
"""

from collections.abc import Iterable
from datetime import date

from handslag.cases import actions as cases
from handslag.cases.models import Acquaintance, Case
from handslag.disclosure import actions as disclosure
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.handovers.models import Handover
from handslag.parties.may import operate
from handslag.parties.models import Party
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.registering import forget
from handslag.persons.rules import birth_year
from handslag.rights import content
from handslag.rights.models import Remainder

CHUNK = 500


@action(operate)
def retain(actor: Viewer, on: date) -> int:
    """Removes the content of cases that closed longer ago than their party keeps them, as of `on`. For the operator.

    Returns how many. Each leaves one row for statistics, from which nothing leads back. A person of whom no other case
    is left at the party is forgotten too.
    """
    removed = 0
    for party in Party.objects.order_by("id"):
        due = Case.objects.filter(party=party, closed_at__lt=_limit(on, party), content_removed_on__isnull=True)
        ids = list(due.order_by("id").values_list("id", flat=True))
        for begin in range(0, len(ids), CHUNK):
            removed += _remove(actor, ids[begin : begin + CHUNK], on)
    return removed


def _limit(on: date, party: Party):
    day = min(on.day, 28) if (on.month, on.day) == (2, 29) else on.day
    return clock.midnight(on.replace(year=on.year - party.retention_years, day=day))


def _remove(actor: Viewer, ids: list[int], on: date) -> int:
    rows = Case.objects.filter(pk__in=ids).order_by("id")
    removed = list(rows.select_for_update(of=("self",)).select_related("person", "party"))
    Remainder.objects.bulk_create(_remainders(removed))
    content.erase_below(rows)
    cases.erase_content(rows, on)
    _forget(removed)
    for case in removed:
        cases.journal(actor, "content_removed", case)
    return len(removed)


def _remainders(removed: Iterable[Case]) -> list[Remainder]:
    rows = [
        Remainder(
            party_kind=case.party.kind,
            county_code=case.municipality_code[:2],
            sex=case.person.sex,
            birth_decade=_birth_decade(case.person),
            target_groups=case.target_groups,
            livelihood=case.livelihood,
            opened_year=case.opened_at.year,
            closed_year=case.closed_at.year if case.closed_at else 0,
            outcome=case.outcome,
            handovers=Handover.objects.filter(case=case).count(),
            holders=case.past_holdings.count() + 1,
        )
        for case in removed
    ]
    return sorted(rows, key=lambda r: (r.party_kind, r.county_code, r.closed_year, r.outcome, r.sex, r.livelihood))


def _birth_decade(person: Person) -> int | None:
    identity = getattr(person, "identity", None)
    return birth_year(identity.number) // 10 * 10 if identity else None


def _forget(removed: list[Case]) -> None:
    met = Acquaintance.objects.filter(case__in=removed).select_related("person")
    persons = {case.person for case in removed} | {acquaintance.person for acquaintance in met.order_by("id")}
    left = Case.objects.filter(content_removed_on__isnull=True).order_by()
    kept = set(left.filter(person__in=persons).values_list("person_id", flat=True))
    kept |= set(left.filter(acquaintances__person__in=persons).values_list("acquaintances__person_id", flat=True))
    leaving = [person for person in persons if person.pk not in kept]
    for person in leaving:
        if not Person.objects.filter(subject=person.subject).exclude(pk__in=[p.pk for p in leaving]).exists():
            disclosure.forget(person.subject)
    forget(leaving)
