"""Opening cases, one or a hundred thousand: the same way for the form, the import and the demo world."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _

from handslag.cases import may
from handslag.cases.models import Case
from handslag.foundation import clock, keys
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken
from handslag.journal.actions import entry, record_all
from handslag.parties.viewer import Viewer
from handslag.persons.concealing import conceal, fingerprints
from handslag.persons.models import Person
from handslag.persons.registering import Named, anonymous, register
from handslag.persons.rules import sex

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
    is_protected: bool = False
    """A protected person takes part anonymously: no number, no name, no place; only `sex` and the start year."""
    sex: str = ""

    @property
    def named(self) -> Named:
        """The person as the party knows the person."""
        return Named(self.party_id, self.identity_number, self.given_name, self.family_name)

    @property
    def digest(self) -> str:
        """A keyed fingerprint of the content: the same draft has the same one, and none can be guessed from it."""
        return keys.blind("\x1f".join(map(str, astuple(self))))


def chunks(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    """The drafts in pieces that fit one statement."""
    for begin in range(0, len(drafts), CHUNK):
        yield drafts[begin : begin + CHUNK]


def _person(draft: Draft, registered: dict[tuple[int, str], Person]) -> Person:
    if draft.is_protected:
        return anonymous(draft.party_id, draft.sex, draft.opened_on.year, is_protected=True)
    return registered.get(draft.named.key) or _unnamed(draft)


def _unnamed(draft: Draft) -> Person:
    """Who has protected identity without the draft saying so: an anonymous participant from the first instant."""
    number = draft.identity_number
    hidden = fingerprints(number, draft.given_name, draft.family_name)
    return anonymous(draft.party_id, sex(number), draft.opened_on.year, is_protected=True, hidden_words=hidden)


def _case(draft: Draft, person: Person) -> Case:
    next_step = conceal(draft.next_step, person.hidden_words)[:200] if person.hidden_words else draft.next_step
    return Case(
        party_id=draft.party_id,
        reference=draft.reference,
        person=person,
        municipality_code="" if person.is_protected else draft.municipality_code,
        target_groups=draft.target_groups,
        opened_at=clock.midnight(draft.opened_on),
        holder_id=draft.holder_id,
        holder_since=clock.midnight(draft.opened_on),
        livelihood=draft.livelihood,
        livelihood_by_id=draft.party_id,
        livelihood_degree=draft.livelihood_degree,
        livelihood_since=draft.opened_on,
        livelihood_ends_on=draft.livelihood_ends_on,
        next_step=next_step,
        next_step_on=draft.next_step_on,
        next_step_by_id=draft.holder_id,
        imported_digest=draft.digest,
    )


def _open_chunk(drafts: Sequence[Draft]) -> list[Case]:
    registered = register(d.named for d in drafts if not d.is_protected)
    return Case.objects.bulk_create([_case(draft, _person(draft, registered)) for draft in drafts])


@action(may.open_for)
def open_cases(
    actor: Viewer, drafts: Sequence[Draft], progress: Callable[[int], None] = lambda done: None
) -> list[int]:
    """Opens all the drafts or none, in one transaction; returns the new cases' ids in order.

    Who has protected identity is an anonymous participant from the first instant, and the answer does not tell it.
    `progress` is told how many are done. Raises Overtaken when somebody opened one of them meanwhile.
    """
    ids: list[int] = []
    try:
        for chunk in chunks(drafts):
            ids += [case.pk for case in _open_chunk(chunk)]
            progress(len(ids))
    except IntegrityError:
        raise Overtaken(_("Somebody changed the register meanwhile; nothing was taken. Check and try again.")) from None
    parties = (draft.party_id for draft in drafts)
    record_all(
        entry(actor.label, "opened", "case", case_id, party=party) for case_id, party in zip(ids, parties, strict=True)
    )
    return ids
