"""The access rule as the database knows it: from the viewer's id alone, without leaning on the application's filters.

`handslag_enter` works out the viewer's places, `handslag_covered` says whether a group of information about a person is
disclosed to them. Each record's wall is derived from what its room declares; those that need more stand in `walls.py`.

A rule names no table with a wall of its own: such a table's rows would be asked under its policy, whose own subqueries
nest. It asks a function, which reads the tables as their owner and says itself what is reached.
"""

from collections.abc import Iterator
from typing import cast

from django.apps import apps
from django.db.models import Field, Model

from handslag.disclosure.places import ACTIVE, HOLDING
from handslag.foundation.guards import SAFE
from handslag.foundation.proving import MARKING, refusing_others, telling
from handslag.foundation.rooms import Record, records
from handslag.foundation.wall import VIEWER, Wall, sees

FUNCTIONS = [
    f"""CREATE OR REPLACE FUNCTION handslag_enter(viewer bigint, api_parties text, today date, proof text)
    RETURNS bigint LANGUAGE plpgsql VOLATILE {SAFE} AS $$ BEGIN
    {refusing_others("coalesce(viewer::text, '')", "api_parties", "to_char(today, 'YYYY-MM-DD')")}
    PERFORM nextval('public.handslag_viewing'), set_config('handslag.lifted', '', false);
    PERFORM made FROM (
    WITH acting AS MATERIALIZED (
        SELECT p.* FROM parties_post p JOIN parties_user u ON u.id = p.user_id AND u.is_active
        WHERE p.is_active AND p.user_id = viewer
        UNION SELECT away.* FROM parties_absence a
        JOIN parties_post s ON s.id = a.stand_in_id AND s.is_active AND s.user_id = viewer
        JOIN parties_user u ON u.id = s.user_id AND u.is_active
        JOIN parties_post away ON away.id = a.post_id AND away.is_active
        WHERE a.from_on <= today AND (a.until_on IS NULL OR a.until_on >= today)),
    roles AS MATERIALIZED (
        SELECT ARRAY(SELECT DISTINCT unit_id FROM acting WHERE role IN {HOLDING}) AS units,
        ARRAY(SELECT party_id FROM acting WHERE role = 'cooperation_officer'
            UNION SELECT unnest(string_to_array(nullif(api_parties, ''), ',')::bigint[])) AS parties,
        ARRAY(SELECT DISTINCT party_id FROM acting WHERE role IN {HOLDING}) AS own,
        ARRAY(SELECT DISTINCT association_id FROM acting WHERE role = 'association_officer') AS associations),
    reach AS MATERIALIZED (
        SELECT array_to_string(units, ',') AS units, array_to_string(own || parties, ',') AS own,
        array_to_string(associations, ',') AS associations,
        array_to_string(ARRAY(SELECT u.id FROM parties_unit u
            WHERE u.id = ANY (units) OR u.party_id = ANY (parties)), ',') AS places,
        array_to_string(ARRAY(SELECT p.id FROM parties_post p
            WHERE p.role IN {HOLDING} AND (p.unit_id = ANY (units) OR p.party_id = ANY (parties))), ',') AS posts
        FROM roles)
    SELECT {telling("today", "to_char(today, 'YYYY-MM-DD')")},
        {", ".join(telling(name, f"reach.{name}") for name in ("units", "places", "own", "posts", "associations"))}
    FROM reach) made; {MARKING} RETURN nextval('public.handslag_number'); END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_covered(person_subject text, party bigint, wanted text,
    viewer handslag_viewer) RETURNS boolean LANGUAGE plpgsql STABLE COST 2000 {SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = person_subject AND d.from_party_id = party AND d."group" = wanted AND {ACTIVE}); END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_agreed(the_consent bigint, viewer handslag_viewer) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 20000 {SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.consent_id = the_consent AND {sees("disclosure_disclosure", "d.id", "viewer")}); END $$""",
]


def _field(model: type[Model], name: str) -> Field:
    return cast(Field, model._meta.get_field(name))


class _Joins:
    """The rows that a row of a table leads to, as the FROM and WHERE of a query; the row's own columns are given."""

    def __init__(self, model: type[Model]):
        self._reached: dict[tuple[str, ...], tuple[type[Model], str]] = {(): (model, "")}
        self.given: list[str] = []
        self.tables: list[str] = []
        self.conditions: list[str] = []

    def column(self, path: str) -> str:
        """The column at the end of a path such as `case.person.subject`; of a relation, its key."""
        *way, last = path.split(".")
        for depth, name in enumerate(way):
            self._join(tuple(way[:depth]), name)
        return self._of(tuple(way), last)

    def _of(self, way: tuple[str, ...], name: str) -> str:
        model, alias = self._reached[way]
        column = _field(model, name).column
        if alias:
            return f'{alias}."{column}"'
        if column not in self.given:
            self.given.append(column)
        return f"the_{column}"

    def _join(self, way: tuple[str, ...], name: str) -> None:
        if (*way, name) not in self._reached:
            model, alias = self._reached[way][0], f"j{len(self._reached)}"
            related = cast(type[Model], _field(model, name).related_model)
            self.tables.append(f"{related._meta.db_table} {alias}")
            self.conditions.append(f'{alias}."{related._meta.pk.column}" = {self._of(way, name)}')
            self._reached[*way, name] = (related, alias)


def _reader(model: type[Model], record: Record, reached: str) -> tuple[str, str]:
    """The function that says of a row in a group of information that the viewer reads it, and the rule that asks it."""
    joins = _Joins(model)
    subject, party = joins.column(f"{record.about}.subject"), joins.column(record.noted_by)
    told = f"({party} = ANY (viewer.own) OR handslag_covered({subject}, {party}, '{record.group}', viewer))"
    name = f"handslag_reads_{model._meta.db_table}"
    given = "".join(f"the_{column} bigint, " for column in joins.given)
    conditions = " AND ".join([*joins.conditions, told])
    made = (
        f"CREATE OR REPLACE FUNCTION {name}({given}viewer handslag_viewer) RETURNS boolean "
        f"LANGUAGE plpgsql STABLE COST 10000 {SAFE} AS $$ BEGIN RETURN {reached.format('the_', 'viewer')} "
        f"AND EXISTS (SELECT 1 FROM {', '.join(joins.tables)} WHERE {conditions}); END $$"
    )
    return made, f"{name}({''.join(f'{column}, ' for column in joins.given)}{VIEWER})"


def _derived() -> Iterator[tuple[str, Wall]]:
    """For each record that has one, the function that its wall's rule asks beside those of other tables, and the wall:
    a row comes back where what it hangs on does, and, where it belongs to a group of information, where that is the
    own party's or a basis covers it. Rows that are about nobody have none."""
    for record in records().values():
        if record.about and ("." in record.about or record.group):
            model = apps.get_model(record.model)
            first = _field(model, record.about.split(".")[0])
            table = cast(type[Model], first.related_model)._meta.db_table
            reached = sees(table, f"{{0}}{first.column}", "{1}")
            function, rule = ("", reached.format("", VIEWER)) if not record.group else _reader(model, record, reached)
            yield function, Wall(model._meta.db_table, rule)


_MADE = list(_derived())
FUNCTIONS += [function for function, _wall in _MADE if function]
DERIVED = [wall for _function, wall in _MADE]
