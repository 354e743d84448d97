"""Checking the rows of a file of what has been in cases, whatever its kind: against the cases, the staff, what stands
there already, and each other. Writes nothing."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.foundation import keys
from handslag.foundation.files import History, Line, Values
from handslag.intake.cells import value
from handslag.intake.checking import Directory
from handslag.intake.columns import HISTORY
from handslag.intake.gathering import Checked, gathered
from handslag.intake.problems import Problem
from handslag.intake.reading import Row
from handslag.intake.shape import shape_problems
from handslag.parties.models import Unit


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class _Cases:
    """The cases that some rows name: those that the row's party has opened or holds, by its reference or their id."""

    def __init__(self, chunk: list[Row], directory: Directory):
        self._parties = directory.parties
        names = {row.cells["case"] for row in chunk}
        parties = {self._parties.get(row.cells["party"]) for row in chunk}
        named = Q(party_id__in=parties, reference__in=names) | Q(public_id__in=filter(None, map(_id, names)))
        found = list(Case.objects.filter(named).select_related("holder").order_by())
        self._by_reference = {(case.party_id, case.reference): case for case in found}
        self._by_id: dict[UUID | None, Case] = {case.public_id: case for case in found}
        self.ids = [case.pk for case in found]

    def of(self, row: Row) -> Case | None:
        """The case that a row names, if its party has to do with it."""
        party, name = self._parties.get(row.cells["party"]), row.cells["case"]
        case = self._by_reference.get((party, name)) or self._by_id.get(_id(name))
        return case if case and party in (case.party_id, case.holder.party_id) else None


class _Checking:
    """Sorts rows into new, known and wrong."""

    def __init__(self, kind: History, checked: Checked[Line], units: frozenset[int] | None):
        self._kind, self._checked, self._units = kind, checked, units
        self._directory = Directory()
        self._parties = _parties_of(units)
        self._seen: dict[tuple[int, Hashable], tuple[int, str]] = {}

    def look(self, chunk: list[Row]) -> None:
        """Sorts some rows."""
        cases = _Cases(chunk, self._directory)
        known = self._kind.known(cases.ids)
        digests = {(case, digest) for (case, _key), digest in known.items()}
        for row in chunk:
            case = cases.of(row)
            digest = _digest(row, case) if case else ""
            if case and (case.pk, digest) in digests and self._is_own(row):
                self._checked.known += 1
            elif found := self._problems(row, case, values := self._values(row)):
                self._checked.problems += [Problem(row.number, column, message) for column, message in found]
            elif case:
                self._take(row, case, values, digest, known)

    def _is_own(self, row: Row) -> bool:
        return self._parties is None or self._directory.parties.get(row.cells["party"]) in self._parties

    def _values(self, row: Row) -> dict[str, tuple]:
        return {column.name: value(column, row.cells[column.name]) for column in self._kind.columns}

    def _problems(self, row: Row, case: Case | None, values: dict[str, tuple]) -> list[tuple[str, str]]:
        found = list(shape_problems(row, (*HISTORY, *self._kind.columns)))
        found += [(name, wrong) for name, (_value, wrong) in values.items() if wrong]
        found += [(column, wrong) for column, wrong in self._place_faults(row, case) if row.cells[column]]
        if case and not found:
            found += self._kind.faults(case, _plain(values))
        return found

    def _place_faults(self, row: Row, case: Case | None) -> Iterable[tuple[str, str]]:
        """What is wrong with whose the row is: a party tells what it noted itself, of cases that it answers for."""
        party, unit = self._directory.parties.get(row.cells["party"]), case.holder.unit_id if case else None
        if party is None:
            yield "party", _("No party has the code “{code}”.").format(code=row.cells["party"])
        elif not self._is_own(row):
            yield "party", _("A party brings in what it has noted itself. Leave out the rows of another party.")
        elif case is None:
            yield "case", _("The party has no case with this reference or id. Bring the case in first.")
        elif case.holder.party_id != party:
            yield "case", _("Another party is responsible for the case now, and brings in its own history.")
        elif self._units is not None and unit not in self._units:
            yield "case", _("You can bring in the history of cases for which the units that you lead are responsible.")
        elif not case.is_open:
            yield "case", _("The case is closed and can no longer be changed.")
        elif case.joined_to_id:
            yield "case", _("The case is joined to another. Work in that one.")
        elif (unit, row.cells["caseworker"].lower()) not in self._directory.posts:
            message = _("Nobody active at the unit has the e-mail “{email}”. Name a caseworker who works there.")
            yield "caseworker", message.format(email=row.cells["caseworker"])

    def _take(
        self, row: Row, case: Case, values: dict[str, tuple], digest: str, known: Mapping[tuple[int, Hashable], str]
    ) -> None:
        told = _plain(values)
        event = (case.pk, self._kind.key(told))
        if event in known:
            wrong = _("This stands in the case already, with other content. Leave the row out, or mend it.")
            self._checked.problems.append(Problem(row.number, "", wrong))
        elif event in self._seen:
            other, before = self._seen[event]
            if digest == before:
                self._checked.known += 1
                return
            wrong = _("Row {other} tells of the same, with other content. Leave one of them out.").format(other=other)
            self._checked.problems.append(Problem(row.number, "", wrong))
        else:
            self._seen[event] = (row.number, digest)
            by = self._directory.posts[case.holder.unit_id, row.cells["caseworker"].lower()]
            self._checked.drafts.append((row.number, Line(case.pk, by, told, digest)))


def _plain(values: dict[str, tuple]) -> Values:
    return {name: found for name, (found, _wrong) in values.items()}


def _digest(row: Row, case: Case) -> str:
    """A keyed fingerprint of what a row tells of a case, however it names it."""
    told = (text for name, text in sorted(row.cells.items()) if name != "case")
    return keys.blind("\x1f".join((str(case.pk), *told)))


def _parties_of(units: frozenset[int] | None) -> set[int] | None:
    if units is None:
        return None
    return set(Unit.objects.filter(pk__in=units).order_by().values_list("party_id", flat=True))


def check_history(
    kind: History, rows: Iterable[Row], units: frozenset[int] | None, progress: Callable[[int], None]
) -> Checked[Line]:
    """Checks every row of a file of a kind and gathers all problems, in the order of the rows; stops after very many.

    Only cases held at `units` are right (any where None). `progress` is told the rows read.
    """
    checked = Checked[Line]()
    return gathered(checked, rows, _Checking(kind, checked, units).look, progress)
