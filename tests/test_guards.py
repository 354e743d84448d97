"""Promises 1, 2 and 4 against direct SQL: what the guards refuse, whoever writes it."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from handslag.check.proof import fallen_guards
from handslag.foundation import guards
from tests import worlds

SQLITE = connection.vendor == "sqlite"


TAMPERINGS = {
    "no holder": "UPDATE cases_case SET holder_id = NULL",
    "a holder that does not exist": "UPDATE cases_case SET holder_id = 987654, holder_since = '2026-06-01 00:00:00'",
    "a stranger's unit takes it": "UPDATE cases_case SET holder_id = {af_a}, holder_since = '2026-10-01 00:00:00'",
    "a holder without a later instant": "UPDATE cases_case SET holder_id = {fk_b}",
    "a holder from before": "UPDATE cases_case SET holder_id = {fk_b}, holder_since = '2001-01-01 00:00:00'",
    "the holding begins elsewhere": "UPDATE cases_case SET holder_since = '2026-10-01 00:00:00'",
    "the opening moves": "UPDATE cases_case SET opened_at = '2001-01-01 00:00:00'",
    "an officer holds": "UPDATE cases_case SET holder_id = {fk_officer}, holder_since = '2026-10-01 00:00:00'",
    "closed without an outcome": "UPDATE cases_case SET closed_at = '2030-01-01 00:00:00'",
    "closed without a next": "UPDATE cases_case SET closed_at = '2030-01-01 00:00:00', outcome = 'work'",
    "closed before it was held": "UPDATE cases_case SET closed_at = '2001-01-01 00:00:00', outcome = 'work', "
    "next_responsible = 'x'",
    "dead, and wants no more": "UPDATE cases_case SET closed_at = '2030-01-01 00:00:00', outcome = 'deceased', "
    "person_wants_no_more = NOT {false}",
    "no next step": "UPDATE cases_case SET next_step = ''",
    "no day for it": "UPDATE cases_case SET next_step_on = NULL",
    "nobody for it": "UPDATE cases_case SET next_step_by_id = NULL",
    "removed": "DELETE FROM cases_case",
    "another person": "UPDATE cases_case SET person_id = person_id + 1",
    "a change point by hand": "INSERT INTO cases_pastholding (case_id, until, holder_id) "
    "SELECT id, '2026-10-01 00:00:00', {fk_b} FROM cases_case",
    "a change point at the opening": "INSERT INTO cases_pastholding (case_id, until, holder_id) "
    "SELECT id, opened_at, {fk_b} FROM cases_case",
    "the holder leaves": "UPDATE parties_post SET is_active = {false} WHERE id = {fk_a}",
    "the user leaves": "UPDATE parties_user SET is_active = {false} WHERE id = (SELECT user_id FROM parties_post "
    "WHERE id = {fk_a})",
    "the post goes": "DELETE FROM parties_post WHERE id = {fk_a}",
    "the post changes its person": "UPDATE parties_post SET user_id = (SELECT user_id FROM parties_post "
    "WHERE id = {af_a}) WHERE id = {fk_a}",
    "the post changes its role": "UPDATE parties_post SET role = 'measure_staff' WHERE id = {fk_a}",
}
REPLACEMENTS = {
    "the same case anew": "INSERT OR REPLACE INTO cases_case SELECT * FROM cases_case",
    "the holder's post anew": "INSERT OR REPLACE INTO parties_post SELECT * FROM parties_post WHERE id = {fk_a}",
    "the journal anew": "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry",
}


def _values(world) -> dict:
    return {"false": "0" if SQLITE else "false", **{name: post.pk for name, post in world.posts.items()}}


def _refused(sql: str, values: dict) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(**values))
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_direct_sql_cannot_break_a_holding(world, tampering):
    world.case()
    assert _refused(TAMPERINGS[tampering], _values(world))


@pytest.mark.skipif(not SQLITE, reason="only SQLite knows INSERT OR REPLACE")
@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_replacing_a_row_is_deleting_it(world, replacement):
    world.case()
    assert _refused(REPLACEMENTS[replacement], _values(world))


@pytest.mark.skipif(not SQLITE, reason="only SQLite can turn foreign keys off")
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_the_guards_do_not_lean_on_foreign_keys(lasting_world, tampering):
    lasting_world.case()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        try:
            assert _refused(TAMPERINGS[tampering], _values(lasting_world))
        finally:
            cursor.execute("PRAGMA foreign_keys = ON")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cases_pastholding SET holder_id = {fk_lead}",
        "UPDATE cases_pastholding SET until = '2026-10-01 00:00:00'",
        "DELETE FROM cases_pastholding",
        "UPDATE journal_entry SET actor = 'nobody'",
        "DELETE FROM journal_entry",
    ],
)
def test_history_does_not_change(world, sql):
    from handslag.cases.actions import reassign

    case = world.case()
    reassign(world.viewer("fk_lead"), [case.public_id], world.posts["fk_b"])
    assert _refused(sql, _values(world))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE handovers_handover SET state = 'accepted'",
        "UPDATE handovers_handover SET state = 'accepted', answered_at = offered_at, accepted_by_id = {af_a}",
        "UPDATE handovers_handover SET state = 'completed', answered_at = offered_at, accepted_by_id = {af_a}, "
        "first_contact_at = offered_at, contact_result = 'held'",
        "UPDATE handovers_handover SET state = 'declined', answered_at = offered_at",
        "UPDATE handovers_handover SET state = 'declined', answered_at = offered_at, decline_reason = 'not_ready'",
        "UPDATE handovers_handover SET brief = 'other'",
        "DELETE FROM handovers_handover",
        "DELETE FROM handovers_message",
        "UPDATE handovers_message SET text = 'other'",
        "UPDATE cases_case SET closed_at = '2030-01-01 00:00:00', outcome = 'work', next_responsible = 'x'",
    ],
)
def test_direct_sql_cannot_break_a_handover(world, sql):
    world.offer(world.case())
    assert _refused(sql, _values(world))


def test_nobody_is_both_association_officer_and_measure_staff(world):
    sql = (
        "INSERT INTO parties_post (public_id, user_id, role, party_id, unit_id, is_active) "
        "SELECT '00000000000070008000000000000001', "
        "(SELECT user_id FROM parties_post WHERE id = {association}), role, party_id, unit_id, is_active "
        "FROM parties_post WHERE id = {measure}"
    )
    assert _refused(sql, _values(world))
    assert not _refused(sql.replace("{association}", "{analyst}"), _values(world))


CHECKS = ("_checked_on_insert", "_checked_on_update")
HELD = sorted({guard.table for guard in guards.all_guards(connection) if not guard.name.endswith(CHECKS)})


EMPTY = {"journal_shown", "journal_unsealed", "rights_rectification"}


def _rows(cursor, table: str) -> set[tuple]:
    cursor.execute(f"SELECT rowid, * FROM {table}")
    return set(cursor.fetchall())


def _unique_columns(cursor, table: str) -> Iterator[tuple[list[str], str]]:
    """What the database itself knows of unique columns, and under which condition."""
    cursor.execute(
        'SELECT name, sql FROM pragma_index_list(%s) LEFT JOIN sqlite_master USING (name) WHERE "unique"', [table]
    )
    found = [(name, (sql or "").partition(" WHERE ")[2] or "1=1") for name, sql in cursor.fetchall()]
    for name, when in found:
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [name])
        yield [column for (column,) in cursor.fetchall()], when


@pytest.mark.skipif(not SQLITE, reason="only SQLite deletes what stands in the way of a row")
@pytest.mark.parametrize("table", HELD)
def test_no_row_takes_another_ones_place(db, table):
    worlds.build_at_work()
    with connection.cursor() as cursor:
        before = _rows(cursor, table)
        assert before or table in EMPTY
        cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
        columns = [f'"{name}"' for (name,) in cursor.fetchall()]
        keys = [(key, when) for key, when in _unique_columns(cursor, table)]
        for key, when in [(["rowid"], "1=1"), *keys]:
            same = ", ".join(f'"{c}" = (SELECT "{c}" FROM {table} WHERE {when} ORDER BY rowid LIMIT 1)' for c in key)
            rest = f"WHERE {when} AND rowid > (SELECT min(rowid) FROM {table} WHERE {when})"
            anew = [c if c.strip('"') in key or c != '"id"' else '"id" + 5000' for c in columns]
            for conflict in ("REPLACE", "IGNORE", "FAIL"):
                for sql in (
                    f"UPDATE OR {conflict} {table} SET {same} {rest}",
                    f"INSERT OR {conflict} INTO {table} SELECT {', '.join(columns)} FROM {table}",
                    f"INSERT OR {conflict} INTO {table} ({', '.join(columns)}) SELECT {', '.join(anew)} FROM {table}",
                ):
                    _refused(sql, {})
                    assert before <= _rows(cursor, table), sql


CHECKED = [
    "UPDATE cases_case SET next_step = ''",
    "UPDATE cases_case SET closed_at = '2030-01-01 00:00:00', outcome = 'work'",
    "UPDATE cases_case SET suspended_on = '2026-10-01'",
    "UPDATE handovers_handover SET state = 'declined', answered_at = offered_at WHERE state = 'offered'",
    "UPDATE disclosure_disclosure SET consent_id = NULL",
    "UPDATE parties_post SET is_active = 1, role = 'x'",
    "UPDATE parties_post SET is_active = 2 WHERE role = 'analyst'",
    "INSERT INTO journal_batch (number, at, places, root, seal) SELECT 'x', at, places, root, seal FROM journal_batch",
]


@pytest.mark.skipif(not SQLITE, reason="only SQLite can turn its checks off")
@pytest.mark.parametrize("sql", CHECKED)
def test_checks_hold_when_they_are_turned_off(db, sql):
    worlds.build_at_work()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            assert _refused(sql, {})
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_a_closed_case_stays_as_it_ended(world):
    from handslag.cases.actions import close

    case = world.case()
    close(world.viewer("fk_a"), case.pk, "work", "Arbetsgivaren")
    for change in ("closed_at = NULL, outcome = '', next_responsible = ''", "outcome = 'studies'"):
        assert _refused(f"UPDATE cases_case SET {change}", {})


def test_every_guard_stands_after_the_migrations(db):
    assert fallen_guards() == []


def test_no_name_is_longer_than_postgresql_keeps():
    """It cuts the rest, and the guard would be another than the one that is looked for."""
    assert [guard.name for guard in guards.all_guards(connection) if len(guard.name) > 63] == []


@pytest.mark.parametrize("guard", guards.all_guards(connection), ids=lambda guard: guard.name)
def test_a_fallen_guard_is_seen(db, guard):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {guard.name}" + ("" if SQLITE else f" ON {guard.table}"))
        assert fallen_guards() == [guard.name]
        transaction.set_rollback(True)


def test_a_guard_that_was_weakened_is_seen(db):
    guard = next(g for g in guards.all_guards(connection) if g.name == "cases_case_undeletable")
    with transaction.atomic(), connection.cursor() as cursor:
        weakened = [s.replace("1=1", "1=0") for s in guards.statements(guard, connection.vendor)]
        cursor.execute(f"DROP TRIGGER {guard.name}" + ("" if SQLITE else f" ON {guard.table}"))
        for statement in weakened:
            cursor.execute(statement)
        assert fallen_guards() == [guard.name]
        transaction.set_rollback(True)
