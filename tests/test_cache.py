"""The product's own cache, in the database: it keeps what it is given until its time, and runs nothing that stands there."""

import base64
import pickle
import threading

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

TABLE = "handslag_cache"
MORNING = 1_800_000_000
KEYS = st.sampled_from("abc")
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=5)  # fmt: skip
STEPS = st.tuples(st.sampled_from(["set", "add", "get", "delete", "wait"]), KEYS, VALUES, st.integers(0, 5))


@pytest.fixture
def own(db):
    return caches["own"]


@given(st.lists(STEPS, max_size=25))
def test_it_keeps_each_value_until_its_time(own, steps):
    own.clear()
    kept: dict = {}
    with time_machine.travel(MORNING, tick=False) as traveller:
        now = MORNING
        for verb, key, value, seconds in steps:
            there = {name: held for name, (held, until) in kept.items() if until > now}
            if verb == "wait":
                now += seconds
                traveller.move_to(now)
            elif verb == "get":
                assert own.get(key, "none") == there.get(key, "none")
            elif verb == "delete":
                assert own.delete(key) == (key in kept)
                kept.pop(key, None)
            elif verb == "set":
                own.set(key, value, seconds)
                kept[key] = (value, now + seconds)
                kept = {name: one for name, one in kept.items() if one[1] > now}
            else:
                assert own.add(key, value, seconds) == (key not in there)
                if key not in there:
                    kept[key] = (value, now + seconds)


class Runs:
    """What a pickle runs when it is read."""

    ran: list[str] = []

    def __reduce__(self):
        return self.ran.append, ("run",)


def test_what_was_planted_there_is_not_run(own):
    with connection.cursor() as cursor:
        planted = base64.b64encode(pickle.dumps(Runs())).decode()
        cursor.execute(f"INSERT INTO {TABLE} VALUES (':1:key', %s, '2099-01-01 00:00:00')", [planted])
    with pytest.raises(ValueError):
        own.get("key")
    assert not Runs.ran


def test_one_of_many_who_add_at_once_does(lasting_world):
    own, won = caches["own"], []
    ready = threading.Barrier(8)

    def add() -> None:
        ready.wait()
        won.append(own.add("lock", True, 10))
        connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won.count(True) == 1
    own.clear()


def test_what_is_over_leaves_the_table(own):
    with time_machine.travel(MORNING, tick=False) as traveller:
        own.set("old", 1, 10)
        traveller.shift(11)
        own.set("new", 2, None)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT cache_key FROM {TABLE}")
            assert [key for (key,) in cursor.fetchall()] == [":1:new"]
