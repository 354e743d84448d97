"""Finding cases by what somebody types: a number, a reference, or the beginning of a name."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from handslag.cases.models import Acquaintance, Case
from handslag.cases.queries import REACHED_BY, SHOWN, opened_to, told_of_case, visible_cases
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import keys
from handslag.foundation.prepared import prepared
from handslag.foundation.wall import lifted
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.rules import INITIALS

MOST = 50
"""How many cases a search shows."""


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


@prepared("unit_ids", "officer_party_ids")
def _told_records(viewer: Viewer, *name: Any) -> QuerySet:
    """Ids of the records of people of such a name whose identity is disclosed to the viewer by the record's party.

    It begins at what is disclosed: few lines, each of one record, where a name may be that of thousands.
    """
    records = Person.objects.filter(_begins("", *name), subject=OuterRef("subject"), party=OuterRef("from_party"))
    told = disclosed_to(viewer).filter(group=IDENTITY).annotate(record=Subquery(records.order_by().values("pk")[:1]))
    return told.filter(record__isnull=False).order_by().values_list("record", flat=True)


@prepared(*REACHED_BY)
def _by_name(viewer: Viewer, told: Collection[int], *name: Any) -> QuerySet:
    """Ids of cases of people of such a name, looked for in each place that the viewer reaches by itself."""
    known = Q(party_id__in=viewer.own_party_ids) | Q(person_id__in=told)
    places = (
        Q(holder_id__in=viewer.case_post_ids) & known,
        *(Q(pk__in=rows.values("case_id")) & known for rows in opened_to(viewer)),
        Q(Exists(told_of_case(viewer)), person_id__in=told),
    )
    named = _begins("person__", *name)
    held, *others = (Case.objects.filter(place, named).order_by().values_list("pk", flat=True) for place in places)
    return held.union(*others)


def _named(viewer: Viewer, text: str) -> set[int]:
    """Ids of cases by the beginning of the person's name: "family", or "given family"."""
    given, _space, family = text.partition(" ")
    found: set[int] = set()
    for name in {text, f"{family} {given}"} if family else {text}:
        begins = name, name[:INITIALS], len(name) >= INITIALS
        told = frozenset(_told_records.rows(viewer, *begins))
        found.update(_by_name.rows(viewer, told, *begins))
        found.update(_met(viewer, _met_by_name.rows(viewer, told, *begins)))
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


def _by_meeting(viewer: Viewer, named: Q, known: Q, told: Q) -> QuerySet:
    """Ids of cases by the record of a party that has met the person: the viewer's own, or one that it is told of.

    It is looked for in each place that the viewer reaches by itself, as names are.
    """
    places = (
        Q(case__holder_id__in=viewer.case_post_ids) & known,
        *(Q(case_id__in=rows.values("case_id")) & known for rows in opened_to(viewer)),
        told,
    )
    met = (Acquaintance.objects.filter(place, named).order_by().values_list("case_id", flat=True) for place in places)
    held, *others = met
    return held.union(*others)


@prepared(*REACHED_BY)
def _met_by_number(viewer: Viewer, subjects: Collection[str]) -> QuerySet:
    told = _told_of_meeting(viewer)
    known = Q(person__party_id__in=viewer.own_party_ids) | Q(told)
    return _by_meeting(viewer, Q(person__subject__in=subjects), known, Q(told))


@prepared(*REACHED_BY)
def _met_by_name(viewer: Viewer, told: Collection[int], *name: Any) -> QuerySet:
    known = Q(person__party_id__in=viewer.own_party_ids) | Q(person_id__in=told)
    return _by_meeting(viewer, _begins("person__", *name), known, Q(person_id__in=told))


@prepared(*REACHED_BY)
def _reached(viewer: Viewer, case_ids: Collection[int]) -> QuerySet:
    return visible_cases(viewer).filter(pk__in=case_ids).order_by().values_list("pk", flat=True)


def _met(viewer: Viewer, case_ids: list[int]) -> list[int]:
    """Of cases whose person some party has met, those that the viewer reaches."""
    return _reached.rows(viewer, frozenset(case_ids)) if case_ids else []


def _found(viewer: Viewer, text: str) -> frozenset[int]:
    """Ids of what is found."""
    text = " ".join(text.replace("\x00", "").split())
    digits = text.replace("-", "").replace(" ", "")
    with lifted():  # (keys alone; the rows come from behind the wall)
        found = set(_by_reference.rows(viewer, text))
        if digits.isdigit() and len(digits) in (10, 12):
            found |= _numbered(viewer, digits)
        elif text:
            found |= _named(viewer, text.casefold())
    return frozenset(found)


@prepared()
def _cases(_viewer: None, keys: Collection[int]) -> QuerySet[Case]:
    found = Case.objects.filter(pk__in=keys).select_related(*SHOWN)
    return found.order_by("person__identity__search_name", "-opened_at", "id")


@prepared()
def _first_cases(_viewer: None, keys: Collection[int]) -> QuerySet[Case]:
    return _cases(None, keys)[: MOST + 1]


def search(viewer: Viewer, text: str) -> QuerySet[Case]:
    """Visible cases by identity number (12 or 10 digits), whole reference, or the beginning of the person's name.

    Number and name find only persons whose identity the viewer may see.
    """
    return _cases(None, _found(viewer, text))


def first_found(viewer: Viewer, text: str) -> tuple[list[Case], bool]:
    """The first cases that a search finds, and whether there are more."""
    found = _first_cases.rows(None, _found(viewer, text))
    return found[:MOST], len(found) > MOST
