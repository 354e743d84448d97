"""Registering persons: named ones by their identity number, protected ones as anonymous participants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from handslag.foundation import keys
from handslag.foundation.erasing import erase
from handslag.persons import rules
from handslag.persons.models import Identity, Person, ProtectedSubject


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody known to a party by number and name."""

    party_id: int
    number: str
    given_name: str
    family_name: str

    @property
    def key(self) -> tuple[int, str]:
        """What makes two of them the same record."""
        return (self.party_id, keys.blind(self.number))


def protected_among(subjects: Iterable[str]) -> set[str]:
    """Of `subjects`, those that must not be registered by name or number."""
    return set(ProtectedSubject.objects.filter(subject__in=set(subjects)).values_list("subject", flat=True))


def bar(subject: str) -> None:
    """From now on nobody with this index is registered by name or number."""
    ProtectedSubject.objects.get_or_create(subject=subject)


def unbar(subject: str) -> bool:
    """Lets an index be registered again; returns whether it was barred."""
    deleted, _each = ProtectedSubject.objects.filter(subject=subject).delete()
    return bool(deleted)


def _known(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Person]:
    parties, subjects = zip(*wanted, strict=True)
    found = Person.objects.filter(subject__in=set(subjects), party_id__in=set(parties)).order_by()
    by_key = {(person.party_id, person.subject): person for person in found.select_related("identity")}
    return {key: by_key[key] for key in wanted if key in by_key}


def register(named: Iterable[Named]) -> dict[tuple[int, str], Person]:
    """Registers persons, or renames those known; returns them by key. Who is protected is left out."""
    wanted = {n.key: n for n in named}
    barred = protected_among(subject for _party, subject in wanted)
    wanted = {key: n for key, n in wanted.items() if key[1] not in barred}
    if not wanted:
        return {}
    persons = _known(wanted)
    _rename(persons, wanted)
    fresh = {
        (party_id, subject): Person(party_id=party_id, subject=subject, sex=rules.sex(named.number))
        for (party_id, subject), named in wanted.items()
        if (party_id, subject) not in persons
    }
    Person.objects.bulk_create(fresh.values())
    Identity.objects.bulk_create(_identity(person, wanted[key]) for key, person in fresh.items())
    return persons | fresh


def _identity(person: Person, named: Named) -> Identity:
    return Identity(
        person=person,
        sealed_number=keys.encrypt(named.number),
        given_name=named.given_name,
        family_name=named.family_name,
        search_name=(search := rules.search_name(named.given_name, named.family_name)),
        search_initials=search[: rules.INITIALS],
    )


def _rename(persons: dict[tuple[int, str], Person], wanted: dict[tuple[int, str], Named]) -> None:
    renamed = []
    for key, person in persons.items():
        identity, named = person.identity, wanted[key]
        if (identity.given_name, identity.family_name) != (named.given_name, named.family_name):
            identity.given_name, identity.family_name = named.given_name, named.family_name
            identity.search_name = rules.search_name(named.given_name, named.family_name)
            identity.search_initials = identity.search_name[: rules.INITIALS]
            renamed.append(identity)
    Identity.objects.bulk_update(renamed, ["given_name", "family_name", "search_name", "search_initials"])


def anonymous(
    party_id: int, sex: str, start_year: int, *, is_protected: bool = False, hidden_words: str = ""
) -> Person:
    """An anonymous participant: sex and start year, and nothing by which anybody could be found.

    `hidden_words` are fingerprints of what nobody may write about the person.
    """
    return Person.objects.create(
        party_id=party_id,
        subject=keys.random_index(),
        sex=sex,
        start_year=start_year,
        is_protected=is_protected,
        hidden_words=hidden_words,
    )


def adopt(told: Person, party_id: int, subject: str) -> Person:
    """A party's own record of the person with this index: the one that it has, or a new one, as it was `told`."""
    if own := Person.objects.filter(party_id=party_id, subject=subject).first():
        return own
    copied = ("sex", "start_year", "is_protected", "hidden_words")
    same = {name: getattr(told, name) for name in copied}
    own = Person.objects.create(party_id=party_id, subject=subject, **same)
    if known := getattr(told, "identity", None):
        _identity(own, Named(party_id, known.number, known.given_name, known.family_name)).save(force_insert=True)
    return own


def forget(persons: Iterable[Person], *, is_protected: bool = False) -> None:
    """Removes who the persons are, and the index by which their records at other parties would be found.

    Protected ones go on as anonymous participants, by sex and start year; of the others nothing is left.
    """
    for person in persons:
        Identity.objects.filter(person=person).delete()
        person.subject, person.is_protected = keys.random_index(), is_protected or person.is_protected
        person.save()
        if not is_protected:
            erase(Person.objects.filter(pk=person.pk))
