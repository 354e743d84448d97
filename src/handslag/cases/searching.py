"""Finding cases by what somebody types: a number, a reference, or the beginning of a name."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from handslag.cases.models import Acquaintance, Case
from handslag.cases.queries import REACHED_BY, SHOWN, opened_to, told_of_case, told_subjects, visible_cases
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
        Q(Exists(told_of_case(viewer)), person__subject__in=told_subjects(viewer), party_id__in=viewer.own_party_ids),
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


@prepared()
def _from(_viewer: None, party_id: int, subject: str) -> QuerySet:
    """A party's record of the person with this index, or else the one that stands next to it: one of anybody."""
    after = Person.objects.filter(party_id=party_id, subject__gte=subject)
    return after.order_by("subject").values_list("pk", "subject")[:1]


def _own_records(viewer: Viewer, subjects: Collection[str]) -> dict[int, str]:
    """Of each index a record of each of the viewer's own parties, with its index, which may be another."""
    asked = ((party, subject) for party in sorted(viewer.own_party_ids) for subject in sorted(subjects))
    near = (_from.rows(None, party, subject) or _from.rows(None, party, "") for party, subject in asked)
    return dict(row for rows in near for row in rows)


@prepared("unit_ids", "officer_party_ids")
def _told(viewer: Viewer, subjects: Collection[str]) -> QuerySet:
    """Which parties tell the viewer the identity of which of these people."""
    told = disclosed_to(viewer).filter(group=IDENTITY, subject__in=subjects)
    return told.order_by().values_list("from_party_id", "subject").distinct()


@prepared()
def _record(_viewer: None, party_id: int, subject: str) -> QuerySet:
    return Person.objects.filter(party_id=party_id, subject=subject).order_by().values_list("pk", "subject")


def _told_of(viewer: Viewer, subjects: Collection[str]) -> dict[int, str]:
    """Records of these people that their parties tell the viewer of, each with its index."""
    told = _told.rows(viewer, subjects)
    return dict(row for party, subject in told for row in _record.rows(None, party, subject))


@prepared(*REACHED_BY)
def _opened_for(viewer: Viewer, records: Collection[int]) -> QuerySet:
    opened = visible_cases(viewer).filter(person_id__in=records, person__identity__isnull=False)
    return opened.order_by().values_list("person_id", "pk")


@prepared(*REACHED_BY)
def _met_as(viewer: Viewer, records: Collection[int]) -> QuerySet:
    met = visible_cases(viewer).filter(acquaintances__person_id__in=records)
    return met.order_by().values_list("acquaintances__person_id", "pk")


def _numbered(viewer: Viewer, digits: str) -> set[int]:
    """Ids of cases by the person's identity number, with or without its century.

    Records that the viewer may not know are not looked at, and where the viewer's own party has no record of the
    number, cases are looked for by the record next to it, and left out: that takes as long as it takes for somebody
    whom a colleague elsewhere at the party holds. So nobody can tell by the time whether a number is known.
    """
    centuries = ("",) if len(digits) == 12 else ("19", "20")
    subjects = frozenset(keys.blind(century + digits) for century in centuries)
    records = _own_records(viewer, subjects) | _told_of(viewer, subjects)
    asked = frozenset(records)
    found = [*_opened_for.rows(viewer, asked), *_met_as.rows(viewer, asked)]
    return {case for record, case in found if records[record] in subjects}


@prepared(*REACHED_BY)
def _by_reference(viewer: Viewer, reference: str) -> QuerySet:
    return visible_cases(viewer).filter(reference=reference).order_by().values_list("pk", flat=True)


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
def _met_by_name(viewer: Viewer, told: Collection[int], *name: Any) -> QuerySet:
    known = Q(person__party_id__in=viewer.own_party_ids) | Q(person_id__in=told)
    return _by_meeting(viewer, _begins("person__", *name), known, Q(person_id__in=told))


@prepared(*REACHED_BY)
def _reached(viewer: Viewer, case_ids: Collection[int]) -> QuerySet:
    return visible_cases(viewer).filter(pk__in=case_ids).order_by().values_list("pk", flat=True)


def _met(viewer: Viewer, case_ids: list[int]) -> list[int]:
    """Of cases whose person some party has met, those that the viewer reaches."""
    return _reached.rows(viewer, frozenset(case_ids)) if case_ids else []


def _digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def is_number(text: str) -> bool:
    """Whether a text is an identity number, with or without its century."""
    return (digits := _digits(text)).isdigit() and len(digits) in (10, 12)


@prepared()
def cases_found(_viewer: None, keys: Collection[int]) -> QuerySet[Case]:
    """The cases that were found, by the person's name."""
    found = Case.objects.filter(pk__in=keys).select_related(*SHOWN)
    return found.order_by("person__identity__search_name", "-opened_at", "id")


@prepared()
def _first_cases(_viewer: None, keys: Collection[int]) -> QuerySet[Case]:
    return cases_found(None, keys)[: MOST + 1]


def found(viewer: Viewer, text: str) -> frozenset[int]:
    """Ids of visible cases by identity number (12 or 10 digits), whole reference, or the beginning of a name.

    Number and name find only persons whose identity the viewer may see.
    """
    text = " ".join(text.replace("\x00", "").split())
    with lifted():  # (keys alone; the rows come from behind the wall)
        keys_found = set(_by_reference.rows(viewer, text))
        if is_number(text):
            keys_found |= _numbered(viewer, _digits(text))
        elif text:
            keys_found |= _named(viewer, text.casefold())
    return frozenset(keys_found)


def first_found(keys_found: frozenset[int]) -> tuple[list[Case], bool]:
    """The first of the cases that were found, and whether there are more."""
    first = _first_cases.rows(None, keys_found)
    return first[:MOST], len(first) > MOST
