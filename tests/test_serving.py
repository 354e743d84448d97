"""The server under pressure: overlapping changes, a busy, full or lost database, slow callers, forks."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from handslag.cases.actions import move_everything, reassign, suspend
from handslag.cases.locking import hold
from handslag.cases.models import Case
from handslag.foundation import acting, failures, patience
from handslag.foundation.acting import action, by_itself, whole
from handslag.journal.models import Entry
from handslag.parties.hiring import Hire, hire
from handslag.parties.models import Party, User
from handslag.reference.authorities import authorities
from tests.clusters import free_port
from tests.test_sharing import joined
from tests.worlds import SYSTEM, contact_in

POSTGRESQL = connection.vendor == "postgresql"
only_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="SQLite lets one write at a time")


def failed(code: str) -> OperationalError:
    """What Django raises when a database fails with this code."""
    error = OperationalError("x")
    error.__cause__ = type("Failure", (Exception,), {"sqlstate": code})()
    return error


@pytest.mark.parametrize(
    ("code", "tried"), [("40P01", 3), ("40001", 3), ("55P03", 1), ("57014", 1), ("53100", 1), ("23505", 1)]
)
def test_what_gave_way_to_others_is_tried_again_and_nothing_else(lasting_world, code, tried):
    tries = []

    @action(by_itself)
    def act():
        tries.append(Party.objects.create(code=f"X{len(tries)}", kind="KOM", name="X"))
        raise failed(code)

    with pytest.raises(OperationalError):
        act()
    assert len(tries) == tried and not Party.objects.filter(name="X").exists(), "each try was undone whole"


def test_within_another_transaction_the_whole_is_tried_again(lasting_world):
    tries = []

    @action(by_itself)
    def act():
        tries.append("inner")
        if len(tries) < 4:
            raise failed("40001")

    @whole
    def outer():
        tries.append("outer")
        act()

    outer()
    assert tries == ["outer", "inner", "outer", "inner"]


def test_what_can_be_gone_through_once_is_tried_once(lasting_world):
    tries = []

    @action(by_itself)
    def act(given):
        tries.append(list(given))
        raise failed("40001")

    with pytest.raises(OperationalError):
        act(iter([1]))
    assert tries == [[1]]


def together(*acts) -> list[BaseException]:
    """Takes actions at once, each over a connection of its own; what went wrong."""
    wrong, start = [], threading.Barrier(len(acts))

    def go(act):
        try:
            start.wait()
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@only_postgresql
def test_two_who_wait_for_each_other_are_both_done_in_the_end(lasting_world):
    first, second = (Party.objects.get(code=code).pk for code in ("FK", "AF"))
    met = threading.Barrier(2)

    def crosswise(one, other):
        tries = []

        @action(by_itself)
        def act():
            tries.append(1)
            Party.objects.filter(pk=one).update(county_code="01")
            if len(tries) == 1:
                met.wait(20)
            Party.objects.filter(pk=other).update(county_code="01")

        return act

    assert not together(crosswise(first, second), crosswise(second, first))


@only_postgresql
def test_those_who_move_many_cases_at_once_never_wait_for_each_other_in_a_circle(lasting_world, monkeypatch):
    world = lasting_world
    monkeypatch.setattr(acting, "TIMES", 1)
    lead = world.viewer("fk_lead")
    a, b, to = (world.posts[name] for name in ("fk_a", "fk_b", "fk_lead"))
    for turn in range(6):
        cases = [world.case(("fk_a", "fk_b")[n % 2]) for n in range(12)]
        Case.objects.filter(pk__in=[c.pk for c in cases if c.holder_id == a.pk]).update(next_step_by=b)
        Case.objects.filter(pk__in=[c.pk for c in cases if c.holder_id == b.pk]).update(next_step_by=a)
        ids = [c.pk for c in cases]
        acts = [partial(move_everything, lead, a, to), partial(move_everything, lead, b, to),
                partial(reassign, lead, ids[::-1], to), partial(reassign, lead, ids, to)]  # fmt: skip
        wrong = together(*acts)
        assert not [error for error in wrong if isinstance(error, DatabaseError)], (turn, wrong)


def test_joined_cases_are_held_together_whichever_is_named(world):
    one, other, _handover = joined(world)
    with transaction.atomic():
        assert hold([one.pk]) == hold([other.pk]) == {one.pk, other.pk}


def test_many_are_hired_with_as_few_questions_as_one(db, django_assert_max_num_queries):
    fk = next(authority for authority in authorities() if authority.code == "FK")
    staff = [Hire(fk, f"U{n % 9}", "Enhet", "13", f"P{n}@fk.example", "P", "Ek", "caseworker") for n in range(300)]
    with django_assert_max_num_queries(25):
        assert hire(SYSTEM, [*staff, staff[0]]) == 300
    with django_assert_max_num_queries(25):
        assert hire(SYSTEM, staff) == 0
    User.objects.filter(email="p5@fk.example").update(staff_id="a17@2021005521")
    again = [dataclasses.replace(staff[5], role="lead"), dataclasses.replace(staff[6], staff_id="b18@2021005521")]
    assert hire(SYSTEM, again) == 1
    known = dict(User.objects.exclude(staff_id="").values_list("email", "staff_id"))
    assert known == {"p5@fk.example": "a17@2021005521", "p6@fk.example": "b18@2021005521"}
    assert Entry.objects.filter(verb="hired").count() == 301


FAILURES = {
    "busy": ("SELECT pg_sleep(5)", 503, "Inget har ändrats"),
    "full": ("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$", 507, "utrymme"),
    "gone": ("SELECT 1", 503, "se efter om det sparades"),
}


@pytest.mark.parametrize("kind", FAILURES if POSTGRESQL else ["full"])
def test_what_the_database_cannot_do_is_told_in_words_and_has_changed_nothing(lasting_world, monkeypatch, kind):
    case = lasting_world.case()
    suspend(lasting_world.viewer("fk_a"), case.pk, contact_in(9).date(), "treatment")
    sql, status, words = FAILURES[kind]
    before = Case.objects.values().get(pk=case.pk)

    def fail(*_args, **_more):
        with connection.cursor() as cursor:
            if POSTGRESQL:
                cursor.execute("SELECT set_config('statement_timeout', '100ms', true)")
                if kind == "gone":
                    socket.socket(fileno=os.dup(connection.connection.fileno())).shutdown(socket.SHUT_RDWR)
                cursor.execute(sql)
            else:
                pages = cursor.execute("PRAGMA page_count").fetchone()[0]
                cursor.execute(f"PRAGMA max_page_count = {pages}")
                cursor.execute("CREATE TABLE much AS SELECT zeroblob(10000000)")

    monkeypatch.setattr("handslag.cases.actions.journal", fail)
    client = Client(raise_request_exception=False)
    client.force_login(lasting_world.posts["fk_a"].user)
    answer = client.post(reverse("resume", args=[case.public_id]))
    connection.close()
    assert answer.status_code == status and words in answer.content.decode(), answer.content.decode()
    assert ("Retry-After" in answer.headers) == (status == 503) and "Traceback" not in answer.content.decode()
    assert Case.objects.values().get(pk=case.pk) == before


def test_a_page_gives_up_waiting_for_somebody_elses_lock(lasting_world, monkeypatch):
    case = lasting_world.case()
    monkeypatch.setattr(patience, "SECONDS", {**patience.SECONDS, "lock_timeout": 0.2})
    if not POSTGRESQL:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    client = Client(raise_request_exception=False)
    client.force_login(lasting_world.posts["fk_a"].user)
    told = []

    def ask():
        if POSTGRESQL:
            connection.ensure_connection()
            patience._limit(connection)
        told.append(client.post(reverse("resume", args=[case.public_id])))

    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(next_step="Ring")
        assert not together(ask)
    assert told[0].status_code == 503 and "Det tog för lång tid" in told[0].content.decode()


@only_postgresql
def test_every_new_connection_of_a_server_gives_up_in_time(lasting_world):
    connection.close()
    patience.limit_for_process()
    try:
        with connection.cursor() as cursor:
            shown = {}
            for name in patience.SECONDS:
                cursor.execute(f"SHOW {name}")
                shown[name] = cursor.fetchone()[0]
    finally:
        patience.connection_created.disconnect(dispatch_uid="patience")
        connection.close()
    assert shown == {"lock_timeout": "5s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "1min"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(122, "Quota exceeded")])
def test_a_full_disk_is_known_beside_the_database_too(error):
    assert failures.was_full(error) and not failures.was_full(OSError(2, "not there"))


@pytest.mark.parametrize("in_use", [False, True], ids=["idle", "in a transaction"])
def test_a_connection_from_before_a_fork_is_not_shared(lasting_world, in_use):
    def count() -> int:
        return Party.objects.count()

    def in_child() -> bytes:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, f"{connection.connection is None} {count()}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            return told.read()

    parties = count()
    assert connection.connection is not None
    if in_use:
        with transaction.atomic():
            Party.objects.create(code="X", kind="KOM", name="X")
            assert in_child() == f"True {parties}".encode(), "the child does not see what is not saved yet"
            assert count() == parties + 1
    else:
        assert in_child() == f"True {parties}".encode()
    assert count() == parties + in_use


def ask(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=20) as answer:
        return answer.status


@pytest.fixture
def server(tmp_path):
    """A real server over a database of its own; gives its port."""
    port = free_port()
    env = {**os.environ, "HANDSLAG_HOME": str(tmp_path), "HANDSLAG_MODE": "demo", "DATABASE_URL": "",
           "DJANGO_SETTINGS_MODULE": "handslag.settings"}  # fmt: skip
    words = [sys.executable, "-m", "handslag", "serve", "--port", str(port)]
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            ask(port)
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield port
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_half_sent_requests_hold_up_nobody(server):
    halves = []
    for half in ("GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ",
                 "POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlog"):  # fmt: skip
        for _ in range(20):
            halves.append(socket.create_connection(("127.0.0.1", server)))
            halves[-1].sendall(half.encode())
    assert [ask(server) for _ in range(10)] == [200] * 10
    for half in halves:
        half.close()


def test_a_caller_who_takes_too_long_over_a_request_is_late_however_busy(monkeypatch):
    from handslag.cli import worker

    caller = worker.Connection.__new__(worker.Connection)
    assert not caller.is_late, "between two requests nobody is"
    caller.request = worker.Request(None)
    assert not caller.is_late
    monkeypatch.setattr(worker, "REQUEST_SECONDS", -1)
    assert caller.is_late
