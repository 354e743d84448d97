"""Finding cases by what somebody types: a number, a reference, or the beginning of a name."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from handslag.cases.models import Acquaintance, Case
from handslag.cases.queries import REACHED_BY, SHOWN, opened_to, told_of_case, told_subjects, visible_cases
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import keys
from handslag.foundation.prepared import prepared
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.rules import INITIALS


def _may_know(viewer: Viewer) -> Q:
    """That the viewer may see who the person is: the own party's record, or a basis that covers the identity."""
    told = disclosed_to(viewer).filter(
        group=IDENTITY, subject=OuterRef("person__subject"), from_party=OuterRef("party")
    )
    return Q(party_id__in=viewer.own_party_ids) | Q(Exists(told))


def _begins(path: str, name: str, initials: str, has_all_initials: bool) -> Q:
    """That a person's name begins so; `path` leads to the person."""
    begins = Q(**{f"{path}identity__search_name__startswith": name})
    return begins & Q(**{f"{path}identity__search_initials": initials}) if has_all_initials else begins


@prepared(*REACHED_BY)
def _told_persons(viewer: Viewer, *name: Any) -> QuerySet:
    """Ids of the records of people of such a name whose identity is disclosed to the viewer by the record's party."""
    told = disclosed_to(viewer).filter(group=IDENTITY).order_by()
    by_their_party = told.filter(subject=OuterRef("subject"), from_party=OuterRef("party"))
    named = Person.objects.filter(_begins("", *name), Exists(by_their_party), subject__in=told.values("subject"))
    return named.order_by().values_list("pk", flat=True)


@prepared(*REACHED_BY)
def _by_name(viewer: Viewer, told: Collection[int], *name: Any) -> QuerySet:
    """Ids of cases of people of such a name, looked for in each place that the viewer reaches by itself."""
    own = _begins("person__", *name) & _may_know(viewer)
    places = (
        Q(holder_id__in=viewer.case_post_ids) & own,
        *(Q(pk__in=rows.values("case_id")) & own for rows in opened_to(viewer)),
        Q(Exists(told_of_case(viewer)), person_id__in=told),
    )
    held, *others = (Case.objects.filter(place).order_by().values_list("pk", flat=True) for place in places)
    return held.union(*others)


def _named(viewer: Viewer, text: str) -> set[int]:
    """Ids of cases by the beginning of the person's name: "family", or "given family"."""
    given, _space, family = text.partition(" ")
    found: set[int] = set()
    for name in {text, f"{family} {given}"} if family else {text}:
        begins = name, name[:INITIALS], len(name) >= INITIALS
        found.update(_by_name.rows(viewer, frozenset(_told_persons.rows(viewer, *begins)), *begins))
        found.update(_met(viewer, _met_by_name.rows(viewer, *begins)))
    return found


@prepared(*REACHED_BY)
def _by_number(viewer: Viewer, subjects: Collection[str]) -> QuerySet:
    known = Q(person__subject__in=subjects, person__identity__isnull=False) & _may_know(viewer)
    return visible_cases(viewer).filter(known).order_by().values_list("pk", flat=True)


def _numbered(viewer: Viewer, digits: str) -> set[int]:
    """Ids of cases by the person's identity number, with or without its century."""
    centuries = ("",) if len(digits) == 12 else ("19", "20")
    subjects = frozenset(keys.blind(century + digits) for century in centuries)
    return {*_by_number.rows(viewer, subjects), *_met(viewer, _met_by_number.rows(viewer, subjects))}


@prepared(*REACHED_BY)
def _by_reference(viewer: Viewer, reference: str) -> QuerySet:
    return visible_cases(viewer).filter(reference=reference).order_by().values_list("pk", flat=True)


def _told_of_meeting(viewer: Viewer) -> Exists:
    told = disclosed_to(viewer).filter(
        group=IDENTITY, subject=OuterRef("person__subject"), from_party=OuterRef("person__party")
    )
    return Exists(told.order_by())


def _by_meeting(viewer: Viewer, named: Q) -> QuerySet:
    """Ids of cases by the record of a party that has met the person: the viewer's own, or one that it is told of.

    It is looked for in each place that the viewer reaches by itself, as names are.
    """
    told = _told_of_meeting(viewer)
    known = Q(person__party_id__in=viewer.own_party_ids) | Q(told)
    places = (
        Q(case__holder_id__in=viewer.case_post_ids) & known,
        *(Q(case_id__in=rows.values("case_id")) & known for rows in opened_to(viewer)),
        Q(told, person__subject__in=told_subjects(viewer)),
    )
    met = (Acquaintance.objects.filter(place, named).order_by().values_list("case_id", flat=True) for place in places)
    held, *others = met
    return held.union(*others)


@prepared(*REACHED_BY)
def _met_by_number(viewer: Viewer, subjects: Collection[str]) -> QuerySet:
    return _by_meeting(viewer, Q(person__subject__in=subjects))


@prepared(*REACHED_BY)
def _met_by_name(viewer: Viewer, *name: Any) -> QuerySet:
    return _by_meeting(viewer, _begins("person__", *name))


@prepared(*REACHED_BY)
def _reached(viewer: Viewer, case_ids: Collection[int]) -> QuerySet:
    return visible_cases(viewer).filter(pk__in=case_ids).order_by().values_list("pk", flat=True)


def _met(viewer: Viewer, case_ids: list[int]) -> list[int]:
    """Of cases whose person some party has met, those that the viewer reaches."""
    return _reached.rows(viewer, frozenset(case_ids)) if case_ids else []


def search(viewer: Viewer, text: str) -> QuerySet[Case]:
    """Visible cases by identity number (12 or 10 digits), whole reference, or the beginning of the person's name.

    Number and name find only persons whose identity the viewer may see.
    """
    text = " ".join(text.replace("\x00", "").split())
    digits = text.replace("-", "").replace(" ", "")
    found = set(_by_reference.rows(viewer, text))
    if digits.isdigit() and len(digits) in (10, 12):
        found |= _numbered(viewer, digits)
    elif text:
        found |= _named(viewer, text.casefold())
    whole = Case.objects.filter(pk__in=found).select_related(*SHOWN)
    return whole.order_by("person__identity__search_name", "-opened_at", "id")
