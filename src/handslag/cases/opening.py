"""Opening cases, one or a hundred thousand: the same way for the form, the import and the demo world."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken
from handslag.journal.actions import entry, record_all
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.rules import search_name

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Draft:
    """A case to be opened, checked by the caller (codes, dates, identity number, an active holder at the party)."""

    party_id: int
    reference: str
    identity_number: str
    given_name: str
    family_name: str
    municipality_code: str
    holder_id: int
    opened_on: date
    target_groups: str
    livelihood: str
    livelihood_degree: int | None
    livelihood_ends_on: date | None
    next_step: str
    next_step_on: date

    @property
    def digest(self) -> str:
        """A fingerprint of the content: the same draft has the same one."""
        return hashlib.sha256("\x1f".join(map(str, astuple(self))).encode()).hexdigest()


def chunks(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    """The drafts in pieces that fit one statement."""
    for begin in range(0, len(drafts), CHUNK):
        yield drafts[begin : begin + CHUNK]


def _known(drafts: Sequence[Draft]) -> dict[tuple[int, str], Person]:
    numbers, parties = {d.identity_number for d in drafts}, {d.party_id for d in drafts}
    found = Person.objects.filter(identity_number__in=numbers, party_id__in=parties).order_by()
    return {(person.party_id, person.identity_number): person for person in found}


def _persons(drafts: Sequence[Draft]) -> dict[tuple[int, str], Person]:
    """Registers the persons of the drafts, or renames those known; returns them by (party, identity number)."""
    persons, new, renamed = _known(drafts), [], []
    for d in drafts:
        key = (d.party_id, d.identity_number)
        person = persons.get(key)
        if person is None:
            person = persons[key] = Person(party_id=d.party_id, identity_number=d.identity_number)
            new.append(person)
        elif (person.given_name, person.family_name) != (d.given_name, d.family_name) and person.pk:
            renamed.append(person)
        person.given_name, person.family_name = d.given_name, d.family_name
        person.search_name = search_name(d.given_name, d.family_name)
    Person.objects.bulk_create(new)
    Person.objects.bulk_update(renamed, ["given_name", "family_name", "search_name"])
    return persons


def _open_chunk(actor: Viewer, drafts: Sequence[Draft]) -> list[Case]:
    persons = _persons(drafts)
    cases = Case.objects.bulk_create(
        [
            Case(
                party_id=d.party_id,
                reference=d.reference,
                person=persons[d.party_id, d.identity_number],
                municipality_code=d.municipality_code,
                target_groups=d.target_groups,
                opened_at=clock.midnight(d.opened_on),
                holder_id=d.holder_id,
                holder_since=clock.midnight(d.opened_on),
                livelihood=d.livelihood,
                livelihood_degree=d.livelihood_degree,
                livelihood_since=d.opened_on,
                livelihood_ends_on=d.livelihood_ends_on,
                next_step=d.next_step,
                next_step_on=d.next_step_on,
                next_step_by_id=d.holder_id,
                imported_digest=d.digest,
            )
            for d in drafts
        ]
    )
    record_all(entry(actor.label, "opened", "case", c.pk, reference=c.reference) for c in cases)
    return cases


@transaction.atomic
def open_cases(
    actor: Viewer, drafts: Sequence[Draft], progress: Callable[[int], None] = lambda done: None
) -> list[int]:
    """Opens all the drafts or none, in one transaction; returns the new cases' ids in order.

    `progress` is told how many are done. Raises Overtaken when somebody opened one of them meanwhile.
    """
    ids: list[int] = []
    try:
        for chunk in chunks(drafts):
            ids += [case.pk for case in _open_chunk(actor, chunk)]
            progress(len(ids))
    except IntegrityError:
        raise Overtaken(_("Somebody changed the register meanwhile; nothing was taken. Check and try again.")) from None
    return ids
