"""Random SQL that knows the tables: plausible values for each column, acts as the product does them, and ways around.

A `Writer` reads columns from the models and values from the database, and writes one statement (or a few that belong
together) at a time. About half of what it writes is refused.
"""

import json
from collections.abc import Callable, Iterable
from random import Random

from django.apps import apps
from django.db.models import BooleanField, DateField, DateTimeField, Field, ForeignKey

Ask = Callable[[str], list[tuple]]
CONFLICTS = ("", "", " OR REPLACE", " OR IGNORE", " OR FAIL", " OR ABORT", " OR ROLLBACK")
CONTROL = (
    "BEGIN",
    "BEGIN",
    "SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
    "RELEASE SAVEPOINT s",
    "COMMIT",
    "COMMIT",
    "ROLLBACK",
)
PRAGMAS = [
    f"PRAGMA {name} = {value}"
    for name in ("foreign_keys", "ignore_check_constraints", "recursive_triggers", "defer_foreign_keys")
    + ("legacy_alter_table", "case_sensitive_like", "reverse_unordered_selects", "trusted_schema", "cell_size_check")
    for value in ("ON", "OFF")
]
SETTINGS = (
    *(f"BEGIN ISOLATION LEVEL {level}" for level in ("REPEATABLE READ", "SERIALIZABLE", "READ COMMITTED")),
    *(f"SET {name}" for name in ("search_path = pg_temp, public", "session_replication_role = replica")),
    *("SET row_security = off", "SET CONSTRAINTS ALL DEFERRED", "SET ROLE handslag_viewer", "RESET ROLE", "RESET ALL"),
    *("RESET search_path", "SELECT handslag_enter(1, '1,2,3', '2026-01-01', 'x')", "SET transform_null_equals = on"),
    *(
        f"SELECT set_config('handslag.{name}', '{value}', false)"
        for name in ("lifted", "places", "units", "own", "posts", "today")
        for value in ("1", "1,2,3,4,5,6,7,8,9", "", "x")
    ),
)
_BARE = "PRAGMA writable_schema = ON"
BY_OWNER = (
    ("DROP TRIGGER {trigger}",),
    ("DROP TABLE {table}",),
    ("ALTER TABLE {table} RENAME TO another",),
    ("CREATE TRIGGER mine BEFORE UPDATE ON {table} BEGIN SELECT RAISE(IGNORE); END",),
    (_BARE, "DELETE FROM sqlite_master WHERE name = '{trigger}'"),
    (_BARE, "UPDATE sqlite_master SET sql = replace(sql, 'ABORT', 'IGNORE') WHERE name = '{trigger}'"),
    (_BARE, "UPDATE sqlite_master SET sql = replace(sql, 'WHEN ', 'WHEN 0 AND ') WHERE name = '{trigger}'"),
)
"""What nothing can refuse to the owner of SQLite's file, and `check` must tell."""


def literal(value: object) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):
        return f"X'{bytes(value).hex()}'"
    if isinstance(value, dict | list):
        value = json.dumps(value)
    return "'{}'".format(str(value).replace("'", "''"))


class Writer:
    """Writes statements for the tables as they stand."""

    def __init__(self, random: Random, ask: Ask, *, sqlite: bool):
        self._random, self._sqlite = random, sqlite
        models = [m for m in apps.get_models() if m._meta.managed and m.__module__.startswith("handslag.")]
        self.tables: dict[str, dict[str, Field]] = {
            m._meta.db_table: {f.column: f for f in m._meta.concrete_fields} for m in models
        }
        self._keys = {m._meta.db_table: [f.column for f in m._meta.pk_fields] for m in models}
        self._known: dict[tuple[str, str], list[str]] = {}
        for table, columns in self.tables.items():
            for row_values, column in zip(self._rows(ask, table, columns), columns, strict=True):
                self._known[table, column] = list(dict.fromkeys(row_values)) or ["NULL"]
        self._weights = [
            3 if table.startswith(("cases_c", "cases_p", "handovers", "parties_post")) else 1 for table in self.tables
        ]

    def _rows(self, ask: Ask, table: str, columns: Iterable[str]) -> list[list[str]]:
        named = ", ".join(f'"{c}"' for c in columns)
        rows = ask(f"SELECT {named} FROM {table} LIMIT 300")
        return [[literal(row[n]) for row in rows] for n in range(len(list(columns)))]

    def write(self) -> list[str]:
        """The next statement, or a few that belong together."""
        kinds = {
            self._update: 34, self._delete: 6, self._copy: 16, self._values: 4, self._upsert: 8, self._take_over: 4,
            self._in_one: 4, self._control: 10, self._settings: 4, self._act: 16,
        }  # fmt: skip
        (made,) = self._random.choices(list(kinds), kinds.values())
        written = made()
        return [written] if isinstance(written, str) else written

    def by_owner(self, triggers: list[tuple[str, str]]) -> list[str]:
        """Something that an owner does to a guard or its table."""
        trigger, table = self._random.choice(triggers)
        return [sql.format(trigger=trigger, table=table) for sql in self._random.choice(BY_OWNER)]

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _table(self) -> str:
        return self._random.choices(list(self.tables), self._weights)[0]

    def _instant(self) -> str:
        if self._random.random() < 0.3:
            return self._one(
                "'2001-01-01 00:00:00'", "'2040-01-01 00:00:00'", "CURRENT_TIMESTAMP", "'9999-12-31 23:59:59'"
            )
        days = self._random.randint(-20, 40)
        return f"datetime('now', '{days} days')" if self._sqlite else f"now() + interval '{days} days'"

    def _value(self, table: str, column: str) -> str:
        field, chance = self.tables[table][column], self._random.random()
        if chance < 0.06:
            return self._one("NULL", "''", "0", "'x'", "-1", f'"{self._one(*self.tables[table])}"')
        if isinstance(field, ForeignKey):
            target = field.target_field
            return self._one(*self._known.get((target.model._meta.db_table, target.column), ["1"]))
        if isinstance(field, BooleanField):
            return self._one(*(("0", "1") if self._sqlite else ("false", "true")))
        if isinstance(field, DateTimeField) and chance < 0.6:
            return self._instant()
        if isinstance(field, DateField) and not isinstance(field, DateTimeField) and chance < 0.6:
            return f"date({self._instant()})" if self._sqlite else f"({self._instant()})::date"
        if field.get_internal_type() == "UUIDField" and chance < 0.7:
            made = f"{self._random.getrandbits(128):032x}"
            return f"'{made}'"
        return self._one(*self._known[table, column], *(["''", "'Ring'"] if chance < 0.3 else []))

    def _where(self, table: str, alias: str = "") -> str:
        column = self._one(*self._keys[table]) if self._random.random() < 0.8 else self._one(*self.tables[table])
        chance = self._random.random()
        if chance < 0.04:
            return "1=1"
        if chance < 0.2:
            return f'{alias}"{column}" IN ({", ".join(self._one(*self._known[table, column]) for _ in range(3))})'
        return f'{alias}"{column}" = {self._one(*self._known[table, column])}'

    def _set(self, table: str) -> str:
        free = [c for c in self.tables[table] if c not in self._keys[table] or self._random.random() < 0.05]
        chosen = (
            self._random.sample(free, min(len(free), self._random.choice((1, 1, 1, 2, 3)))) or self._keys[table][:1]
        )
        return ", ".join(f'"{column}" = {self._value(table, column)}' for column in chosen)

    def _or(self) -> str:
        return self._one(*CONFLICTS) if self._sqlite else ""

    def _update(self) -> str:
        table = self._table()
        return f"UPDATE{self._or()} {table} SET {self._set(table)} WHERE {self._where(table)}"

    def _delete(self) -> str:
        table = self._table()
        return f"DELETE FROM {table} WHERE {self._where(table)}"

    def _copy(self, *, keeps_key: bool = False) -> str:
        """A row like another one, with something else in some columns."""
        table = self._table()
        leaves = self._keys[table] == ["id"] and not keeps_key and self._random.random() < 0.7
        columns = [column for column in self.tables[table] if not (leaves and column == "id")]
        unique = [c for c in columns if self.tables[table][c].unique and c != "id" and self._random.random() < 0.8]
        changed = {*unique, *self._random.sample(columns, min(2, len(columns)))} - ({"id"} if keeps_key else set())
        taken = ", ".join(self._value(table, c) if c in changed else f'"{c}"' for c in columns)
        named = ", ".join(f'"{c}"' for c in columns)
        return f"INSERT{self._or()} INTO {table} ({named}) SELECT {taken} FROM {table} WHERE {self._where(table)}"

    def _values(self) -> str:
        table = self._table()
        values = ", ".join(self._value(table, column) for column in self.tables[table])
        named = ", ".join(f'"{column}"' for column in self.tables[table])
        return f"INSERT{self._or()} INTO {table} ({named}) VALUES ({values})"

    def _upsert(self) -> str:
        copy = self._copy(keeps_key=True)
        table = copy.split(" INTO ")[1].split()[0]
        key = ", ".join(self._keys[table])
        return f"{copy} ON CONFLICT {self._one('DO NOTHING', f'({key}) DO UPDATE SET {self._set(table)}')}"

    def _take_over(self) -> str:
        """What stands in another row."""
        table = self._table()
        column = self._one(*self.tables[table])
        one, other = (self._one(*self._known[table, self._keys[table][0]]) for _ in range(2))
        key = self._keys[table][0]
        return (
            f'UPDATE{self._or()} {table} SET "{column}" = o."{column}" FROM {table} o '
            f'WHERE o."{key}" = {other} AND {table}."{key}" = {one}'
        )

    def _in_one(self) -> str | list[str]:
        """Several changes in one statement, or by a cursor (PostgreSQL)."""
        if self._sqlite:
            table, row = self._table(), "WITH r AS (SELECT 1 AS one)"
            return f"{row} UPDATE{self._or()} {table} SET {self._set(table)} WHERE {self._where(table)} AND 1 IN (SELECT one FROM r)"
        table = self._table()
        if self._random.random() < 0.3:
            cursor = f"DECLARE c CURSOR FOR SELECT * FROM {table} WHERE {self._where(table)} FOR UPDATE"
            change = self._one(f"UPDATE {table} SET {self._set(table)}", f"DELETE FROM {table}")
            return ["BEGIN", cursor, "FETCH c", f"{change} WHERE CURRENT OF c", "COMMIT"]
        first = self._one(self._update(), self._delete(), self._copy())
        return f"WITH one AS ({first} RETURNING 1) {self._one(self._update(), self._delete(), self._copy())}"

    def _control(self) -> str:
        return self._one(*CONTROL)

    def _settings(self) -> str:
        return self._one(*(PRAGMAS if self._sqlite else SETTINGS))

    def _known_id(self, table: str) -> str:
        return self._one(*self._known[table, "id"])

    def _act(self) -> list[str]:
        """What the product does in several steps, of ids that may or may not belong together."""
        case, post, handover = map(self._known_id, ("cases_case", "parties_post", "handovers_handover"))
        unit = f"(SELECT p.id FROM parties_post p JOIN handovers_handover h ON h.to_unit_id = p.unit_id WHERE h.id = {handover} ORDER BY p.id LIMIT 1)"
        by, case_of = (
            self._one(post, unit),
            self._one(case, f"(SELECT case_id FROM handovers_handover WHERE id = {handover})"),
        )
        at, contact = self._instant(), self._instant()
        accept = (
            f"UPDATE handovers_handover SET state = {self._one(*self._known['handovers_handover', 'state'], repr('accepted'))}, "
            f"accepted_by_id = {by}, answered_at = {at}, first_contact_at = {contact} WHERE id = {handover}"
        )
        same = f"(SELECT answered_at FROM handovers_handover WHERE id = {handover})"
        move = f"UPDATE cases_case SET holder_id = {by}, holder_since = {self._one(same, at)} WHERE id = {case_of}"
        step = f"UPDATE cases_case SET next_step_by_id = {by} WHERE id = {case_of}"
        no_more = self._value("cases_case", "person_wants_no_more")
        close = (
            f"UPDATE cases_case SET closed_at = {at}, outcome = {self._one(repr('work'), repr('deceased'), repr(''))}, "
            f"next_responsible = {self._one(repr('x'), repr(''))}, person_wants_no_more = {no_more} WHERE id = {case}"
        )
        leave = f"UPDATE parties_post SET is_active = {self._one(*(('0', '1') if self._sqlite else ('false', 'true')))} WHERE id = {post}"
        held = f"UPDATE handovers_handover SET state = 'completed', contact_result = 'held' WHERE id = {handover}"
        join = f"UPDATE cases_case SET joined_to_id = {self._known_id('cases_case')} WHERE id = {case}"
        told = f"UPDATE handovers_handover SET state = 'declined', decline_reason = 'not_ready', answered_at = {at} WHERE id = {handover}"
        acts = (
            [accept, move],
            [accept, move, step],
            [close],
            [step, close],
            [step, leave],
            [move, leave],
            [held],
            [join, close],
            [told],
        )
        return ["BEGIN", *self._random.choice(acts), "COMMIT"]
