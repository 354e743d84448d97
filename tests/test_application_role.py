"""Raw SQL on PostgreSQL as the role that the server plays: temporary tables, isolation levels, two at once."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from handslag.check.proof import prove
from handslag.foundation import clock, guards
from handslag.foundation.errors import Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.handovers import steps
from handslag.handovers.models import Handover
from handslag.parties.models import Post
from handslag.persons.models import Identity
from tests.roles import connected, refused
from tests.worlds import contact_in

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")

CLOSED = "closed_at = now() + interval '1 day', outcome = 'work', next_responsible = 'x'"


def at_once(act: Callable[[], object]) -> Callable[[], object]:
    """Begins an act beside an open transaction, until it waits for that or is done; gives what asks how it ended."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(act())
        except Exception as error:  # the test looks at it
            results.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while thread.is_alive() and not cursor.execute(waits).fetchone()[0]:
            pass

    def ended() -> object:
        thread.join()
        return results[0]

    return ended


def test_no_table_of_ones_own_stands_in_for_ours(lasting_world, role):
    case = lasting_world.case()
    leave = f"UPDATE public.parties_post SET is_active = false WHERE id = {case.holder_id}"
    shadow = "CREATE TEMP TABLE cases_case (LIKE public.cases_case)"
    with connected(role) as web:
        assert refused(web, shadow) and refused(web, leave)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {role}")
    with connected(role) as web:
        assert not refused(web, shadow) and refused(web, leave)
        web.execute("SET search_path TO pg_temp, public")
        assert refused(web, leave)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nobody_writes_as_of_an_earlier_instant(lasting_world, role, level):
    post = lasting_world.posts["fk_b"]
    with connected(role) as web:
        web.execute(f"BEGIN ISOLATION LEVEL {level}")
        web.execute("SELECT count(*) FROM cases_case")
        lasting_world.case("fk_b")
        assert refused(web, f"UPDATE parties_post SET is_active = false WHERE id = {post.pk}")
    assert not prove(clock.today())["1"].broken


def test_two_posts_that_exclude_each_other_are_not_taken_at_once(lasting_world, role):
    user = lasting_world.posts["analyst"].user_id
    take = (
        "INSERT INTO parties_post (public_id, user_id, role, party_id, unit_id, association_id, is_active) SELECT "
        f"gen_random_uuid(), {user}, role, party_id, unit_id, association_id, true FROM parties_post WHERE id = {{}}"
    )
    first, second = (take.format(lasting_world.posts[name].pk) for name in ("association", "measure"))
    with connected(role) as one, connected(role) as other:
        assert not refused(one, f"BEGIN; {first}")
        late = at_once(lambda: other.execute(second))
        one.execute("COMMIT")
        assert isinstance(late(), psycopg.DatabaseError)
    held = Post.objects.filter(user_id=user, role__in=("association_officer", "measure_staff"))
    assert held.count() == 1


def test_a_case_does_not_join_one_that_closes_at_once(lasting_world, role):
    number = lasting_world.draft().identity_number
    main = lasting_world.case("fk_a", identity_number=number)
    joins = lasting_world.case("af_a", identity_number=number)
    handover = lasting_world.offer(joins, "fk", joins=main)
    with connected(role) as web:
        web.execute(f"BEGIN; UPDATE cases_case SET {CLOSED} WHERE id = {main.pk}")
        late = at_once(lambda: handovers.accept_handover(lasting_world.viewer("fk_a"), handover.pk, contact_in(3)))
        web.execute("COMMIT")
    assert isinstance(late(), Overtaken)
    with connected(role) as web, connected(role) as other:
        main, joins = (
            lasting_world.case("fk_a", identity_number=number),
            lasting_world.case("kom_a", holder_id=main.holder_id),
        )
        same = f"(SELECT p.subject FROM persons_person p WHERE p.id = {main.person_id})"
        web.execute(f"UPDATE persons_person SET subject = {same} WHERE id = {joins.person_id}")
        web.execute(f"BEGIN; UPDATE cases_case SET {CLOSED} WHERE id = {main.pk}")
        late = at_once(lambda: other.execute(f"UPDATE cases_case SET joined_to_id = {main.pk} WHERE id = {joins.pk}"))
        web.execute("COMMIT")
        assert isinstance(late(), psycopg.DatabaseError)


@pytest.mark.parametrize("asked", ["the action", "the database"])
def test_no_words_pass_once_their_basis_has_ended(lasting_world, role, asked, monkeypatch):
    case = lasting_world.case()
    lasting_world.consent(case)
    monkeypatch.setattr(lasting_world, "consent", lambda *_: None)
    if asked == "the database":
        for module in (handovers, steps):
            monkeypatch.setattr(module, "may_tell", lambda *_: True)
    with connected(role) as web:
        web.execute("BEGIN; UPDATE disclosure_disclosure SET ended_at = now() WHERE ended_at IS NULL")
        late = at_once(lambda: lasting_world.offer(case))
        web.execute("COMMIT")
    assert isinstance(late(), Refused if asked == "the action" else IntegrityError)
    assert not Handover.objects.exists()


def test_nobody_is_registered_while_the_number_is_barred(lasting_world, role):
    number = lasting_world.draft().identity_number
    known = lasting_world.case(identity_number=number)
    with connected(role) as web:
        web.execute(f"BEGIN; INSERT INTO persons_protectedsubject (subject) VALUES ('{known.person.subject}')")
        late = at_once(lambda: lasting_world.case("af_a", identity_number=number))
        web.execute("COMMIT")
    assert isinstance(late(), Refused | IntegrityError)
    assert Identity.objects.count() == 1


@pytest.mark.parametrize("table", sorted({guard.table for guard in guards.all_guards(connection)}))
def test_no_guarded_table_is_emptied_also_by_its_owner(db, table):
    with pytest.raises(DatabaseError, match="rows stay"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
