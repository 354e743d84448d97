"""The second wall: PostgreSQL's row-level security repeats the access rule, so that a forgotten filter shows nothing.

While a request is answered, its connection plays the role `handslag_viewer`, which cannot bypass the policies, and the
database works out from the viewer's id alone what the viewer reaches. Without a viewer no row comes back. An action
checks its right itself and lifts the wall while it writes; nothing is written to walled tables in any other way.
The database believes who enters, and that the wall is lifted, by proof of the installation's key (`proving.py`).
SQLite has no such wall: there the querysets are the only one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from threading import local
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper
from django.utils.module_loading import module_has_submodule

from handslag.foundation import guards, keys, proving

ROLE = "handslag_viewer"
POLICIES = 2
"""How many a wall has: who reads, and who writes."""
VIEWER = "(SELECT handslag_who())"
"""Who looks, as a policy gives it to the functions that its rule asks: made once a query, not once a row."""
LIFTED = "SELECT handslag_is_lifted()"

_ROLE = f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"


class _State(local):
    """Of this thread's connection (Django keeps one a thread): whether the wall stands, whether it is lifted, and the
    number that the next proof holds, where it is known."""

    is_walled = False
    is_lifted = False
    number: int | None = None


_state = _State()


def mine(name: str) -> str:
    """The viewer's ids of a kind (posts, units, places, own), as an array that a query makes once, not once a row."""
    return f"((SELECT handslag_ids('{name}'))::bigint[])"


def sees(table: str, key: str, viewer: str = VIEWER) -> str:
    """That the viewer gets a row of another walled table, by its key. Asked as a function, since that table's own
    policy would nest in the one that asks."""
    return f"handslag_sees_{table}({key}, {viewer})"


@dataclass(frozen=True)
class Wall:
    """Rows of `table` come back only where `rule` (SQL over the row) holds, or while an action has lifted the wall."""

    table: str
    rule: str

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


def _listed(name: str) -> list[Any]:
    """What the rooms' `walls.py` list under a name."""
    found: list[Any] = []
    for app in apps.get_app_configs():
        if app.name.startswith("handslag.") and module_has_submodule(app.module, "walls"):
            found += getattr(import_module(f"{app.name}.walls"), name, [])
    return found


def walls() -> list[Wall]:
    """Every wall: those that the rooms write out (the `WALLS` of `walls.py`), and those derived for all the rest."""
    written = _listed("WALLS")
    named = {wall.table for wall in written}
    return written + [wall for wall in _listed("DERIVED") if wall.table not in named]


def build(to: BaseDatabaseWrapper) -> None:
    """Sets the role, the functions and every wall up anew, for the tables that exist. Does nothing on SQLite."""
    if to.vendor != "postgresql":
        return
    tables = set(to.introspection.table_names())
    if not {wall.table for wall in walls()} <= tables:
        return
    with to.cursor() as cursor:
        proving.keep_key(cursor)
        for statement in (_ROLE, *_functions()):
            cursor.execute(statement)
        for wall in walls():
            for statement in wall.statements:
                cursor.execute(statement)
        for grant in ("SELECT, INSERT, UPDATE, DELETE ON ALL TABLES", "USAGE ON ALL SEQUENCES"):
            cursor.execute(f"GRANT {grant} IN SCHEMA public TO {ROLE}")
        cursor.execute(f"REVOKE ALL ON {', '.join(proving.OWNERS)} FROM PUBLIC, {ROLE}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {to.ops.quote_name(to.settings_dict['NAME'])} FROM PUBLIC")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        _seal_policies(cursor)
    _state.number = None  # the sequences were moved


def _policies(cursor: CursorWrapper) -> dict[str, list[list[Any]]]:
    """The policies that stand on each walled table, with what was noted beside each."""
    cursor.execute(
        "SELECT c.relname, p.polname, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid), "
        "p.polcmd::text, p.polpermissive, p.polroles::text, obj_description(p.oid, 'pg_policy') FROM pg_policy p "
        "JOIN pg_class c ON c.oid = p.polrelid WHERE c.relrowsecurity ORDER BY c.relname, p.polname"
    )
    found: dict[str, list[list[Any]]] = {}
    for table, *policy in cursor.fetchall():
        found.setdefault(table, []).append(policy)
    return found


def _seal_of(wall: Wall, policy: list[Any]) -> str:
    return keys.seal(repr((wall.table, wall.statements, policy[:-1])).encode())


def _seal_policies(cursor: CursorWrapper) -> None:
    """Notes beside each policy a seal over what PostgreSQL made of it, with a key that is not in the database."""
    standing = _policies(cursor)
    for wall in walls():
        for policy in standing[wall.table]:
            seal = _seal_of(wall, policy)
            cursor.execute(f"COMMENT ON POLICY {policy[0]} ON {wall.table} IS '{seal}'")


def _functions() -> list[str]:
    """What makes the wall's functions: those that the rooms list, and one for each table that a rule asks for."""
    listed = [*proving.FUNCTIONS, *_listed("FUNCTIONS")]
    asked = "".join((*listed, *(wall.rule for wall in walls())))
    return listed + [wall.function for wall in walls() if f"handslag_sees_{wall.table}(" in asked]


def _written(function: str) -> tuple[str, tuple[str, bool]]:
    """A function's name, what stands in it, and whether it runs with the rights of who made it."""
    head, body, _end = function.split("$$")
    return head.split("(")[0].split()[-1], (body, guards.SAFE in head)


def _altered_functions(cursor: CursorWrapper) -> list[str]:
    """Those that do not stand as they were made, or beside another of the same name, which could be asked instead."""
    cursor.execute(
        "SELECT proname, prosrc, prosecdef AND proconfig[1] = %s FROM pg_proc WHERE starts_with(proname, 'handslag_')",
        [guards.SEARCHED],
    )
    standing: dict[str, list[tuple[str, bool]]] = {}
    for name, source, is_safe in cursor.fetchall():
        standing.setdefault(name, []).append((source, bool(is_safe)))
    return [name for name, written in map(_written, _functions()) if standing.get(name) != [written]]


def _open_to_others(cursor: CursorWrapper) -> list[str]:
    """What the wall goes by, where others than its owner may touch it."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) "
        "AND EXISTS (SELECT FROM aclexplode(relacl) AS given WHERE given.grantee <> relowner)",
        [list(proving.OWNERS)],
    )
    return [name for (name,) in cursor.fetchall()]


def _has_our_key() -> bool:
    with lifted(), connection.cursor() as cursor:
        cursor.execute("SELECT handslag_is_lifted()")
        return bool(cursor.fetchone()[0])


def missing(to: BaseDatabaseWrapper) -> list[str]:
    """Names of the tables whose wall does not stand as it was built (security off, a policy gone, altered or more than
    there should be), and of what the wall goes by that was altered or opened."""
    if to.vendor != "postgresql":
        return []
    with to.cursor() as cursor:
        standing = _policies(cursor)
        fallen = [
            wall.table
            for wall in walls()
            if len(standing.get(wall.table, ())) != POLICIES
            or any(policy[-1] != _seal_of(wall, policy) for policy in standing[wall.table])
        ]
        fallen += _altered_functions(cursor) + _open_to_others(cursor)
    return fallen or ([] if _has_our_key() else ["handslag_key"])


def can_bypass(to: BaseDatabaseWrapper) -> bool:
    """Whether the role that the installation connects as could get past the walls: a superuser, the owner, or one that
    may make tables of its own beside ours."""
    if to.vendor != "postgresql":
        return False
    with to.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper OR r.rolbypassrls OR has_database_privilege(session_user, current_database(), 'TEMP') "
            "OR has_schema_privilege(session_user, 'public', 'CREATE') "
            "OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relrowsecurity "
            "AND pg_has_role(session_user, c.relowner, 'MEMBER')) FROM pg_roles r WHERE r.rolname = session_user"
        )
        return bool(cursor.fetchone()[0])


def _ask(sql: str, given: list[Any]) -> None:
    """Runs a statement of which the last column is the number that the next proof holds."""
    _state.number = None  # where it fails, it is asked for anew
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        _state.number = cursor.fetchone()[-1]


def _proof(*said: object) -> str:
    """What proves to the database what is said, now and on this connection."""
    connection.ensure_connection()  # a new one begins with a number of its own
    if _state.number is None:
        _ask("SELECT handslag_turn()", [])
    what, *words = said
    return keys.proof(" ".join(map(str, (what, _state.number, *words))))


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
