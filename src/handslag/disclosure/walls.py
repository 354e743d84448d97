"""The access rule as the database knows it: from the viewer's id alone, without leaning on the application's filters.

`handslag_enter` works out the viewer's places, `handslag_covered` says whether a group of information about a person is
disclosed to them. Each record's wall is derived from what its room declares; those that need more stand in `walls.py`.
"""

from typing import cast

from django.apps import apps
from django.db.models import Field, Model

from handslag.foundation.guards import SAFE
from handslag.foundation.rooms import Record, records
from handslag.foundation.wall import Wall, mine

_HOLDING = "('caseworker', 'lead')"


ACTIVE = (
    "d.begins_at IS NOT NULL AND d.ended_at IS NULL AND d.until >= (SELECT handslag_today()) "
    f"AND (d.to_unit_id = ANY {mine('units')} "
    f"OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = d.to_unit_id AND u.party_id = ANY {mine('parties')}))"
)

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_enter(viewer bigint, api_parties text, today date) RETURNS void
    LANGUAGE plpgsql VOLATILE {SAFE} AS $$ BEGIN PERFORM made FROM (
    WITH acting AS MATERIALIZED (
        SELECT p.* FROM parties_post p JOIN parties_user u ON u.id = p.user_id AND u.is_active
        WHERE p.is_active AND p.user_id = viewer
        UNION SELECT away.* FROM parties_absence a
        JOIN parties_post s ON s.id = a.stand_in_id AND s.is_active AND s.user_id = viewer
        JOIN parties_user u ON u.id = s.user_id AND u.is_active
        JOIN parties_post away ON away.id = a.post_id AND away.is_active
        WHERE a.from_on <= today AND (a.until_on IS NULL OR a.until_on >= today)),
    places AS MATERIALIZED (
        SELECT ARRAY(SELECT DISTINCT unit_id FROM acting WHERE role IN {_HOLDING}) AS units,
        ARRAY(SELECT party_id FROM acting WHERE role = 'cooperation_officer'
            UNION SELECT unnest(string_to_array(nullif(api_parties, ''), ',')::bigint[])) AS parties,
        ARRAY(SELECT DISTINCT party_id FROM acting WHERE role IN {_HOLDING}) AS own)
    SELECT set_config('handslag.today', coalesce(today::text, ''), false),
        set_config('handslag.lifted', '', false),
        set_config('handslag.units', array_to_string(units, ','), false),
        set_config('handslag.parties', array_to_string(parties, ','), false),
        set_config('handslag.own', array_to_string(own || parties, ','), false),
        set_config('handslag.posts', array_to_string(ARRAY(SELECT p.id FROM parties_post p
            WHERE p.role IN {_HOLDING} AND (p.unit_id = ANY (units) OR p.party_id = ANY (parties))), ','), false)
    FROM places) made; END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_covered(person_subject text, party bigint, wanted text) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 2000 {SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = person_subject AND d.from_party_id = party AND d."group" = wanted AND {ACTIVE}); END $$""",
)


def _field(model: type[Model], name: str) -> Field:
    return cast(Field, model._meta.get_field(name))


class _Joins:
    """The rows that a row of a table leads to, as the FROM and WHERE of a subquery over it."""

    def __init__(self, model: type[Model]):
        self._reached: dict[tuple[str, ...], tuple[type[Model], str]] = {(): (model, model._meta.db_table)}
        self.tables: list[str] = []
        self.conditions: list[str] = []

    def column(self, path: str) -> str:
        """The column at the end of a path such as `case.person.subject`; of a relation, its key."""
        *way, last = path.split(".")
        for depth, name in enumerate(way):
            self._join(tuple(way[:depth]), name)
        model, alias = self._reached[tuple(way)]
        return f'{alias}."{_field(model, last).column}"'

    def _join(self, way: tuple[str, ...], name: str) -> None:
        if (*way, name) not in self._reached:
            model, before = self._reached[way]
            field, alias = _field(model, name), f"j{len(self._reached)}"
            related = cast(type[Model], field.related_model)
            self.tables.append(f"{related._meta.db_table} {alias}")
            self.conditions.append(f'{alias}."{related._meta.pk.column}" = {before}."{field.column}"')
            self._reached[*way, name] = (related, alias)


def wall_of(record: Record) -> Wall | None:
    """The rule that a record's declaration says: a row comes back where what it hangs on does, and, where it belongs to
    a group of information, where that is the own party's or a basis covers it. None for rows that are about nobody."""
    if not record.about or "." not in record.about and not record.group:
        return None
    model = apps.get_model(record.model)
    joins = _Joins(model)
    subject = joins.column(f"{record.about}.subject") if record.group else joins.column(record.about)
    if record.group:
        party = joins.column(record.noted_by)
        joins.conditions.append(
            f"({party} = ANY {mine('own')} OR handslag_covered({subject}, {party}, '{record.group}'))"
        )
    return Wall(
        model._meta.db_table,
        f"EXISTS (SELECT 1 FROM {', '.join(joins.tables)} WHERE {' AND '.join(joins.conditions)})",
    )


DERIVED = [wall for record in records().values() if (wall := wall_of(record))]
