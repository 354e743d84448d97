"""Every table of the PostgreSQL database has a wall: what comes back for whom, and that nobody writes past it."""

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from handslag.foundation import guards, proving, wall, walling
from handslag.foundation.checks import refusals
from handslag.meetings.feeds import make_feed
from handslag.parties.models import Post
from handslag.persons.registering import bar
from tests.roles import connected, entered, lift
from tests.strictness import StrictClient

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no walls")

WALLS = {found.table: found for found in walling.walls()}
SECRETS = (
    "parties_secret",
    "parties_token",
    "django_session",
    "mfa_authenticator",
    "handslag_cache",
    "meetings_feed",
    "persons_protectedsubject",
    "journal_head",
    "django_migrations",
)
"""What is proved, kept or barred by, none of which comes back for anyone."""


def tables() -> set[str]:
    """Every table and view of the real database, but those that the owner alone reads."""
    kinds = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','v','m','f')"
    )
    with connection.cursor() as cursor:
        cursor.execute(kinds)
        return {name for (name,) in cursor.fetchall()} - set(proving.OWNERS)


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


@pytest.fixture
def filled(lasting_world):
    """A world with something in every table of SECRETS."""
    user = lasting_world.posts["fk_a"].user
    user.set_password("hemligt-ord-9")
    user.save()
    lasting_world.case("fk_a")
    lasting_world.token("fk")
    SessionStore().save()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    caches["own"].set("key", [1])
    make_feed(lasting_world.viewer("fk_a"))
    bar("f" * 32)
    yield lasting_world
    caches["own"].clear()


@pytest.fixture(params=["a caseworker", "nobody"])
def web(request, filled, role):
    """The server's role without the key: a viewer has entered, or nobody has."""
    with connected(role) as made:
        if request.param == "nobody":
            made.execute("SELECT handslag_leave()")
        else:
            entered(made, filled.posts["fk_a"].user_id)
        yield made


def test_every_table_has_a_wall_and_what_everyone_reads_says_why(db):
    assert tables() - WALLS.keys() == set(), "no wall"
    assert [table for table, found in WALLS.items() if (found.rule == wall.EVERYBODY) != bool(found.why)] == []
    assert walling.missing(connection) == []
    for made in ("TABLE stray (x int)", "VIEW stray AS SELECT * FROM parties_secret"):
        for given in ("SELECT (x)" if "TABLE" in made else "SELECT", "INSERT"):
            for whom in (wall.ROLE, "PUBLIC"):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"CREATE {made}")
                    assert walling.missing(connection) == []
                    cursor.execute(f"GRANT {given} ON stray TO {whom}")
                    assert walling.missing(connection) == ["stray"]
                    transaction.set_rollback(True)


@pytest.mark.parametrize(
    "opened",
    [
        f"ALTER TABLE parties_post DISABLE TRIGGER {guards.REFUSES}",
        f"DROP TRIGGER {guards.REFUSES} ON parties_post",
        f"DROP TRIGGER {guards.REFUSES} ON parties_post; CREATE TRIGGER {guards.REFUSES} BEFORE INSERT OR DELETE OR "
        f"UPDATE ON parties_post FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION {guards.REFUSES}()",
        f"GRANT TRUNCATE ON parties_post TO {wall.ROLE}",
        "DROP POLICY parties_post_wall_writes ON parties_post",
    ],
)
def test_a_table_that_was_opened_to_writers_is_seen_and_nothing_starts(db, opened):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(opened)
        assert walling.missing(connection) == ["parties_post"]
        assert any("walls do not stand" in refusal for refusal in refusals())
        transaction.set_rollback(True)


def test_what_the_login_role_was_given_beside_the_wall_is_seen(role):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT TRUNCATE ON parties_post TO {role}")
    assert walling.beside(connection, role) == ["parties_post"] and walling.beside(connection) == []


def test_nothing_secret_comes_back(web):
    for plays in (wall.ROLE, "none"):
        web.execute(f"SET ROLE {plays}")
        closed = {table: web.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                  for table, found in WALLS.items() if found.rule == wall.NOBODY}  # fmt: skip
        assert set(SECRETS) <= closed.keys() and set(closed.values()) == {0}
    for table in SECRETS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            assert cursor.fetchone() == (True,), f"{table} holds something"


def test_no_table_is_written_to_and_each_refuses_before_it_looks_at_anything(web):
    """The words are the same whatever stands in the row: they tell nothing of what is there already."""
    other = {}
    for table in sorted(tables()):
        names = columns(table)
        set_all = ", ".join(f'"{name}" = "{name}"' for name in names)
        for sql in (f"INSERT INTO {table} DEFAULT VALUES", f"INSERT INTO {table} SELECT * FROM {table}",
                    f"INSERT INTO {table} DEFAULT VALUES ON CONFLICT DO NOTHING",
                    f"UPDATE {table} SET {set_all}", f"DELETE FROM {table}",
                    f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone"):  # fmt: skip
            for plays in (wall.ROLE, "none"):
                web.execute(f"SET ROLE {plays}")
                try:
                    web.execute(sql)
                    other[sql] = "passed"
                except psycopg.errors.InsufficientPrivilege as error:
                    if error.diag.message_primary != f"{table}: written to while the wall is lifted alone":
                        other[sql] = error.diag.message_primary
                except psycopg.DatabaseError as error:
                    other[sql] = error.diag.message_primary
    assert not other


def test_a_post_a_session_a_token_and_a_cached_value_are_not_planted(web, filled):
    user, party, unit = (filled.posts["analyst"].user_id, filled.parties["fk"].pk, filled.units["fk"].pk)
    planted = {
        "parties_post": "(public_id, user_id, role, party_id, unit_id, is_active) "
        f"VALUES (gen_random_uuid(), {user}, 'lead', {party}, {unit}, true)",
        "parties_secret": f"VALUES ({user}, 'md5$x$y')",
        "parties_token": f"(party_id, name, digest, created_at) VALUES ({party}, 'mine', repeat('0', 64), now())",
        "django_session": "VALUES ('mine', 'x', now() + interval '1 day')",
        "handslag_cache": "VALUES ('mine', '1', now() + interval '1 day')",
    }
    for table, values in planted.items():
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=table):
            web.execute(f"INSERT INTO {table} {values}")
    lift(web)
    web.execute("BEGIN")
    for table, values in planted.items():
        web.execute(f"INSERT INTO {table} {values}")  # (so it was the wall that refused)
    web.execute("ROLLBACK")
    assert Post.objects.filter(user_id=user, role="lead").count() == 0


def test_the_product_works_as_the_servers_role_from_the_first_question_to_the_last(filled, role, settings):
    """Signing in with a password, pages, a change, signing out, a party's system: all past no more wall than they lift."""
    settings.CACHES = {"default": settings.OWN_CACHE}
    user, case = filled.posts["fk_a"].user, filled.case("fk_a")
    user.is_demo = True
    user.save()
    token = filled.token("fk")
    client = StrictClient()
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        try:
            assert client.post(reverse("sign-in"), {"login": user.email, "password": "x"}).status_code == 200
            way = client.post(reverse("sign-in"), {"login": user.email, "password": "hemligt-ord-9"})
            assert way.headers["Location"] == "/"
            for page in (reverse("my-work"), reverse("case", args=[case.public_id]), reverse("calendar"),
                         reverse("sessions"), reverse("mfa_index")):  # fmt: skip
                assert client.get(page).status_code in (200, 404), page
            assert client.post(reverse("search"), {"q": filled.draft().identity_number}).status_code == 200
            assert client.post(reverse("sign-out")).status_code == 302
            assert client.get(reverse("my-work")).status_code == 302
            answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/cases")
            assert answer.status_code == 200 and len(answer.json()["items"]) == 2
            assert Client(headers={"Authorization": "Bearer x"}).get("/api/v1/cases").status_code == 401
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
