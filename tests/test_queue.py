"""Writers on SQLite wait in line: in order of arrival, one at a time, across threads and processes."""

import subprocess
import sys
import threading
import time

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from handslag.foundation.sqlite.base import Line, _locked, line_of

SQLITE = connection.vendor == "sqlite"
only_sqlite = pytest.mark.skipif(not SQLITE, reason="PostgreSQL has a line of its own")


@given(st.integers(1, 12))
def test_the_line_lets_one_go_at_a_time_in_order_of_arrival(count):
    line, order, inside = Line(), [], []

    def go(number):
        assert line.join(20)
        inside.append(number)
        assert len(inside) == 1
        order.append(number)
        inside.remove(number)
        line.leave()

    assert line.join(20)
    threads = []
    for number in range(count):
        threads.append(threading.Thread(target=go, args=(number,)))
        threads[-1].start()
        while len(line._waiting) < number + 2:
            time.sleep(0)
    line.leave()
    for thread in threads:
        thread.join()
    assert order == list(range(count)) and not line._waiting


def test_who_gives_up_is_in_line_no_more():
    line = Line()
    assert line.join(20) and not line.join(0)
    line.leave()
    assert line.join(0)


@only_sqlite
def test_another_process_waits_and_is_refused_after_its_time(tmp_path):
    path = str(tmp_path / "x.line")
    code = f"from handslag.foundation.sqlite.base import _locked; print(_locked({path!r}, 0))"
    held = _locked(path, 0)
    assert held is not None
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "None\n"


@pytest.fixture
def apart(tmp_path, monkeypatch, django_db_blocker):
    """A connection to a database of its own, outside the test's transaction."""
    monkeypatch.setitem(
        connections.settings, "apart", {**connections["default"].settings_dict, "NAME": str(tmp_path / "apart")}
    )
    with django_db_blocker.unblock():
        yield connections["apart"]
        connections["apart"].close()
    del connections["apart"]


@only_sqlite
@pytest.mark.parametrize("ends", ["well", "with an error", "by closing"])
def test_the_line_is_left_however_a_transaction_ends(apart, ends):
    line = line_of(str(apart.settings_dict["NAME"]))
    try:
        with transaction.atomic("apart"):
            assert len(line._waiting) == 1
            with transaction.atomic("apart"):
                assert len(line._waiting) == 1, "a transaction within another waits for nobody"
            if ends == "with an error":
                raise RuntimeError
            if ends == "by closing":
                apart.close()
    except (RuntimeError, DatabaseError):
        pass
    assert not line._waiting and apart._file is None


@only_sqlite
def test_a_new_connection_leaves_the_locks_of_the_others_in_place(apart, tmp_path):
    with apart.cursor() as cursor:
        cursor.execute("CREATE TABLE t AS SELECT 1 AS x")
        cursor.execute("SELECT x FROM t")
        thread = threading.Thread(
            target=lambda: (connections["apart"].ensure_connection(), connections["apart"].close())
        )
        thread.start()
        thread.join()
        code = (
            f"import sqlite3; c = sqlite3.connect({str(tmp_path / 'apart')!r}, timeout=0); "
            "print(c.execute('PRAGMA journal_mode = DELETE').fetchone()[0])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "database is locked" in done.stderr, "another process took the log of what is saved away"
