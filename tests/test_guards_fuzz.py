"""Random direct SQL, as `make fuzz` tries it: a few hundred statements in the suite (tests/fuzz.py says how)."""

from random import Random

import pytest
from django.db import connection

from handslag.foundation import wall
from tests import fuzz, worlds

FEW = 250


@pytest.fixture
def login(lasting_world):
    """The login role of the server, on PostgreSQL."""
    name = f"{connection.settings_dict['NAME']}_fuzz"
    if connection.vendor == "sqlite":
        yield ""
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {name}")
        cursor.execute(f"CREATE ROLE {name} LOGIN IN ROLE {wall.ROLE}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("seed", range(2))
def test_random_sql_breaks_no_promise(lasting_world, login, seed):
    worlds.fill(lasting_world)
    kept, session = fuzz.Kept(), fuzz.Session(login)
    written = fuzz.write(Random(seed), session, FEW, 1 if session.sqlite else 2)
    session.end()
    counted = fuzz.run(written, login)
    assert min(counted["passed"], counted["refused"]) > FEW / 5 and counted["rows changed"]
    assert not fuzz.broken(kept)[0]
