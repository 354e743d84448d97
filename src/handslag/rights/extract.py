"""The register extract (GDPR art. 15): all that a party holds about a person, to read and to carry away.

What it holds is derived from what the rooms declare: each column that has words, of each row that leads to the person.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.foundation import clock, keys
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.foundation.rooms import Record, records
from handslag.journal.models import Entry
from handslag.journal.queries import bases_shown, changes_of, details, looks_at
from handslag.parties.may import operate
from handslag.parties.models import Party
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.rights.content import CASE, children

SEALED = "sealed_"


@dataclass(frozen=True)
class Extract:
    """An extract as data, named as in the database, and the same in words."""

    data: dict[str, Any]
    words: dict[str, Any]


def _value(row: Model, name: str, *, is_sealed: bool) -> Any:
    value = getattr(row, name)
    if is_sealed:
        return keys.decrypt(value) if value else ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Model) else value


@dataclass(frozen=True)
class _Form:
    """One of the extract's two forms: how it names a record and a column."""

    record: Callable[[Record], str]
    column: Callable[[Record, str], str]

    def row(self, record: Record, row: Model) -> dict[str, Any]:
        """A row, with all that hangs on it."""
        found = {
            self.column(record, name): _value(row, name, is_sealed=column.is_sealed)
            for name, column in record.columns.items()
            if column.words
        }
        for child, relation in children(record):
            if child.key:
                hanging = apps.get_model(child.model).objects.filter(**{relation: row}).order_by("pk")
                found[self.record(child)] = self.rows(child, hanging)
        return found | (self._journal(row) if record.model == CASE else {})

    def rows(self, record: Record, rows: Iterable[Model]) -> list[dict[str, Any]]:
        """Rows of one record."""
        return [self.row(record, row) for row in rows]

    def _journal(self, case: Model) -> dict[str, Any]:
        changes = [
            {"at": e.at, "actor": e.actor, "acting_for": e.acting_for, "verb": e.verb, "details": details(e)}
            for e in changes_of(case.pk)
        ]
        return {"changes": changes, "looks": [_look(e, case.pk) for e in looks_at([case.pk])]}

    def whole(self, person: Person) -> dict[str, Any]:
        """All that is recorded about a person, record by record."""
        found = {}
        for record in records().values():
            if record.key and (record.of or record.about == "person"):
                rows = record.of(person) if record.of else apps.get_model(record.model).objects.filter(person=person)
                found[self.record(record)] = self.rows(record, rows.order_by("pk"))
        return found


def _look(entry: Entry, case_id: int) -> dict[str, Any]:
    told = ("at", "actor", "acting_for", "verb")
    return {n: getattr(entry, n) for n in told} | {"bases": bases_shown(entry, [case_id])}


DATA = _Form(lambda record: record.key, lambda _record, name: name.removeprefix(SEALED))
WORDS = _Form(lambda record: str(record.words), lambda record, name: str(record.columns[name].words))


@action(operate)
def extract(actor: Viewer, party_code: str, number: str) -> Extract:
    """All that the party holds about the person with this identity number. For the operator.

    It is journalled in each case. Raises Refused where the party has no record of the person.
    """
    party = Party.objects.filter(code=party_code).first()
    if party is None:
        raise Refused(_("No party has the code “{code}”.").format(code=party_code))
    person = Person.objects.filter(party=party, subject=keys.blind(number)).select_related("identity").first()
    if person is None:
        raise Refused(_("The party has no record of this person."))
    made = {"made_on": clock.today().isoformat(), "controller": party.name}
    extracted = Extract({**made, **DATA.whole(person)}, {**made, **WORDS.whole(person)})
    for case in Case.objects.filter(person=person).select_related("holder__user").order_by("id"):
        cases.journal(actor, "exported", case)
    return extracted


def write(extracted: Extract, folder: Path, document: bytes) -> list[Path]:
    """Writes the extract as JSON and as the document to read, readable for the owner alone. Returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, content in (
        ("extract.json", json.dumps(extracted.data, ensure_ascii=False, indent=2).encode()),
        ("extract.pdf", document),
    ):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)
        found.append(path)
    return found
