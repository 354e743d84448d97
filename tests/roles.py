"""Connections of the role that the server plays (PostgreSQL)."""

from contextlib import contextmanager

import psycopg
from django.db import connection

from handslag.foundation import clock, keys, wall


@contextmanager
def connected(role: str):
    """A connection of the role, past the wall: what an action writes through."""
    known = connection.get_connection_params()
    given = {"host": known["host"], "port": known["port"], "dbname": known["dbname"], "user": role}
    with psycopg.connect(**given, autocommit=True) as made:
        lift(made)
        yield made


def lift(made) -> None:
    """Lifts the wall, as who has the key can."""
    (number,) = made.execute("SELECT handslag_turn()").fetchone()
    made.execute("SELECT set_config('handslag.lifted', %s, false)", [keys.proof(f"lift {number}")])


def entered(made, user_id: int | None, parties: str = "") -> None:
    """A viewer enters, as who has the key can say."""
    (number,) = made.execute("SELECT handslag_turn()").fetchone()
    proof = keys.proof(f"enter {number} {'' if user_id is None else user_id} {parties} {clock.today()}")
    made.execute("SELECT handslag_enter(%s, %s, %s, %s)", [user_id, parties, clock.today(), proof])
    made.execute(f"SET ROLE {wall.ROLE}")


def refused(made, sql: str) -> bool:
    """Whether the database refuses a statement."""
    try:
        made.execute(sql)
    except psycopg.DatabaseError:
        return True
    return False
