"""Who knows the person of a case: who opened it, who has met the person since, and who is told who the person is.

Whoever holds a case can reach its person. What a party is told of that ends with the consent; what a party learnt from
the person at a first contact is its own record, under its own law, and stays when the consent is taken back.
"""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from handslag.cases.models import Acquaintance, Case
from handslag.disclosure.queries import active, covers
from handslag.disclosure.rules import IDENTITY
from handslag.parties.models import Unit
from handslag.persons.models import Person


def records_of(case: Case) -> list[Person]:
    """The records that say who the person of a case is: the opener's, then those of the parties that met the person."""
    met = Acquaintance.objects.filter(case=case).select_related("person__identity").order_by("id")
    return [case.person, *(acquaintance.person for acquaintance in met)]


def record_for(case: Case, unit: Unit, on: date | None = None, *, is_held: bool = False) -> Person | None:
    """The record by which a unit knows on `on` (default today) who the person of a case is: its own party's, or one
    that it is told of. None where it could not reach the person.

    Where it `is_held`, what is told cannot end before this transaction does.
    """
    records = sorted(records_of(case), key=lambda record: record.party_id != unit.party_id)
    subject = case.person.subject
    return next(
        (known for known in records if covers(subject, known.party_id, unit, IDENTITY, on, is_held=is_held)), None
    )


def held_unknown(on: date | None = None) -> QuerySet[Case]:
    """Open cases whose holder could not reach the person on `on` (default today): another party's, not met, and not
    told any more."""
    met = Acquaintance.objects.filter(case=OuterRef("pk"))
    told = active(on).filter(
        Q(from_party=OuterRef("party")) | Q(from_party__in=_met_by_others()),
        subject=OuterRef("person__subject"),
        to_unit=OuterRef("holder__unit"),
        group=IDENTITY,
    )
    others = Case.objects.filter(closed_at__isnull=True, joined_to__isnull=True).exclude(party=F("holder__party"))
    return others.exclude(Exists(met.filter(person__party=OuterRef("holder__party")))).exclude(Exists(told))


def _met_by_others() -> QuerySet:
    """The parties that have met the person of the case two queries further out."""
    return Acquaintance.objects.filter(case=OuterRef(OuterRef("pk"))).order_by().values("person__party")
