"""What a room tells the house: one `ROOM` in its `room.py`, of plain values and functions.

The house is composed from these: addresses, the API, the pages that several rooms share (My work, the watch board, the
case, the person's page), what the journal can tell, and for each column what kind of information it is, whose it is,
and how long it is kept. A room never edits the house; a model, column or verb that no room declares stops the start.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from handslag.foundation.files import History, Register
from handslag.foundation.prepared import Prepared
from handslag.foundation.waiting import Wait

Words = str | Promise
"""Words for users, which may wait to be translated until they are shown."""


@dataclass(frozen=True)
class Section:
    """A list on a composed page: what is found for a viewer, and how it is shown as a table (ui/tables.py).

    `find` is a prepared query. `place` orders the sections of a page. `short` is how many rows the page shows; the
    whole list has its own page.
    """

    name: str
    heading: Words
    place: int
    find: Prepared
    table: Callable[[Any, Iterable[Any]], Any]
    short: int = 8
    is_always_shown: bool = False
    is_apart: bool = False
    """Whether the page only leads to the list, which is shown by itself."""
    tone: str = "late"
    """How its count is coloured when there is any."""


@dataclass(frozen=True)
class Part:
    """A piece of the case page or the person's page: a template, and what fills it (None where there is nothing)."""

    template: str
    place: int
    fill: Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Placed:
    """A function that gives a page some of what it shows, and its place among the others."""

    place: int
    find: Callable[..., Any]


@dataclass(frozen=True)
class Link:
    """A place in the main menu, shown to these roles; `addresses` gives its addresses for a viewer."""

    label: Words
    place: int
    roles: frozenset[str]
    addresses: Callable[[Any], Iterable[str]]


@dataclass(frozen=True)
class Verb:
    """Something that the journal tells of a case, in words, and the group of information that the line belongs to.

    `words` may name the entry's details in braces; `codes` says of which code list a detail is. A verb without a group
    belongs to the minimal record, which everyone sees who reaches the case.
    """

    words: str
    group: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


KEPT, EMPTIED, GONE, UNLINKED, APART = "kept", "emptied", "row goes", "unlinked", "apart"
"""What becomes of a column when the party's time is over. APART is about no person, and kept by rules of its own."""
REMOVED = "–"
"""What stands where a text that may not be empty was removed."""


@dataclass(frozen=True)
class Column:
    """What a column holds: what becomes of it, and how the person's extract words it (not at all without words)."""

    becomes: str
    words: Words = ""
    group: str | None = None
    """Its group of information, where that is not its record's."""
    noted_by: str | None = None
    """The path to the party that noted it, where that is not its record's."""
    to: object = ""
    """What stands there when it is EMPTIED: a value, or a function of the row."""
    is_prose: bool = False
    """Whether it is running text in which a person may be named: emptied too when an identity becomes protected."""
    is_sealed: bool = False
    """Whether it is encrypted."""
    is_rectifiable: bool = False
    """Whether a caseworker may mend what was wrongly recorded."""

    def value(self, row: Any) -> Any:
        """What stands in a row's column when it is emptied."""
        return self.to(row) if callable(self.to) else self.to


def kept(words: Words = "", **more: Any) -> Column:
    """A column that stays."""
    return Column(KEPT, words, **more)


def emptied(words: Words = "", **more: Any) -> Column:
    """A column whose content goes."""
    return Column(EMPTIED, words, **more)


def prose(words: Words = "", **more: Any) -> Column:
    """Running text, whose content goes."""
    return Column(EMPTIED, words, is_prose=True, **more)


def gone(words: Words = "", **more: Any) -> Column:
    """A column of a row that goes whole."""
    return Column(GONE, words, **more)


def each(column: Column, names: str) -> dict[str, Column]:
    """The same for several columns, by their names with spaces between."""
    return dict.fromkeys(names.split(), column)


@dataclass(frozen=True)
class Record:
    """What a model records, column by column.

    `about` is the path to the person, empty where the rows are about none; `group` the group of information that the
    columns belong to, empty for the minimal record; `noted_by` the path to the party whose facts they are.
    """

    model: str
    columns: Mapping[str, Column]
    about: str = ""
    group: str = ""
    noted_by: str = ""
    key: str = ""
    """How the person's extract names its rows as data; empty where it leaves them out."""
    words: Words = ""
    """How the person's extract words them."""
    of: Callable[[Any], Any] | None = None
    """The rows about a person, where they do not lead to the person by `about`."""

    def group_of(self, column: str) -> str:
        """The group of information that a column belongs to; empty for the minimal record."""
        own = self.columns[column].group
        return self.group if own is None else own

    def noted_by_of(self, column: str) -> str:
        """The path to the party that noted a column."""
        own = self.columns[column].noted_by
        return self.noted_by if own is None else own


@dataclass(frozen=True)
class Reach:
    """A way by which a viewer reaches a case that others hold, told twice: to the application and to the database.

    `rows` finds rows with a `case`; `sql` says of the case `the_case` that there is one (see foundation/wall.py).
    """

    rows: Callable[[Any], Any]
    sql: str


@dataclass(frozen=True)
class TakingPart:
    """Rows that each say since when (`at`) a `unit` takes part in a case without holding it, and their way to it."""

    rows: Callable[[], Any]
    case: str
    unit: str = "unit"
    at: str = "at"


@dataclass(frozen=True)
class Waiting:
    """A kind of thing that climbs while it waits: in words, and the name of the page on which it is answered.

    Where a case waits for it, the same case's `instead_of` is not told too: one silence, one call.
    """

    kind: str
    label: Words
    page: str
    instead_of: str = ""


@dataclass(frozen=True)
class Microdata:
    """Facts that statistics count: the name of a file of `statistics/microdata/schema.json`, and its rows.

    `rows` is given a first and a last day, and yields rows in the order of the file's columns. Where the file has a
    pseudonym, they hold what it stands for: a person's subject, a row's key.
    """

    name: str
    rows: Callable[[date, date], Iterator[tuple[Any, ...]]]


@dataclass(frozen=True)
class Room:
    """All that the house must know of a room."""

    urls: str = ""
    """Module with `urlpatterns`."""
    records: tuple[Record, ...] = ()
    reaches: tuple[Reach, ...] = ()
    api: tuple[str, str] | None = None
    """The API's prefix, and the dotted name of the room's router; a router of several has no prefix of its own."""
    waiting: tuple[Waiting, ...] = ()
    waits: tuple[Callable[[date, range], Iterator[Wait]], ...] = ()
    """What waits on a day, in cases of a range of ids."""
    work: tuple[Section, ...] = ()
    board: tuple[Section, ...] = ()
    case_page: tuple[Part, ...] = ()
    case_actions: tuple[Placed, ...] = ()
    """Buttons for what can be done with a case."""
    case_links: tuple[Placed, ...] = ()
    """Buttons that lead from the case page to what is one click away."""
    lanes: tuple[Placed, ...] = ()
    """Rows of the picture of the way."""
    obstacles: tuple[Callable[[Any], str], ...] = ()
    """Of a case: why it cannot be closed yet, in words; empty where it can."""
    taking_part: tuple[TakingPart, ...] = ()
    """Units that take part in what happens in a case, and so answer for what their party tells."""
    place_obstacles: tuple[Callable[[Any], str], ...] = ()
    """Of a referral: why its place cannot be given up yet, in words; empty where it can."""
    taking_places: tuple[Callable[[], Any], ...] = ()
    """Rows that each take a place of a `measure` now."""
    person_page: tuple[Part, ...] = ()
    menu: tuple[Link, ...] = ()
    microdata: tuple[Microdata, ...] = ()
    histories: tuple[History, ...] = ()
    """Kinds of files by which the history of cases comes along."""
    registers: tuple[Register, ...] = ()
    """Kinds of files of what associations keep."""
    letters: Mapping[str, Callable[[UUID], Any]] = field(default_factory=dict)
    """Kinds of mail, and what writes one (outbox/rules.py) from the public id of what it is about; None for none."""
    verbs: Mapping[str, Verb] = field(default_factory=dict)


@cache
def rooms() -> Mapping[str, Room]:
    """Every installed room's declaration by the room's name, from the ground up."""
    found = {}
    for app in apps.get_app_configs():
        if app.name.startswith("handslag.") and module_has_submodule(app.module, "room"):
            found[app.label] = import_module(f"{app.name}.room").ROOM
    return found


def placed(name: str) -> Iterator[Any]:
    """What all rooms declare under `name` (work, board, case_page, person_page, menu), in the order of its places."""
    yield from sorted((item for room in rooms().values() for item in getattr(room, name)), key=lambda item: item.place)


@cache
def records() -> Mapping[str, Record]:
    """Every room's record by its model, such as `cases.Case`."""
    return {record.model: record for room in rooms().values() for record in room.records}


def record_of(model: type[Model]) -> Record:
    """The record that a model's room declares."""
    return records()[model._meta.label]


@cache
def waiting() -> Mapping[str, Waiting]:
    """Every kind of thing that climbs."""
    return {kind.kind: kind for room in rooms().values() for kind in room.waiting}


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb that the journal tells of a case."""
    return {name: verb for room in rooms().values() for name, verb in room.verbs.items()}


@cache
def letters() -> Mapping[str, Callable[[UUID], Any]]:
    """What writes each kind of mail."""
    return {kind: write for room in rooms().values() for kind, write in room.letters.items()}
