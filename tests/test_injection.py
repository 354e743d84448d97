"""Whoever can run any SQL as the server's role, but has no key, on PostgreSQL: what they see, and what they cannot do."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from handslag.foundation import clock, keys, wall
from tests.roles import connected, entered, lift, refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")

SETTINGS = ("lifted", "units", "places", "own", "posts", "today")
KEPT = ("handslag_key", "handslag_number", "handslag_viewing", "handslag_mark")


@contextmanager
def looked(role, user_id: int | None = None, parties: str = ""):
    """A connection of the role on which a viewer has entered, as the server has them enter."""
    with connected(role) as made:
        entered(made, user_id, parties)
        yield made


def count(made, table: str = "cases_case") -> int | None:
    """How many rows of a table come back; None where the database refuses to say."""
    try:
        return made.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    except psycopg.DatabaseError:
        return None


def settings(made) -> dict[str, str]:
    """Every setting that the wall goes by, as anybody can read it."""
    return {name: made.execute(f"SELECT current_setting('handslag.{name}', true)").fetchone()[0] for name in SETTINGS}


def take(made, told: dict[str, str]) -> None:
    """Sets every setting to what was read once."""
    for name, value in told.items():
        made.execute("SELECT set_config(%s, %s, false)", [f"handslag.{name}", value or ""])


@pytest.fixture
def case(lasting_world):
    """A case that fk_a holds, and that nobody elsewhere reaches."""
    return lasting_world.case("fk_a")


def test_who_enters_with_proof_sees_what_they_reach(lasting_world, role, case):
    with looked(role, lasting_world.posts["fk_a"].user_id) as web:
        assert count(web) == 1
        entered(web, lasting_world.posts["af_a"].user_id)
        assert count(web) == 0
        entered(web, None, str(case.party_id))
        assert count(web) == 1


@pytest.mark.parametrize("made_up", ["1", "{ids}", "0{ids}", "f" * 64 + "{ids}"])
@pytest.mark.parametrize("plays", [wall.ROLE, "none"])
def test_settings_that_were_made_up_are_not_believed(lasting_world, role, case, made_up, plays):
    every = ",".join(str(post.pk) for post in lasting_world.posts.values())
    with looked(role, lasting_world.posts["af_a"].user_id) as web:
        web.execute(f"SET ROLE {plays}")
        told = settings(web)
        for name in SETTINGS:
            take(web, told | {name: made_up.format(ids=every)})
            assert not count(web), name
        take(web, dict.fromkeys(SETTINGS, made_up.format(ids=every)))
        assert not count(web)


def test_what_is_told_of_one_thing_is_not_believed_of_another(lasting_world, role, case):
    """The own units' ids, sealed as they are, do not become posts' or parties'."""
    with looked(role, lasting_world.posts["af_a"].user_id) as web:
        told = settings(web)
        for name in SETTINGS:
            for other in SETTINGS:
                if name != other:
                    made = told | {name: told[other]}
                    take(web, made)
                    assert not count(web), (name, other)


def test_what_was_read_earlier_on_the_connection_is_worth_nothing_later(lasting_world, role, case):
    holder, other = (lasting_world.posts[name].user_id for name in ("fk_a", "af_a"))
    with looked(role, holder) as web:
        held = settings(web)
        lift(web)
        lifted = settings(web)
        assert count(web) == 1
        web.execute("SELECT set_config('handslag.lifted', '', false), handslag_turn()")
        take(web, lifted | {"posts": ""})
        assert not count(web), "lifted no more in the same request"
        for leave in ("SELECT handslag_leave()", None):
            if leave:
                web.execute(leave)
            else:
                entered(web, other)
            for told in (held, lifted):
                take(web, told)
                assert not count(web), (leave, told)
        web.execute("DISCARD SEQUENCES")
        for told in (held, lifted):
            take(web, told)
            assert not count(web)
        web.execute("DISCARD ALL")
        for told in (held, lifted):
            take(web, told)
            assert not count(web)
    with connected(role) as another:
        for told in (held, lifted):
            take(another, told)
            assert not count(another), "nor on another connection"


def takes_viewer(made) -> dict[str, list[str]]:
    """The functions that are given a viewer, with the kinds of what else they take."""
    asked = """SELECT proname, array_remove(ARRAY(SELECT format_type(kind, NULL) FROM unnest(proargtypes) kind),
        'handslag_viewer') FROM pg_proc WHERE 'handslag_viewer'::regtype = ANY (proargtypes)"""
    return dict(made.execute(asked).fetchall())


def answers(made, case, viewer: str) -> dict[str, bool]:
    """What each function that takes a viewer says of the case, its person and its party."""
    told = {"bigint": case.pk, "text": f"'{case.person.subject}'"}
    said = {}
    for name, kinds in takes_viewer(made).items():
        given = {
            "handslag_knows": f"{case.person_id}, '{case.person.subject}', {case.party_id}",
            "handslag_covered": f"'{case.person.subject}', {case.party_id}, 'identity'",
            "handslag_reaches": f"{case.pk}, {case.person_id}, {case.party_id}, {case.holder_id}",
        }.get(name, ", ".join(str(told[kind]) for kind in kinds))
        (said[name],) = made.execute(f"SELECT {name}({given}, {viewer})").fetchone()
    return said


@pytest.mark.parametrize("plays", [wall.ROLE, "none"])
def test_the_functions_of_the_rules_believe_no_viewer_but_the_one_that_has_entered(lasting_world, role, case, plays):
    holder = lasting_world.posts["fk_a"]
    made_up = f"ROW(ARRAY[{holder.unit_id}]::bigint[], ARRAY[{holder.party_id}]::bigint[], '{clock.today()}')"
    made_up += "::handslag_viewer"
    with looked(role, holder.user_id) as web:
        web.execute(f"SET ROLE {plays}")
        assert len(takes_viewer(web)) > 20
        own = answers(web, case, made_up)
        assert own["handslag_holds"] and own["handslag_knows"] and own["handslag_opened"], "made up as it is"
        assert own == answers(web, case, "handslag_who()")
        entered(web, lasting_world.posts["af_a"].user_id)
        web.execute(f"SET ROLE {plays}")
        for viewer in (made_up, made_up.replace(f"ARRAY[{holder.party_id}]::bigint[]", "'{}'"), "NULL",
                       made_up.replace(f"'{clock.today()}'", "NULL")):  # fmt: skip
            assert not any(answers(web, case, viewer).values()), viewer
        entered(web, holder.user_id)
        assert answers(web, case, made_up)["handslag_holds"]
        web.execute("SELECT handslag_leave()")
        assert not any(answers(web, case, made_up).values()), "nor after the viewer has left"
        web.execute("DISCARD SEQUENCES")
        assert refused(web, f"SELECT handslag_holds({case.pk}, {made_up})"), "what nobody remembers is an error"


def test_nobody_enters_without_proof_or_with_one_that_was_used(lasting_world, role, case):
    holder, other, today = lasting_world.posts["fk_a"].user_id, lasting_world.posts["af_a"].user_id, clock.today()
    asked = "SELECT handslag_enter({}, '{}', '{}', {})"
    with looked(role, other) as web:
        for proof in ("NULL", "''", "'x'", f"'{'0' * 64}'"):
            assert refused(web, asked.format(holder, "", today, proof))
        (number,) = web.execute("SELECT handslag_turn()").fetchone()
        used = keys.proof(f"enter {number} {other}  {today}")
        for viewer, parties in ((holder, ""), ("NULL", str(case.party_id)), (other, str(case.party_id))):
            assert refused(web, asked.format(viewer, parties, today, f"'{used}'"))
        assert refused(web, asked.format(other, "", "2001-01-01", f"'{used}'"))
        assert not refused(web, asked.format(other, "", today, f"'{used}'"))
        assert refused(web, asked.format(other, "", today, f"'{used}'")), "once"
        web.execute("SELECT set_config('handslag.lifted', %s, false)", [used])
        assert not count(web), "a proof of who enters lifts nothing"


@pytest.mark.parametrize("kept", KEPT)
def test_what_the_wall_goes_by_is_the_owners_alone(lasting_world, role, kept):
    with looked(role) as web:
        for plays in (wall.ROLE, "none"):
            web.execute(f"SET ROLE {plays}")
            assert refused(web, f"SELECT * FROM {kept}")
            assert refused(web, f"SELECT setval('{kept}', 1)") and refused(web, f"SELECT nextval('{kept}')")
            assert refused(web, f"SELECT currval('{kept}')") and refused(web, "SELECT lastval()")
            assert refused(web, f"DELETE FROM {kept}") and refused(web, f"DROP TABLE {kept}")


def test_no_role_and_no_setting_leads_past_the_wall(lasting_world, role, case):
    with looked(role, lasting_world.posts["af_a"].user_id) as web:
        for way in ("RESET ROLE", "SET ROLE none", f"SET ROLE {role}", f"SET ROLE {wall.ROLE}", "RESET ALL",
                    "SET row_security = off", "SET search_path = pg_temp", "SET ROLE postgres",
                    "SET SESSION AUTHORIZATION postgres", "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY",
                    "DROP POLICY cases_case_wall ON cases_case", "TRUNCATE cases_case CASCADE",
                    "CREATE OR REPLACE FUNCTION handslag_is_lifted() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
                    "CREATE FUNCTION mine() RETURNS boolean LANGUAGE sql AS 'SELECT true'", "CREATE TABLE mine (x int)"):  # fmt: skip
            refused(web, way)
            assert not count(web, "public.cases_case"), way
            refused(web, "UPDATE public.cases_case SET next_step = 'x'")
            assert refused(web, "INSERT INTO public.cases_acquaintance (case_id, person_id) VALUES (1, 1)")
            web.execute(f"RESET row_security; RESET search_path; SET ROLE {wall.ROLE}")
    case.refresh_from_db()
    assert case.next_step != "x"
