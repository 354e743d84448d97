"""The command line, the demo world, and what the server refuses to start with."""

import base64
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.test import override_settings

from handslag import settings as product
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.cli.main import main
from handslag.foundation import clock, days
from handslag.foundation.checks import refusals
from handslag.foundation.errors import Refused
from handslag.handovers.models import Handover
from handslag.parties.models import Association, Party, Post, Unit, User
from handslag.parties.rules import EXCLUSIVE_ROLES, ROLES
from handslag.persons.models import Identity
from handslag.simulation.guide import sign_ins
from handslag.simulation.places import DATA
from handslag.simulation.world import build_world
from handslag.watch.queries import board_overdue
from tests.worlds import SYSTEM

ROOT = Path(__file__).parent.parent
ON = date.fromisoformat("2026-11-22")
WEAK_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
SECRET = "qe8yD1vTn0XcJ5rLb2uKzW7fMs4hPa9gRtGo6iEx"


def run(*words: str):
    return CliRunner().invoke(main, list(words))


def commands(group=main, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself_with_an_example(path):
    told = run(*path, "--help")
    assert told.exit_code == 0 and "Example:\n  " in told.output


def _fingerprint() -> tuple:
    cases = Case.objects.order_by("reference").values_list(
        "reference", "person__subject", "holder__user__email", "holder_since", "next_step_on", "closed_at"
    )
    handovers = Handover.objects.order_by("id").values_list("state", "offered_at", "to_unit__code", "brief")
    return list(cases), list(handovers)


def test_the_demo_world_is_the_country_and_keeps_every_promise(db):
    made = build_world(600, 5, ON)
    assert made["cases"] == Case.objects.count() == 600
    kinds = {kind: Party.objects.filter(kind=kind).count() for kind in ("FK", "AF", "REG", "KOM")}
    assert kinds == {"FK": 1, "AF": 1, "REG": 21, "KOM": 290}
    assert set(Post.objects.order_by().values_list("role", flat=True)) == set(ROLES)
    assert all(f.checked and not f.broken for f in prove(ON).values()), prove(ON)
    official = set((DATA / "identity_numbers.txt").read_text().splitlines()[1:])
    assert {identity.number for identity in Identity.objects.all()} <= official
    assert {"offered", "asked", "accepted", "conditional", "declined", "withdrawn", "completed"} == set(
        Handover.objects.order_by().values_list("state", flat=True)
    )
    assert Association.objects.count() == 9 and Unit.objects.count() > 350
    roles = Post.objects.filter(role__in=EXCLUSIVE_ROLES).order_by().values_list("user_id", flat=True)
    assert len(set(roles)) == len(roles)
    assert len(sign_ins()) == 12
    with pytest.raises(Refused):
        build_world(10, 1, ON)


def test_the_same_seed_is_the_same_world(db):
    from django.db import transaction

    worlds = []
    for seed in (5, 5, 6):
        with transaction.atomic():
            build_world(120, seed, ON)
            worlds.append(_fingerprint())
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1] != worlds[2]


@pytest.mark.parametrize("cases", [0, 1, 7, 40])
def test_a_demo_world_of_any_size(db, cases):
    assert build_world(cases, 1, ON)["cases"] == cases == Case.objects.count()


def test_watch_speaks_json_with_counts_and_lists_and_no_person(world):
    world.offer(world.case(next_step_on=clock.today(), livelihood_ends_on=clock.today()))
    on = days.add_working_days(clock.today(), 8).isoformat()
    told = run("watch", "--on", on, "--format", "json")
    first = json.loads(told.output)
    assert (first["on"], first["overdue_steps"], first["livelihood_ends_unprepared"]) == (on, 1, 1)
    assert len(first["lists"]["climbing"]) == first["raised"] == 6
    assert "Person" not in told.output
    second = json.loads(run("watch", "--on", on, "--format", "json").output)
    assert (second["raised"], second["lists"]) == (0, first["lists"])
    assert board_overdue(SYSTEM).count() == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its pages in processes of its own")
def test_a_round_does_not_fill_the_memory_with_the_databases_pages(world):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size=-65536")
        run("watch")
        assert cursor.execute("PRAGMA cache_size").fetchone() == (-8192,)
        cursor.execute("PRAGMA cache_size=-65536")


def test_codes_are_printed_and_unknown_lists_refused(db):
    assert "sickness_benefit" in run("codes", "livelihood").output
    assert "livelihood" in run("codes").output
    wrong = run("codes", "nonsense")
    assert wrong.exit_code == 1 and "no list" in wrong.output and "Traceback" not in wrong.output


@pytest.mark.parametrize(
    "words",
    [("import", "cases", "nowhere.csv"), ("template", "cases", "file.txt"), ("token", "XX", "a"), ("watch", "--on", "x"), ("watch", "--on", "9999-12-31"),
     ("demo", "--cases", "-1"), ("serve", "--port", "0"), ("template", "cases", "/nowhere/at/all.csv")],
)  # fmt: skip
def test_wrong_words_are_answered_with_a_sentence(world, words):
    told = run(*words)
    assert told.exit_code != 0 and "Traceback" not in told.output and told.output.strip()


@override_settings(HANDSLAG_MODE="production", HANDSLAG_ROLE_PICKER=False, DEBUG=False, HANDSLAG_MADE_HERE=[])
@override_settings(SECRET_KEY=SECRET)
def test_production_refuses_what_is_unsafe(db, monkeypatch):
    owner = connection.vendor == "postgresql"
    assert len(refusals()) == owner, "the tests connect as the tables' owner"
    monkeypatch.setattr("handslag.foundation.walling.can_bypass", lambda connection: False)
    assert refusals() == []
    with override_settings(HANDSLAG_LOCAL_ACCOUNTS=False):
        assert len(refusals()) == 1
        with override_settings(HANDSLAG_OIDC_ISSUER="http://eid.example"):
            assert len(refusals()) == 1
    for name in ("HANDSLAG_SECRET_KEY", "HANDSLAG_ENCRYPTION_KEYS", "HANDSLAG_INDEX_KEY"):
        with override_settings(HANDSLAG_MADE_HERE=[name]):
            assert len(refusals()) == 1 and name in refusals()[0]
    with override_settings(HANDSLAG_ROLE_PICKER=True):
        assert len(refusals()) == 1
    with override_settings(DEBUG=True):
        assert len(refusals()) == 1
    with override_settings(SECRET_KEY="changeme"):
        assert len(refusals()) == 2, "short, and easy to guess"
    for weak in ("a" * 40, "0123456789" * 4, "password" * 6):
        with override_settings(SECRET_KEY=weak):
            assert len(refusals()) == 1 and "can be guessed" in refusals()[0], weak
    for name, weak in (("HANDSLAG_ENCRYPTION_KEYS", [WEAK_KEY]), ("HANDSLAG_INDEX_KEY", WEAK_KEY)):
        with override_settings(**{name: weak}):
            assert len(refusals()) == 1 and f"{name} can be guessed" in refusals()[0]
    with override_settings(HANDSLAG_ENCRYPTION_KEYS=["A" * 43 + "=", settings.HANDSLAG_INDEX_KEY]):
        assert len(refusals()) == 2 and "is one of HANDSLAG_ENCRYPTION_KEYS" in refusals()[1]
    with override_settings(ALLOWED_HOSTS=["handslag.example", "*"]):
        assert len(refusals()) == 1 and "HANDSLAG_HOSTS" in refusals()[0]
    User.objects.create(email="demo@test.example", is_demo=True)
    assert len(refusals()) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server's files are its own")
def test_the_database_file_is_for_its_owner_alone_and_each_save_is_on_disk(db, tmp_path):
    env = {**os.environ, "HANDSLAG_HOME": str(tmp_path / "home"), "HANDSLAG_MODE": "demo", "DATABASE_URL": "",
           "DJANGO_SETTINGS_MODULE": "handslag.settings"}  # fmt: skip
    words = [sys.executable, "-m", "handslag", "setup"]
    subprocess.run(words, check=True, env=env, capture_output=True, umask=0)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "home").iterdir() if path.is_file()}
    assert set(modes) == {"handslag.sqlite3", "handslag.sqlite3.line", *(f"{n}.key" for n in product.SECRETS)}
    assert set(modes.values()) == {0o600} and (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: a commit returns when it is on disk"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server's files are its own")
def test_production_refuses_a_database_file_that_others_can_read(db):
    path = Path(connection.settings_dict["NAME"])
    path.chmod(0o640)
    try:
        with override_settings(HANDSLAG_MODE="production"):
            assert any("chmod 600" in reason for reason in refusals())
    finally:
        path.chmod(0o600)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="settings of a server")
def test_production_refuses_a_database_server_that_loses_saved_work(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    with override_settings(HANDSLAG_MODE="production"):
        assert any("Turn on: synchronous_commit" in reason for reason in refusals())


@override_settings(HANDSLAG_ROLE_PICKER=False)
def test_the_role_picker_exists_in_demo_mode_alone(world, client):
    user = world.posts["fk_a"].user
    user.is_demo = True
    user.save()
    assert client.post("/sign-in/as/", {"user": user.public_id}).status_code == 403
    with override_settings(HANDSLAG_ROLE_PICKER=True, HANDSLAG_MODE="production"):
        assert client.post("/sign-in/as/", {"user": user.public_id}).status_code == 403
    with override_settings(HANDSLAG_ROLE_PICKER=True, HANDSLAG_MODE="demo"):
        assert client.post("/sign-in/as/", {"user": user.public_id}).headers["Location"] == "/"


def test_no_door_opens_unsafely(tmp_path):
    env = {**os.environ, "HANDSLAG_HOME": str(tmp_path), "HANDSLAG_MODE": "production", "DATABASE_URL": "",
           "DJANGO_SETTINGS_MODULE": "handslag.settings", "HANDSLAG_SECRET_KEY": ""}  # fmt: skip

    def told_by(*words: str, status: int) -> str:
        done = subprocess.run(
            [sys.executable, *words], check=False, env=env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == status and "Traceback" not in done.stderr, done.stderr
        return done.stderr

    assert "no such table" in told_by("-c", "import handslag.wsgi", status=1), "nothing has been set up"
    for told in (
        told_by("-m", "handslag", "serve", "--port", "8999", status=1),
        told_by("-m", "gunicorn", "--bind", "127.0.0.1:8998", "handslag.wsgi", status=3),
    ):
        for reason in ("HANDSLAG_SECRET_KEY is not set", "HANDSLAG_INDEX_KEY is not set", "Nobody could sign in"):
            assert reason in told


@pytest.mark.parametrize("given", ["", "https://handslag.example"])
def test_links_lead_to_where_the_server_listens_unless_the_operator_says_where(db, monkeypatch, settings, given):
    told = []
    monkeypatch.setattr("handslag.cli.server.run", lambda *_: told.append(os.environ["HANDSLAG_ADDRESS"]))
    monkeypatch.setattr("handslag.foundation.checks.refusals", list)
    monkeypatch.setattr("handslag.cli.main.collect_static", lambda: None)
    monkeypatch.setenv("HANDSLAG_ADDRESS", given)
    settings.HANDSLAG_ADDRESS = given or "http://127.0.0.1:8000"
    done = CliRunner().invoke(main, ["serve", "--port", "8123"])
    assert done.exit_code == 0, done.output
    assert told == [settings.HANDSLAG_ADDRESS] == [given or "http://127.0.0.1:8123"]


def test_every_reason_not_to_start_has_an_id_of_its_own():
    code = "".join(path.read_text() for path in (ROOT / "src/handslag").rglob("checks.py"))
    found = re.findall(r'id="(handslag\.E\d+)"', code)
    assert len(found) == len(set(found)) == 16


STAFF = "party;unit;unit_name;county_code;email;given_name;family_name;role\n"


def test_a_real_installation_is_staffed_from_a_file(db, tmp_path, client):
    path = tmp_path / "staff.csv"
    path.write_text(
        STAFF
        + "KOM-1380;IFO;Försörjningsstöd;13;Alma@kommun.example;Alma;Ek;caseworker\n"
        + "KOM-1380;IFO;Försörjningsstöd;13;alma@kommun.example;Alma;Ek;lead\n"
        + "FK;;;;olle@fk.example;Olle;Al;cooperation_officer\n"
    )
    for new in (3, 0):
        told = run("import", "staff", str(path), "--format", "json")
        assert told.exit_code == 0 and json.loads(told.output)["imported"] == new
    assert (Party.objects.count(), Unit.objects.count(), User.objects.count(), Post.objects.count()) == (2, 1, 2, 3)
    weak = run("password", "alma@kommun.example", "--password", "kort")
    assert weak.exit_code == 1 and "Traceback" not in weak.output
    assert run("password", "alma@kommun.example", "--password", "ett-langt-ord-7-hus").exit_code == 0
    answer = client.post("/sign-in/", {"login": "alma@kommun.example", "password": "ett-langt-ord-7-hus"})
    assert answer.headers["Location"] == "/sign-in/set-up/" and client.get("/my-work/").status_code == 302
    assert run("template", "staff", str(tmp_path / "t.csv")).exit_code == 0
    assert (tmp_path / "t.csv").read_text().strip() == STAFF.strip().replace(";", ",") + ",staff_id"


def test_a_staff_file_with_an_error_changes_nothing(db, tmp_path):
    path = tmp_path / "staff.csv"
    path.write_text(
        STAFF + "FK;U;Enhet;13;a@fk.example;A;B;caseworker\nXX;;;99;nonsense;;B;king\nFK;;;;b@fk.example;A;B;lead\n"
    )
    told = json.loads(run("import", "staff", str(path), "--format", "json").output)
    places = {(e["row"], e["column"]) for e in told["errors"]}
    assert {(3, "party"), (3, "email"), (3, "given_name"), (3, "role"), (4, "unit"), (4, "county_code")} <= places
    assert not User.objects.exists() and not Party.objects.exists()
