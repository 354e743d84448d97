"""`make fuzz`: random SQL as who gets hold of the database would write it, and what stands afterwards.

On SQLite as a plain shell does; on PostgreSQL (HANDSLAG_TEST_DATABASE) as the server's role past the wall, from two
connections at once. Each batch of statements begins with a fresh copy of a world with something in every table. After
it the promises that the database itself holds must stand by `handslag check`, no row that never goes may be gone, and
no row that never changes may be another. What promises 3, 6 and 7 lose is told by `check`, and counted.
STATEMENTS and SEED say how many, and which.
"""

import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.roles import lift

BATCH = 400
HELD = "1245"
"""The promises that no SQL may break."""
TOLD_LATER = {
    "held by who has not met the person and is not told who the person is",  # a number is put right, its bases follow
    "an accepted handover by which no responsibility moved",  # the handover is accepted, then the case moves
}
"""Laws of these promises that lawful acts break for an instant between two statements: `check` tells where it lasts."""
OUT = Path("build/fuzz.json")
Written = list[tuple[int, str]]
"""Statements, and which of the connections runs each."""


class Session:
    """One connection past Django: a shell on SQLite, the server's role on PostgreSQL."""

    def __init__(self, role: str):
        from django.db import connection

        self.sqlite, known = connection.vendor == "sqlite", connection.get_connection_params()
        if self.sqlite:
            self._made = sqlite3.connect(known["database"], isolation_level=None, timeout=0.2)
            self.run("PRAGMA synchronous = OFF")
            return
        import psycopg

        where = {"host": known["host"], "port": known["port"], "dbname": known["dbname"], "user": role}
        self._made = psycopg.connect(**where, autocommit=True)
        self.lift()

    def lift(self) -> None:
        """Past the wall, as an action of the product writes, whatever was set on PostgreSQL."""
        if not self.sqlite:
            self.run("SET lock_timeout = '50ms'")
            self.run("RESET ROLE")
            with suppress(Exception):
                lift(self._made)

    def ask(self, sql: str) -> list[tuple]:
        """The rows of a query."""
        return self._made.execute(sql).fetchall()

    def run(self, sql: str) -> int | None:
        """How many rows a statement changed; None where it was refused."""
        try:
            rows = self._made.execute(sql).rowcount
        except Exception:  # whatever a driver refuses it by
            if not self.sqlite and self._made.info.transaction_status.name == "INERROR":
                self._made.execute("ROLLBACK")
            return None
        return max(rows, 0) if sql.startswith(("UPDATE", "INSERT", "DELETE", "WITH")) else 0

    def end(self) -> None:
        """Ends what it began."""
        with suppress(Exception):
            self._made.execute("COMMIT")
        self._made.close()


class Kept:
    """The rows that no statement may take away, and those that none may change, as they stood."""

    def __init__(self) -> None:
        from django.db import connection

        from handslag.foundation import guards

        always = {(g.table, g.event) for g in guards.all_guards(connection) if getattr(g, "refuse_when", "") == "1=1"}
        self._whole = {table for table, event in always if event == "UPDATE"} & {t for t, e in always if e == "DELETE"}
        self._tables = {table for table, event in always if event == "DELETE"}
        self._before = {table: self._rows(table) for table in self._tables}

    def _rows(self, table: str) -> set:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {'*' if table in self._whole else 'id'} FROM {table}")
            return {repr(row) for row in cursor.fetchall()}

    def lost(self) -> dict[str, list[str]]:
        """What is gone or another, by table."""
        gone = {table: self._before[table] - self._rows(table) for table in self._tables}
        return {table: sorted(rows)[:3] for table, rows in gone.items() if rows}


def broken(kept: Kept) -> tuple[dict[str, object], list[str]]:
    """(what no statement may do and one did, the promises of which `check` tells that they are lost)."""
    from django.db import connection

    from handslag.check.laws import LAWS
    from handslag.check.proof import fallen_guards, prove
    from handslag.foundation import clock

    faults: dict[str, object] = {}
    with connection.cursor() as cursor:
        for why, query in (law for promise in HELD for law in LAWS[promise] if law[0] not in TOLD_LATER):
            cursor.execute(query)
            if found := cursor.fetchall():
                faults[why] = found
    findings = prove(clock.today())
    if lost := kept.lost():
        faults["gone or another"] = lost
    if fallen := fallen_guards():
        faults["guards"] = fallen
    return faults, [n for n in findings if findings[n].broken]


def write(random: Random, session: Session, many: int, sessions: int) -> Written:
    """A batch of statements over the world as it stands."""
    from tests.statements import Writer

    writer, written = Writer(random, session.ask, sqlite=session.sqlite), []
    while len(written) < many:
        who = random.randrange(sessions)
        written += [(who, sql) for sql in writer.write()]
    return written[:many]


def run(written: Written, role: str = "") -> Counter:
    """Runs a batch; how much was refused and passed, and how many rows changed."""
    from tests import statements

    sessions = [Session(role) for _ in range(1 + max(who for who, _sql in written))]
    counted: Counter = Counter(statements=len(written))
    for who, sql in written:
        rows = sessions[who].run(sql)
        counted["refused" if rows is None else "passed"] += 1
        counted["rows changed"] += rows or 0
        if sql in statements.SETTINGS:
            sessions[who].lift()
    for session in sessions:
        session.end()
    return counted


class World:
    """A database with something in every table, of which each batch gets a copy."""

    def __init__(self) -> None:
        from django.db import connection

        from tests import worlds

        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        worlds.build_at_work()
        self._name, self.sqlite = str(connection.settings_dict["NAME"]), connection.vendor == "sqlite"
        self.role = "" if self.sqlite else f"{self._name}_web"
        connection.close()
        self._copy = f"{self._name}.copy" if self.sqlite else f"{self._name}_copy"
        if not self.sqlite:
            self._by_owner(
                f'DROP ROLE IF EXISTS "{self.role}"', f'CREATE ROLE "{self.role}" LOGIN IN ROLE handslag_viewer'
            )
        connection.settings_dict["NAME"] = self._copy

    def _by_owner(self, *statements: str) -> None:
        import psycopg
        from django.db import connection

        known = connection.get_connection_params()
        where = {"host": known["host"], "port": known["port"], "user": known["user"], "dbname": "postgres"}
        with psycopg.connect(**where, password=known.get("password"), autocommit=True) as made:
            for sql in statements:
                made.execute(sql)

    def renew(self) -> Kept:
        """A fresh copy; the rows that must stay in it."""
        from django.db import connection

        connection.close()
        if self.sqlite:
            for beside in ("-wal", "-shm"):
                Path(self._copy + beside).unlink(missing_ok=True)
            shutil.copy(self._name, self._copy)
        else:
            drop = f'DROP DATABASE IF EXISTS "{self._copy}" WITH (FORCE)'
            make = f'CREATE DATABASE "{self._copy}" TEMPLATE "{self._name}"'
            self._by_owner(drop, make, f'REVOKE TEMPORARY ON DATABASE "{self._copy}" FROM PUBLIC')
        return Kept()

    def remove(self) -> None:
        """Leaves nothing."""
        from django.db import connection

        connection.close()
        if not self.sqlite:
            databases = (f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (self._copy, self._name))
            self._by_owner(*databases, f'DROP ROLE "{self.role}"')

    def shortest(self, written: Written) -> Written:
        """The shortest beginning of a batch after which something is broken."""
        low, high = 0, len(written)
        while high - low > 1:
            middle = (low + high) // 2
            kept = self.renew()
            run(written[:middle], self.role)
            low, high = (low, middle) if broken(kept)[0] else (middle, high)
        return written[:high]


def untold(random: Random, world: World) -> list[str]:
    """What an owner of SQLite's file did to guards and `check` did not tell."""
    from django.db import DatabaseError, connection

    from handslag.check.proof import fallen_guards
    from tests.statements import Writer

    world.renew()
    session = Session("")
    triggers = session.ask("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    acts = Writer(random, session.ask, sqlite=True).by_owner(triggers)
    before = session.ask("SELECT * FROM sqlite_master")
    done = [session.run(sql) for sql in acts]
    session.end()
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM sqlite_master")
            changed = cursor.fetchall() != before
    except DatabaseError:
        return []  # (nothing starts on what cannot be read)
    return acts if changed and None not in done and not fallen_guards() else []


def fuzz(statements: int, seed: int) -> tuple[Counter, list[dict]]:
    """(what was counted, what got through)."""
    random, world, counted, faults = Random(seed), World(), Counter(), []
    try:
        while counted["statements"] < statements:
            kept, session = world.renew(), Session(world.role)
            written = write(random, session, min(BATCH, statements - counted["statements"]), 1 if world.sqlite else 2)
            session.end()
            counted += run(written, world.role)
            through, told = broken(kept)
            counted.update(f"batches in which check tells of promise {n}" for n in told)
            if through:
                faults.append({"broke": repr(through), "last": [sql for _who, sql in world.shortest(written)][-12:]})
                sys.stdout.write(f"{json.dumps(faults[-1], indent=1)}\n")
            if world.sqlite:
                counted["acts of an owner"] += 1
                if acts := untold(random, world):
                    faults.append({"broke": "check does not tell", "last": acts})
            if counted["statements"] % (BATCH * 25) == 0:
                sys.stdout.write(f"{dict(counted)} faults: {len(faults)}\n")
                sys.stdout.flush()
    finally:
        world.remove()
    return counted, faults


def main() -> None:
    """Fuzzes a database of its own, tells the figures, and exits 1 where anything got through."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    counted, faults = fuzz(int(os.environ.get("STATEMENTS", "100000")), int(os.environ.get("SEED", "1")))
    told = {**counted, "faults": faults}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.stdout.write(f"{dict(counted)} faults: {len(faults)}\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
