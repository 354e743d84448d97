"""A case as one viewer may see it: each fact under the basis on which it is shown, and hidden where there is none.

A fact belongs to the party that noted it (which column tells that, the room declares). The viewer sees the facts of
the own party in every case that the viewer reaches, and those of another party group by group, where a consent or a
statute covers them. What is left without any basis is the minimal record: the reference, and who holds since when.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, cast

from django.db.models import Model, QuerySet

from handslag.cases.models import Acquaintance, Case
from handslag.disclosure.queries import Bases, bases
from handslag.disclosure.rules import GROUPS, IDENTITY, OWN_RECORD, Basis
from handslag.foundation.prepared import prepared
from handslag.foundation.rooms import record_of
from handslag.journal.looks import EVERYTHING, Look, Shown
from handslag.parties.viewer import Viewer
from handslag.persons.models import Identity, Person

ASKED = "cases asked about"
"""Under this name the viewer's memo keeps what is known of the cases that a page looks at once."""


@cache
def _facts(model: type[Model]) -> Mapping[str, tuple[str, Callable[[Any], int]]]:
    """For each column of a model that is information about the person: its group, and what gives its party's id."""
    record = record_of(model)
    return {
        column: (group, attrgetter(f"{record.noted_by_of(column)}_id"))
        for column in record.columns
        if (group := record.group_of(column))
    }


@dataclass(frozen=True)
class CaseVisibility:
    """A case and the viewer's bases for its facts."""

    case: Case
    _own: frozenset[int]
    _bases: Bases
    _met: tuple[Person, ...] = ()
    """The records of parties that have met the person: the viewer's own party's, and those that it is told of."""

    def basis(self, group: str, party_id: int | None) -> Basis | None:
        """The basis on which the viewer sees this group of a party's facts; None where there is none."""
        if party_id in self._own:
            return OWN_RECORD
        return self._bases.get((party_id, group)) if party_id else None

    def shows(self, group: str, party_id: int | None) -> bool:
        """Whether the viewer may see this group of a party's facts."""
        return self.basis(group, party_id) is not None

    def sees(self, column: str, row: Model | None = None) -> bool:
        """Whether the viewer may see a column of the case, or of a row that hangs on it. The minimal record is seen."""
        fact = _facts(type(row or self.case)).get(column)
        return fact is None or self.shows(fact[0], fact[1](row or self.case))

    def value(self, column: str, row: Model | None = None) -> Any:
        """What stands in a column; None where it is hidden."""
        return getattr(row or self.case, column) if self.sees(column, row) else None

    @property
    def _known(self) -> Person | None:
        """The record by which the viewer knows who the person is: the own party's first. None where it is hidden."""
        records = sorted((self.case.person, *self._met), key=lambda person: person.party_id not in self._own)
        return next((person for person in records if self.shows(IDENTITY, person.party_id)), None)

    @property
    def identity(self) -> Identity | None:
        """Who the person is; None where hidden, or where the person takes part anonymously."""
        return getattr(self._known, "identity", None)

    @property
    def shows_everything(self) -> bool:
        """Whether the whole case is the own party's record."""
        return not _foreign(self.case, self._own)

    def by_group(self) -> dict[str, Basis | None]:
        """For each group, the basis on which what the case holds of it is shown, whoever noted that."""
        noted = {group: {self.case.party_id} for group in GROUPS} | _noters(self.case)
        if self._known:
            noted[IDENTITY] = {self._known.party_id}
        return {g: next(filter(None, (self.basis(g, p) for p in sorted(noted[g]))), None) for g in GROUPS}

    @property
    def shown(self) -> frozenset[Shown]:
        """For the journal, on which basis which facts are shown: “own”, “consent:7”, “statute:sfb_110_31”."""
        told = {(b.name, party, group) for (party, group), b in self._bases.items() if party not in self._own}
        return frozenset(told | {(OWN_RECORD.name, party, EVERYTHING) for party in self._own & _noted_by(self.case)})


def _noted_by(case: Case) -> set[int | None]:
    return {case.party_id, case.holder.party_id, case.livelihood_by_id}


def _foreign(case: Case, own: frozenset[int]) -> bool:
    return not _noted_by(case) <= own


def _foreign_subjects(viewer: Viewer, cases: list[Case], *, with_past: bool = False) -> frozenset[str]:
    own = viewer.own_party_ids
    return frozenset(case.person.subject for case in cases if with_past or _foreign(case, own))


def _noters(case: Case) -> dict[str, set[int]]:
    """The parties that have noted something of a group on the case's own row."""
    found: dict[str, set[int]] = {}
    for column, (group, noter) in _facts(Case).items():
        if case.serializable_value(column) not in (None, "", False):
            found.setdefault(group, set()).add(noter(case))
    return found


@prepared()
def _acquaintances(_viewer: None, case_ids: Collection[int]) -> QuerySet[Acquaintance]:
    found = Acquaintance.objects.filter(case_id__in=case_ids)
    return found.select_related("person__identity").order_by("id")


def _met(cases: Iterable[Case]) -> dict[int, list[Person]]:
    """By the case's id, the records of the parties that have met its person."""
    found: dict[int, list[Person]] = {}
    for row in _acquaintances.rows(None, frozenset(case.pk for case in cases)):
        found.setdefault(row.case_id, []).append(row.person)
    return found


@dataclass(frozen=True)
class _Asked:
    """What was asked about cases: the bases for their facts, and who has met their persons."""

    cases: frozenset[int]
    bases: Mapping[str, Bases]
    met: Mapping[int, list[Person]]


def _asked(viewer: Viewer, cases: Iterable[Case], *, with_past: bool) -> _Asked:
    cases, own = list(cases), viewer.own_party_ids
    return _Asked(
        frozenset(case.pk for case in cases),
        bases(viewer, _foreign_subjects(viewer, cases, with_past=with_past)),
        _met(case for case in cases if case.party_id not in own),
    )


def _looked_at(viewer: Viewer, seen: Iterable[CaseVisibility]) -> None:
    for visible in seen:
        case = visible.case
        look = viewer.looks.get(case.pk) or Look(frozenset(), viewer.acting_for(case.holder_id))
        viewer.looks[case.pk] = look.with_more(visible.shown)


@contextmanager
def looked_at_once(viewer: Viewer, cases: list[Case]) -> Iterator[None]:
    """While it lasts, what these cases show is known and not asked again, table by table. They count as looked at."""
    viewer.memo[ASKED] = asked = _asked(viewer, cases, with_past=True)
    _looked_at(viewer, _seen(viewer, {case.pk: case for case in cases}.values(), asked))
    try:
        yield
    finally:
        del viewer.memo[ASKED]


def _seen(viewer: Viewer, cases: Iterable[Case], asked: _Asked) -> list[CaseVisibility]:
    own, none = viewer.own_party_ids, dict[tuple[int, str], Basis]()
    return [
        CaseVisibility(case, own, asked.bases.get(case.person.subject, none), tuple(asked.met.get(case.pk, ())))
        for case in cases
    ]


def visibilities(viewer: Viewer, cases: Iterable[Case], *, with_past: bool = False) -> list[CaseVisibility]:
    """Cases as the viewer may see them. Each was reached through a query for this viewer, and counts as looked at.

    `with_past` asks for the bases of facts of earlier holders too; what a case shows now needs them only where another
    party than the viewer's opened or holds it.
    """
    cases, known = list(cases), cast(_Asked | None, viewer.memo.get(ASKED))
    if known and known.cases.issuperset(case.pk for case in cases):
        return _seen(viewer, cases, known)
    seen = _seen(viewer, cases, _asked(viewer, cases, with_past=with_past))
    _looked_at(viewer, seen)
    return seen


def visibility(viewer: Viewer, case: Case) -> CaseVisibility:
    """One case as the viewer may see it, its past included."""
    return visibilities(viewer, [case], with_past=True)[0]
