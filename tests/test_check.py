"""`handslag check` finds what the guards would have refused, once they are down. It must not believe what it is told."""

import json

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from handslag.cases import actions as cases
from handslag.cases.reopening import reopen
from handslag.check.proof import _against_law, fallen_guards, prove
from handslag.cli.main import main
from handslag.foundation import clock, days, guards
from handslag.foundation.checks import refusals
from handslag.handovers import actions
from handslag.journal import anchors
from handslag.journal.chain import seal
from handslag.watch.actions import go_round
from tests.worlds import contact_in

FALSE = "0" if connection.vendor == "sqlite" else "false"
EARLY, LATE = "'2020-01-01 00:00:00'", "'2040-01-01 00:00:00'"

BREAKINGS = {
    "1": [
        f"UPDATE parties_post SET is_active = {FALSE} WHERE id = {{fk_a}}",
        f"UPDATE parties_user SET is_active = {FALSE} WHERE id = (SELECT user_id FROM parties_post WHERE id = {{fk_a}})",
        f"UPDATE cases_case SET holder_since = {LATE} WHERE id = {{plain}}",
        f"UPDATE cases_pastholding SET until = {EARLY}",
        "DELETE FROM cases_pastholding",
        f"INSERT INTO cases_pastholding (case_id, until, holder_id) VALUES ({{moved}}, {EARLY}, {{fk_a}})",
        "UPDATE cases_case SET holder_id = {fk_officer} WHERE id = {plain}",
        "DELETE FROM cases_reopening",
        f"UPDATE cases_reopening SET at = {LATE}",
        f"UPDATE cases_reopening SET closed_at = {EARLY}",
        "INSERT INTO cases_pastholding (case_id, until, holder_id) SELECT case_id, at, {fk_b} FROM cases_reopening",
    ],
    "2": [
        "UPDATE cases_case SET holder_id = {kom_a} WHERE id = {moved}",
        f"UPDATE handovers_handover SET answered_at = {LATE} WHERE case_id = {{moved}}",
        f"INSERT INTO cases_pastholding (case_id, until, holder_id) VALUES ({{plain}}, {LATE}, {{af_a}})",
    ],
    "3": ["UPDATE watch_escalation SET cleared_on = '2026-01-01'", "DELETE FROM watch_called"],
    "4": [
        "UPDATE handovers_handover SET next_unit_id = {kom_unit} WHERE case_id = {declined} AND state = 'declined'",
        "UPDATE cases_reopening SET by_id = {fk_b}",
        "UPDATE cases_reopening SET by_id = {af_lead}",
        "UPDATE cases_reopening SET holder_id = {af_a}",
    ],
    "5": [
        "UPDATE cases_case SET next_step = '   ' WHERE id = {plain}",
        f"UPDATE parties_post SET is_active = {FALSE} WHERE id = {{fk_b}}",
    ],
    "6": [
        "UPDATE disclosure_disclosure SET subject = 'another'",
        f"UPDATE disclosure_disclosure SET begins_at = {LATE}",
        f"UPDATE persons_person SET is_protected = {'1' if FALSE == '0' else 'true'}",
        "UPDATE cases_case SET joined_to_id = {moved} WHERE id = {plain}",
    ],
    "7": [
        "UPDATE journal_entry SET actor = 'nobody' WHERE id = (SELECT max(id) FROM journal_entry)",
        "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry)",
        "UPDATE journal_batch SET at = '2026-01-01'",
        "DELETE FROM journal_batch",
        "DELETE FROM journal_head",
    ],
}


@pytest.fixture
def worked(world):
    """A world with a plain case, a moved one, a declined one and a late one; and the ids to break them by."""
    plain, moved, declined, ended = (world.case() for _ in range(4))
    cases.close(world.viewer("fk_a"), ended.pk, "work", "Chefen")
    reopen(world.viewer("fk_lead"), ended.pk, "need_returned", world.posts["fk_a"], "Ring", clock.today())
    late = world.case(next_step_on=days.add_days(clock.today(), -30))
    actions.accept_handover(world.viewer("af_a"), world.offer(moved).pk, contact_in(3))
    handover = world.offer(declined)
    actions.decline_handover(world.viewer("af_a"), handover.pk, "not_ready", world.units["hylte"])
    type(plain).objects.filter(pk=plain.pk).update(next_step_by=world.posts["fk_b"])
    go_round()
    seal()
    ids = {"plain": plain.pk, "moved": moved.pk, "declined": declined.pk, "late": late.pk, "ended": ended.pk}
    return {**ids, "kom_unit": world.units["kom"].pk, **{name: post.pk for name, post in world.posts.items()}}


def test_a_whole_world_breaks_nothing(worked):
    findings = prove(clock.today())
    assert all(f.checked and not f.broken for f in findings.values()), findings


@pytest.mark.parametrize(("promise", "sql"), [(p, sql) for p, breakings in BREAKINGS.items() for sql in breakings])
def test_what_breaks_a_promise_is_found(worked, promise, sql):
    guards.drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE cases_case DROP CONSTRAINT case_has_next_step")
            cursor.execute("ALTER TABLE handovers_handover DROP CONSTRAINT handover_no_without_next")
            cursor.execute("ALTER TABLE handovers_handover DROP CONSTRAINT IF EXISTS handover_contact_after_accept")
        cursor.execute("UPDATE handovers_handover SET goes_back = goes_back")
        cursor.execute(sql.format(**worked))
    finding = prove(clock.today())[promise]
    assert finding.broken and finding.offenders
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_the_command_tells_and_exits_by_what_it_finds(worked):
    good = CliRunner().invoke(main, ["check", "--format", "json"])
    told = json.loads(good.output)
    assert good.exit_code == 0 and set(told["promises"]) == set("1234567")
    assert all(p["checked"] > 0 and p["broken"] == 0 for p in told["promises"].values())
    with transaction.atomic(), connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON cases_case"
        cursor.execute(f"DROP TRIGGER cases_case_undeletable{on}")
        bad = CliRunner().invoke(main, ["check", "--format", "json"])
        transaction.set_rollback(True)
    assert bad.exit_code == 1 and json.loads(bad.output)["guards_missing"] == ["cases_case_undeletable"]


REMOVALS = {
    "a case that the journal does not know": ["journal_entry", "journal_shown", "journal_batch", "journal_unsealed"],
    "the journal opened a case that is gone": ["cases_case"],
    "the journal tells of handovers that are gone": ["handovers_handover"],
    "the journal and the case tell differently how often it was opened again": ["cases_reopening"],
    "the person of a case is gone": ["persons_person"],
}


@pytest.mark.parametrize("why", REMOVALS)
def test_what_an_owner_removed_is_missed(worked, why):
    guards.drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in REMOVALS[why]:
            cursor.execute(f"DELETE FROM {table}")
        assert why in [told for told, _reference in _against_law("7")[1]]
        assert prove(clock.today())["7"].broken
        transaction.set_rollback(True)


def test_a_guard_that_was_bound_to_a_condition_is_seen_and_one_that_is_nobodys(db):
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            never = "BEFORE DELETE ON cases_case FOR EACH ROW WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
            cursor.execute("DROP TRIGGER cases_case_undeletable")
            stranger = "CREATE TRIGGER stranger BEFORE DELETE ON cases_case BEGIN SELECT RAISE(IGNORE); END"
        else:
            never = "BEFORE DELETE ON cases_case FOR EACH ROW WHEN (false) EXECUTE FUNCTION cases_case_undeletable()"
            cursor.execute("DROP TRIGGER cases_case_undeletable ON cases_case")
            stranger = (
                "CREATE TRIGGER stranger BEFORE DELETE ON cases_case FOR EACH ROW "
                "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            )
        cursor.execute(f"CREATE TRIGGER cases_case_undeletable {never}")
        cursor.execute(stranger)
        assert fallen_guards() == ["cases_case_undeletable", "stranger"]
        transaction.set_rollback(True)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no walls")
@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("ALTER POLICY cases_case_wall ON cases_case USING (true)", "cases_case"),
        ("ALTER POLICY persons_person_wall_writes ON persons_person WITH CHECK (true)", "persons_person"),
        ("CREATE POLICY another ON cases_case USING (true)", "cases_case"),
        ("ALTER TABLE persons_identity DISABLE ROW LEVEL SECURITY", "persons_identity"),
        (
            "CREATE OR REPLACE FUNCTION handslag_covered(person_subject text, party bigint, wanted text) "
            "RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$",
            "handslag_covered",
        ),
        (
            "CREATE OR REPLACE FUNCTION handslag_is_lifted() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$",
            "handslag_is_lifted",
        ),
        ("ALTER FUNCTION handslag_told(text) SET search_path TO 'pg_temp', 'public'", "handslag_told"),
        ("ALTER FUNCTION handslag_turn() SECURITY INVOKER", "handslag_turn"),
        ("GRANT SELECT ON handslag_key TO handslag_viewer", "handslag_key"),
        ("GRANT UPDATE ON SEQUENCE handslag_number TO PUBLIC", "handslag_number"),
        ("UPDATE handslag_key SET inner_pad = outer_pad", "handslag_key"),
    ],
)
def test_a_wall_that_was_opened_is_seen_and_nothing_starts(db, sql, told):
    assert not refusals()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        assert fallen_guards() == [told]
        assert any("walls do not stand" in refusal for refusal in refusals())
        transaction.set_rollback(True)


def test_guards_come_down_and_up_in_one_transaction(lasting_world, monkeypatch):
    """A set-up that is stopped half-way leaves every guard where it was."""
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(guards, "install", lambda connection: 1 / 0)
        call_command("migrate", verbosity=0)
    assert fallen_guards() == []


def test_a_journal_without_head_and_anchors_is_told_and_no_entry_is_missed(worked):
    """Head and anchors are gone, then every entry too: check tells each time, and the cases tell of their entries."""
    guards.drop(connection)
    (settings.HANDSLAG_HOME / anchors.ANCHORS).unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_head")
    told = [why for why, _where in prove(clock.today())["7"].offenders]
    assert "the head is gone, or was changed" in told
    assert CliRunner().invoke(main, ["check"]).exit_code == 1
    assert CliRunner().invoke(main, ["journal", "verify"]).exit_code == 1
    with connection.cursor() as cursor:
        for table in ("journal_batch", "journal_unsealed", "journal_shown", "journal_entry"):
            cursor.execute(f"DELETE FROM {table}")
    told = {why for why, _query in _against_law("7")[1]}
    assert "a case that the journal does not know" in told
    assert any("guards do not stand" in refusal for refusal in refusals())
