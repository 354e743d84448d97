"""Random direct SQL: whatever is let through, promises 1 and 2 still hold over the whole history."""

import os
import re

from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.handovers import actions
from tests import worlds

SQLITE = connection.vendor == "sqlite"
INSTANTS = st.sampled_from(
    ["2001-01-01 00:00:00", "2026-09-01 10:00:00", "2026-12-01 10:00:00", "2040-01-01 00:00:00", "now", "NULL"]
).map(lambda at: at if at in ("now", "NULL") else f"'{at}'")
IDS = st.integers(0, 60).map("<{}>".format)
FLAGS = st.sampled_from(["0", "1"] if SQLITE else ["false", "true"])
WORDS = st.sampled_from(["''", "'work'", "'offered'", "'accepted'", "'completed'", "'held'", "'caseworker'", "'x'"])
CONFLICTS = st.sampled_from(["", " OR REPLACE", " OR IGNORE", " OR FAIL", " OR ABORT"] if SQLITE else [""])

COLUMNS = {
    "cases_case": {
        "id": IDS, "holder_id": IDS, "holder_since": INSTANTS, "opened_at": INSTANTS, "closed_at": INSTANTS,
        "outcome": WORDS, "next_responsible": WORDS, "person_wants_no_more": FLAGS, "next_step_by_id": IDS,
    },
    "cases_pastholding": {"case_id": IDS, "until": INSTANTS, "holder_id": IDS},
    "parties_post": {"id": IDS, "user_id": IDS, "role": WORDS, "unit_id": IDS, "is_active": FLAGS},
    "parties_user": {"id": IDS, "is_active": FLAGS},
    "handovers_handover": {
        "state": WORDS, "answered_at": INSTANTS, "accepted_by_id": IDS, "first_contact_at": INSTANTS,
        "contact_result": WORDS, "case_id": IDS,
    },
}  # fmt: skip
KEYS = {"cases_pastholding": "case_id"}


@st.composite
def statements(draw) -> str:
    """An update, a delete or a copy of rows of one of the tables that a holding rests on."""
    table = draw(st.sampled_from(sorted(COLUMNS)))
    columns = COLUMNS[table]
    where = draw(st.sampled_from(["", f" WHERE {KEYS.get(table, 'id')} = {draw(IDS)}"]))
    kind = draw(st.sampled_from(["update", "update", "update", "delete", "insert"]))
    if kind == "delete":
        return f"DELETE FROM {table}{where}"
    chosen = draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, max_size=4, unique=True))
    values = {name: draw(columns[name]) for name in chosen}
    if kind == "update":
        return f"UPDATE{draw(CONFLICTS)} {table} SET {', '.join(f'{n} = {v}' for n, v in values.items())}{where}"
    if table != "cases_pastholding":
        return f"INSERT{draw(CONFLICTS)} INTO {table} SELECT * FROM {table}{where}"
    row = ", ".join(draw(columns[name]) for name in ("case_id", "until", "holder_id"))
    return f"INSERT{draw(CONFLICTS)} INTO cases_pastholding (case_id, until, holder_id) VALUES ({row})"


def prepare() -> None:
    """A case that never moved, one that moved by handshake, one on its way, one closed."""
    from handslag.cases.actions import close, reassign

    world = worlds.build()
    world.case()
    moved, offered, closed = world.case(), world.case("af_a"), world.case("kom_a")
    actions.accept_handover(world.viewer("af_b"), world.offer(moved).pk, worlds.contact_in(2))
    world.offer(offered, "kom")
    reassign(world.viewer("kom_lead"), [closed.public_id], world.posts["kom_b"])
    close(world.viewer("kom_b"), closed.pk, "work", "Chefen")


def ids() -> list[int]:
    """Every id that a statement may name, whatever it is the id of."""
    found = set()
    with connection.cursor() as cursor:
        for table in sorted(set(COLUMNS) - set(KEYS)):
            cursor.execute(f"SELECT id FROM {table}")
            found |= {row[0] for row in cursor.fetchall()}
    return sorted(found)


def filled(sql: str, known: list[int]) -> str:
    """The statement with ids that exist, and the present instant."""
    return re.sub("<([0-9]+)>", lambda n: str(known[int(n[1]) % len(known)]), sql).replace("now", "CURRENT_TIMESTAMP")


@settings(max_examples=int(os.environ.get("HANDSLAG_EXAMPLES", "40")))
@given(written=st.lists(statements(), min_size=5, max_size=40))
def test_random_sql_breaks_no_holding(db, written):
    with transaction.atomic():
        prepare()
        known = ids()
        for sql in written:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(filled(sql, known))
            except DatabaseError:
                continue
            findings = prove(clock.today())
            broken = {n: findings[n].offenders for n in ("1", "2") if findings[n].broken}
            assert not broken, f"{sql} broke {broken}"
        transaction.set_rollback(True)
