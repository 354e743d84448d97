"""The second wall: PostgreSQL's row-level security repeats the access rule, so that a forgotten filter shows nothing.

While a request is answered, its connection plays the role `handslag_viewer`, which cannot bypass the policies, and the
database works out from the viewer's id alone what the viewer reaches. Without a viewer no row comes back. An action
checks its right itself and lifts the wall while it writes; no table is written to in any other way. It is lifted too
before it is known who asks, when the answer is made, and where somebody signs in.
The database believes who enters, and that the wall is lifted, by proof of the installation's key (`proving.py`).
`walling.py` sets all walls up and sees that they stand. SQLite has none: there the querysets are the only one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import local
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from handslag.foundation import guards, keys, proving

ROLE = "handslag_viewer"
VIEWER = "(SELECT handslag_who())"
"""Who looks, as a policy gives it to the functions that its rule asks: made once a query, not once a row."""
LIFTED = "SELECT handslag_is_lifted()"


class _State(local):
    """Of this thread's connection (Django keeps one a thread): whether the wall stands, whether it is lifted, and the
    number that the next proof holds, where it is known."""

    is_walled = False
    is_lifted = False
    number: int | None = None


_state = _State()


def mine(name: str) -> str:
    """The viewer's ids of a kind (posts, units, places, own, associations), as an array that a query makes once, not
    once a row."""
    return f"((SELECT handslag_ids('{name}'))::bigint[])"


def sees(table: str, key: str, viewer: str = VIEWER) -> str:
    """That the viewer gets a row of another walled table, by its key. Asked as a function, since that table's own
    policy would nest in the one that asks."""
    return f"handslag_sees_{table}({key}, {viewer})"


NOBODY, EVERYBODY = "false", "true"
"""The rules of tables whose rows come back for no viewer, and for everyone."""
REFUSING = f"""CREATE OR REPLACE FUNCTION {guards.REFUSES}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF pg_catalog.row_security_active(TG_RELID) AND NOT public.handslag_is_lifted() THEN
    RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ': written to while the wall is lifted alone';
    END IF; RETURN NULL; END $$"""
"""What each table's trigger asks first of all, before any guard could tell by its refusal what it knows of rows that
the writer does not see."""


@dataclass(frozen=True)
class Wall:
    """Rows of `table` come back only where `rule` (SQL over the row) holds, or while the wall is lifted; only then are
    they written. What EVERYBODY gets says `why`."""

    table: str
    rule: str = NOBODY
    why: str = ""

    @property
    def trigger(self) -> str:
        """The SQL of the trigger that refuses, as PostgreSQL tells it."""
        return (
            f"CREATE TRIGGER {guards.REFUSES} BEFORE INSERT OR DELETE OR UPDATE ON public.{self.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {guards.REFUSES}()"
        )

    @property
    def statements(self) -> tuple[str, ...]:
        """The SQL that sets the wall up anew."""
        name = f"{self.table}_wall"
        return (
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {name} ON {self.table}",
            f"DROP POLICY IF EXISTS {name}_writes ON {self.table}",
            f"CREATE POLICY {name} ON {self.table} FOR SELECT USING (({LIFTED}) OR ({self.rule}))",
            f"CREATE POLICY {name}_writes ON {self.table} FOR ALL USING (({LIFTED})) WITH CHECK (({LIFTED}))",
            f"DROP TRIGGER IF EXISTS {guards.REFUSES} ON {self.table}",
            self.trigger,
            f"REVOKE ALL ON {self.table} FROM PUBLIC, {ROLE}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {self.table} TO {ROLE}",
        )

    @property
    def function(self) -> str:
        """The SQL of the function by which rules of other tables ask for a row of this one (see `sees`)."""
        rule = self.rule.replace(VIEWER, "viewer")
        return (
            f"CREATE OR REPLACE FUNCTION handslag_sees_{self.table}(the_row bigint, viewer handslag_viewer) "
            f"RETURNS boolean LANGUAGE plpgsql STABLE COST 6000 {guards.SAFE} AS $$ BEGIN RETURN EXISTS "
            f"(SELECT 1 FROM {self.table} WHERE {self.table}.id = the_row AND ({rule})); END $$"
        )


def _ask(sql: str, given: list[Any]) -> None:
    """Runs a statement of which the last column is the number that the next proof holds."""
    _state.number = None  # where it fails, it is asked for anew
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        _state.number = cursor.fetchone()[-1]


def forget_number() -> None:
    """Has the number asked for anew, where what it stands for was changed."""
    _state.number = None


def has_our_key() -> bool:
    """Whether the database believes this installation's proofs."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(LIFTED)
        return bool(cursor.fetchone()[0])


def _proof(*said: object) -> str:
    """What proves to the database what is said, now and on this connection."""
    connection.ensure_connection()  # a new one begins with a number of its own
    if _state.number is None:
        _ask("SELECT handslag_turn()", [])
    what, *words = said
    return keys.proof(" ".join(map(str, (what, _state.number, *words))))


def step_past() -> None:
    """From here on the connection plays the viewers' role past the wall, until somebody enters or it leaves: a request
    begins so, before it is known who asks, and ends so, when its answer is made."""
    if connection.vendor == "postgresql":
        proof = _proof(proving.LIFT)
        _state.is_walled = _state.is_lifted = True
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT set_config('role', '{ROLE}', false), set_config('handslag.lifted', %s, false)", [proof]
            )


def enter(user_id: int | None, party_ids: frozenset[int], today: date) -> None:
    """From here on the connection sees what this user (or these parties' own systems) reaches, and nothing else."""
    if connection.vendor == "postgresql":
        parties = ",".join(map(str, sorted(party_ids)))
        proof = _proof(proving.ENTER, "" if user_id is None else user_id, parties, today)
        _state.is_walled = True
        entering = f"SELECT set_config('role', '{ROLE}', false), handslag_enter(%s, %s, %s, %s)"
        _ask(entering, [user_id, parties, today, proof])
        _state.is_lifted = False


def leave() -> None:
    """Ends what `enter` began; the connection sees nothing until somebody enters again."""
    if _state.is_walled or _state.is_lifted:
        _state.is_walled = _state.is_lifted = False
        if not connection.needs_rollback and connection.connection:
            _ask("SELECT set_config('role', 'none', false), handslag_leave()", [])


def _lift() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('handslag.lifted', %s, false)", [_proof(proving.LIFT)])


@contextmanager
def lifted() -> Iterator[None]:
    """Lets an action, which checks its right itself, read and write past the wall."""
    if connection.vendor != "postgresql" or _state.is_lifted:
        yield
        return
    _state.is_lifted = True
    try:
        if not connection.needs_rollback:
            _lift()
        yield
    finally:
        _state.is_lifted = False
        if not connection.needs_rollback:
            _ask("SELECT set_config('handslag.lifted', '', false), handslag_turn()", [])


def _begin_anew(connection: BaseDatabaseWrapper, **_: object) -> None:
    _state.is_lifted, _state.number = False, None


connection_created.connect(_begin_anew)


def lift_for_process() -> None:
    """For the operator's commands, which work for no viewer: every connection of this process stands past the wall."""

    def lift(connection: BaseDatabaseWrapper, **_: object) -> None:
        if connection.vendor == "postgresql" and "handslag_key" in connection.introspection.table_names():
            _lift()
            _state.is_lifted = True

    connection_created.connect(lift, weak=False)
