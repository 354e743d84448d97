"""`handslag setup` ended by force at some moment: every guard stands, or nothing starts. KILLS says how often."""

import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

KILLS = int(os.environ.get("KILLS", "2"))
SETUP = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)"
STANDS = """
import django; django.setup()
from handslag.check.proof import fallen_guards
from handslag.foundation.checks import refusals
print("stands" if not fallen_guards() else "does not start" if refusals() else "OPEN")
"""


@contextmanager
def another_database(folder: Path):
    """The address of a database that is still empty, gone at the end."""
    if connection.vendor == "sqlite":
        yield ""
        return
    known, name = connection.get_connection_params(), f"{connection.settings_dict['NAME']}_setup"
    where = f"{known['user']}@{known['host']}:{known['port']}"
    with psycopg.connect(f"postgresql://{where}/postgres", autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {name}")
        yield f"postgres://{where}/{name}"
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_set_up_killed_half_way_leaves_guards_or_nothing_starts(db, tmp_path):
    with another_database(tmp_path) as address:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "handslag.settings", "HANDSLAG_MODE": "demo",
               "HANDSLAG_HOME": str(tmp_path), "DATABASE_URL": address}  # fmt: skip

        def python(code: str) -> str:
            done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
            return done.stdout.strip()

        began = time.monotonic()
        python(SETUP)
        took, found = time.monotonic() - began, []
        for _ in range(KILLS):
            setup = subprocess.Popen([sys.executable, "-c", SETUP], env=env)
            time.sleep(random.uniform(0.2, 0.9) * took)
            setup.kill()
            setup.wait()
            found.append(python(STANDS))
        assert set(found) <= {"stands", "does not start"}
        sys.stdout.write(f"{found.count('stands')} of {KILLS} stand, the rest do not start\n")
