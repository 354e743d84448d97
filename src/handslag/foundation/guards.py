"""Guards: rules that the database itself holds, on SQLite and PostgreSQL, also against direct SQL.

A room lists its guards as data in `guards.py`. They are dropped before each migration and set up again after it,
in one transaction, because SQLite loses triggers when Django rebuilds a table; `missing()` tells at start-up whether
all of them stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.module_loading import module_has_submodule

from handslag.foundation.sqlite import constraints

SEARCHED = "search_path=pg_catalog, public, pg_temp"
REFUSES = "handslag_refuses"
"""The trigger of the wall (wall.py), which is no guard."""
SAFE = "SECURITY DEFINER SET search_path TO 'pg_catalog', 'public', 'pg_temp'"
"""How a function of PostgreSQL runs with the rights of who made it: a caller's own tables never stand in for ours."""


@dataclass(frozen=True)
class Guard:
    """Refuses a row change when `refuse_when` (portable SQL over NEW and OLD) is true.

    `lock` is a query that PostgreSQL runs first, to hold rows that the condition reads against concurrent change. It
    then reads what was committed meanwhile, which is why a transaction that reads as of an earlier instant is refused.
    """

    name: str
    table: str
    event: str
    refuse_when: str
    message: str
    lock: str = ""
    vendors: tuple[str, ...] = ("sqlite", "postgresql")
    each: str = "ROW"

    timing = "BEFORE"


@dataclass(frozen=True)
class Consequence:
    """Runs `statement` after a row change for which `when` holds: a fact that must follow from another."""

    name: str
    table: str
    event: str
    when: str
    statement: str
    vendors: tuple[str, ...] = ("sqlite", "postgresql")

    timing, each = "AFTER", "ROW"


def frozen(table: str, *columns: str, when: str = "1=1", name: str = "frozen") -> Guard:
    """A guard that refuses to change any of `columns` once written (while `when` holds)."""
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns)
    return Guard(
        f"{table}_{name}", table, "UPDATE", f"({when}) AND ({changed})", f"{table}: {', '.join(columns)} cannot change"
    )


def undeletable(table: str) -> Guard:
    """A guard that refuses to delete any row of `table`."""
    return Guard(f"{table}_undeletable", table, "DELETE", "1=1", f"{table}: rows are never deleted")


REMOVED = "('', '–')"
"""What stands where words were removed."""


def words_only_removed(table: str, *columns: str, when: str = "1=1") -> Guard:
    """A guard that lets words be removed and never rewritten (while `when` holds)."""
    rewritten = " OR ".join(f"(NEW.{c} IS DISTINCT FROM OLD.{c} AND NEW.{c} NOT IN {REMOVED})" for c in columns)
    return Guard(
        f"{table}_{columns[0]}_only_removed",
        table,
        "UPDATE",
        f"({when}) AND ({rewritten})",
        f"{table}: {', '.join(columns)} can only be removed",
    )


def _written() -> list[Guard | Consequence]:
    found: list[Guard | Consequence] = []
    for app in apps.get_app_configs():
        if app.name.startswith("handslag.") and module_has_submodule(app.module, "guards"):
            found += getattr(import_module(f"{app.name}.guards"), "GUARDS", [])
    return found


def _of_constraints(connection: BaseDatabaseWrapper, held: set[str]) -> Iterator[Guard]:
    """What SQLite could be told not to ask: no row of a guarded table is replaced, and all checks hold."""
    for model in apps.get_models():
        table = model._meta.db_table
        for event in ("INSERT", "UPDATE") if model.__module__.startswith("handslag.") else ():
            on = f"on_{event.lower()}"
            if table in held:
                taken = constraints.takes_a_place(model, event, connection)
                yield Guard(f"{table}_unreplaceable_{on}", table, event, taken, f"{table}: row exists")
            if broken := constraints.breaks_a_check(model, connection):
                yield Guard(f"{table}_checked_{on}", table, event, broken, f"{table}: a check constraint does not hold")


def _of_transactions(table: str) -> Iterator[Guard]:
    """What PostgreSQL lets a transaction choose: no guarded table is emptied past the guards of its rows, or changed by
    who reads as of an earlier instant, when guards could not see what they must."""
    yield Guard(f"{table}_untruncatable", table, "TRUNCATE", "1=1", f"{table}: rows stay", each="STATEMENT")
    yield Guard(
        f"{table}_reads_what_is_committed",
        table,
        "INSERT OR DELETE OR UPDATE",
        "current_setting('transaction_isolation') <> 'read committed'",
        f"{table}: changed at the isolation level READ COMMITTED alone",
        each="STATEMENT",
    )


def all_guards(connection: BaseDatabaseWrapper) -> list[Guard | Consequence]:
    """Every guard that must stand on this database, in a fixed order: the rooms' own, and those that follow."""
    found = [guard for guard in _written() if connection.vendor in guard.vendors]
    held = {guard.table for guard in found}
    if connection.vendor == "sqlite":
        return found + list(_of_constraints(connection, held))
    return found + [guard for table in sorted(held) for guard in _of_transactions(table)]


def _sqlite(guard: Guard | Consequence) -> list[str]:
    if isinstance(guard, Guard):
        when, body = guard.refuse_when, f"SELECT RAISE(ABORT, '{guard.message}')"
    else:
        when, body = guard.when, guard.statement
    return [
        f"CREATE TRIGGER {guard.name} {guard.timing} {guard.event} ON {guard.table} FOR EACH ROW "
        f"WHEN {when} BEGIN {body}; END"
    ]


def _postgresql(guard: Guard | Consequence) -> list[str]:
    if isinstance(guard, Guard):
        lock = guard.lock and f"PERFORM {guard.lock}; "
        body = (
            f"{lock}IF {guard.refuse_when} THEN RAISE EXCEPTION '{guard.message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        )
    else:
        body = f"IF {guard.when} THEN {guard.statement}; END IF;"
    row = "OLD" if guard.event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql "
        f"{SAFE} AS $$ BEGIN {body} RETURN {row}; END $$",
        f"CREATE TRIGGER {guard.name} {guard.timing} {guard.event} ON public.{guard.table} "
        f"FOR EACH {guard.each} EXECUTE FUNCTION {guard.name}()",
    ]


def statements(guard: Guard | Consequence, vendor: str) -> list[str]:
    """The SQL that sets `guard` up on a database of `vendor` (`sqlite` or `postgresql`)."""
    return _sqlite(guard) if vendor == "sqlite" else _postgresql(guard)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Takes every guard down, as a migration needs."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in all_guards(connection):
            if guard.table in tables:
                on = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{on}")


def install(connection: BaseDatabaseWrapper) -> None:
    """Sets every guard up anew, for the tables that exist; to others at once."""
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        for guard in all_guards(connection):
            if guard.table in tables:
                for statement in statements(guard, connection.vendor):
                    cursor.execute(statement)


def _standing_sqlite(cursor: CursorWrapper) -> dict[str, object]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return dict(cursor.fetchall())


def _standing_postgresql(cursor: CursorWrapper) -> dict[str, object]:
    cursor.execute(
        "SELECT t.tgname, pg_get_triggerdef(t.oid), p.prosrc, p.prosecdef, array_to_string(p.proconfig, '') "
        "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
        "AND t.tgname <> %s",
        [REFUSES],
    )
    return {name: tuple(written) for name, *written in cursor.fetchall()}


def _wanted(guard: Guard | Consequence, vendor: str) -> object:
    first, *rest = statements(guard, vendor)
    return (rest[0], first.split("$$")[1], True, SEARCHED) if rest else first


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the guards that do not stand as written (absent, disabled, altered or bound to a condition), and of
    triggers that are nobody's guard."""
    with connection.cursor() as cursor:
        standing = (_standing_sqlite if connection.vendor == "sqlite" else _standing_postgresql)(cursor)
    wanted = {guard.name: _wanted(guard, connection.vendor) for guard in all_guards(connection)}
    return [name for name in wanted if standing.get(name) != wanted[name]] + sorted(standing.keys() - wanted.keys())
