"""The operator's guide is carried out: what it says of backing up and restoring brings everything back, on both databases."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

GUIDE = Path(__file__).parent.parent / "docs/operating.md"
KIND = connection.vendor
pytestmark = pytest.mark.skipif(
    not shutil.which("sqlite3" if KIND == "sqlite" else "pg_restore"), reason="the database's programs are not here"
)
COUNTED = """
import django, json; django.setup()
from handslag.cases.models import Case, PastHolding
from handslag.foundation import guards, walling
from handslag.journal.models import Batch, Entry
from django.db import DatabaseError, connection
from handslag.persons.models import Identity
try:
    Case.objects.all().delete()
    refused = False
except DatabaseError:
    refused = True
print(json.dumps({"cases": Case.objects.count(), "past": PastHolding.objects.count(), "entries": Entry.objects.count(),
    "batches": Batch.objects.count(), "name": Identity.objects.order_by("pk").first().number, "refused": refused,
    "guards": len(guards.missing(connection)), "walls": len(walling.missing(connection))}))
"""


def lines(what: str) -> str:
    """The lines of the guide that do this on the database in use."""
    found = re.search(rf"<!-- run: {what} {KIND} -->\n```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    return found[1]


@pytest.fixture
def databases(django_db_blocker):
    """Two databases, to back up and to restore into; on SQLite each home has its own."""
    if KIND == "sqlite":
        yield ("", "")
        return
    base = urlsplit(os.environ["DATABASE_URL"])
    names = [f"{connection.settings_dict['NAME']}_{name}".removeprefix("test_") for name in ("kept", "back")]
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        for name in names:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    yield tuple(base._replace(path=f"/{name}").geturl() for name in names)
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        for name in names:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_what_was_backed_up_comes_back_by_the_guides_own_lines(tmp_path, databases):
    kept, back = tmp_path / "kept", tmp_path / "back"
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin/handslag"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m handslag "$@"\n')
    command.chmod(0o755)

    def env(home: Path, database: str) -> dict[str, str]:
        return {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "BACKUP": str(tmp_path / "backup"),
                "HANDSLAG_HOME": str(home), "HANDSLAG_MODE": "demo", "DATABASE_URL": database,
                "DJANGO_SETTINGS_MODULE": "handslag.settings"}  # fmt: skip

    def shell(script: str, at: dict[str, str]) -> str:
        done = subprocess.run(["sh", "-euc", script], env=at, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def counted(at: dict[str, str]) -> dict:
        return json.loads(shell(f"{sys.executable} -c '{COUNTED}'", at).splitlines()[-1])

    before, after = env(kept, databases[0]), env(back, databases[1])
    shell("handslag demo --cases 40", before)
    shell(lines("back up"), before)
    whole = counted(before)
    shell("handslag watch", before)  # what comes later is not in the backup
    back.mkdir()
    for key in kept.glob("*.key"):
        shutil.copy(key, back)
    told = shell(lines("restore"), after)
    assert "the journal holds" in told and told.count(", 0 broken") >= 7, told
    assert (
        counted(after) == whole and whole["cases"] == 40 and whole["refused"] and not whole["guards"] + whole["walls"]
    )
