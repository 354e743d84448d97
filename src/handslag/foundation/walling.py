"""Setting the walls up (wall.py), one for each table, and seeing that they stand as they were set up.

A room writes a table's rule in its `walls.py`, or the rule is derived from what the room declares. Every other table of
the database has a wall that lets nobody through: what nobody has thought of is closed.
"""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import module_has_submodule

from handslag.foundation import guards, keys, proving
from handslag.foundation.wall import REFUSING, ROLE, Wall, forget_number, has_our_key

POLICIES = 2
"""How many a wall has: who reads, and who writes."""
_ROLE = f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"


def _listed(name: str) -> list[Any]:
    """What the rooms' `walls.py` list under a name."""
    found: list[Any] = []
    for app in apps.get_app_configs():
        if app.name.startswith("handslag.") and module_has_submodule(app.module, "walls"):
            found += getattr(import_module(f"{app.name}.walls"), name, [])
    return found


def _tables() -> set[str]:
    """Every table of the database, but those of the wall itself (proving.py)."""
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    cached = {str(cache["LOCATION"]) for cache in settings.CACHES.values() if "LOCATION" in cache}
    return {MigrationRecorder.Migration._meta.db_table, *models, *cached}


def walls() -> list[Wall]:
    """Every wall: those that the rooms write out (the `WALLS` of `walls.py`), those derived from what they declare, and
    closed ones for all the rest."""
    found = {wall.table: wall for wall in (*_listed("DERIVED"), *_listed("WALLS"))}
    return [*found.values(), *(Wall(table) for table in sorted(_tables() - found.keys()))]


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
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
        for wall in walls():
            for statement in wall.statements:
                cursor.execute(statement)
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"REVOKE ALL ON {', '.join(proving.OWNERS)} FROM PUBLIC, {ROLE}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {to.ops.quote_name(to.settings_dict['NAME'])} FROM PUBLIC")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        _seal_policies(cursor)
    forget_number()  # the sequences were moved


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
    listed = [*proving.FUNCTIONS, REFUSING, *_listed("FUNCTIONS")]
    asked = "".join((*listed, *(wall.rule for wall in walls())))
    seeing = [wall.function for wall in walls() if f"handslag_sees_{wall.table}(" in asked]
    return [proving.believing(function) for function in listed + seeing]


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


_BESIDE = """SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> ALL (%(owners)s)
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
    AND CASE WHEN c.relrowsecurity THEN has_table_privilege(%(role)s, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
    ELSE has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
    OR has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER') END ORDER BY 1"""


def beside(to: BaseDatabaseWrapper, role: str = ROLE) -> list[str]:
    """Tables and views that have no wall, or that a role may touch beside it."""
    with to.cursor() as cursor:
        cursor.execute(_BESIDE, {"role": role, "owners": list(proving.OWNERS)})
        return [name for (name,) in cursor.fetchall()]


def _let_writers_in(cursor: CursorWrapper) -> list[str]:
    """Tables whose trigger does not refuse as it was made to."""
    cursor.execute(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgenabled IN ('O', 'A')", [guards.REFUSES]
    )
    standing = {sql for (sql,) in cursor.fetchall()}
    return [wall.table for wall in walls() if wall.trigger not in standing]


def missing(to: BaseDatabaseWrapper) -> list[str]:
    """Names of the tables whose wall does not stand as it was built (security off, a policy gone, altered or more than
    there should be, writers let in), of those that have none, and of what the wall goes by that was altered or opened.
    """
    if to.vendor != "postgresql":
        return []
    with to.cursor() as cursor:
        standing = _policies(cursor)
        fallen = {
            wall.table
            for wall in walls()
            if len(standing.get(wall.table, ())) != POLICIES
            or any(policy[-1] != _seal_of(wall, policy) for policy in standing[wall.table])
        }
        fallen.update(_let_writers_in(cursor), beside(to))
        told = sorted(fallen) + _altered_functions(cursor) + _open_to_others(cursor)
    return told or ([] if has_our_key() else ["handslag_key"])


def can_bypass(to: BaseDatabaseWrapper) -> bool:
    """Whether the role that the installation connects as could get past the walls: a superuser, the owner, one that may
    make tables of its own beside ours, or that was given more than the viewers' role."""
    if to.vendor != "postgresql":
        return False
    with to.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper OR r.rolbypassrls OR has_database_privilege(session_user, current_database(), 'TEMP') "
            "OR has_schema_privilege(session_user, 'public', 'CREATE') "
            "OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relrowsecurity "
            "AND pg_has_role(session_user, c.relowner, 'MEMBER')), session_user FROM pg_roles r "
            "WHERE r.rolname = session_user"
        )
        can, role = cursor.fetchone()
    return bool(can or beside(to, role))
