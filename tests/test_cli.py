"""The command line, the demo world, and what the server refuses to start with."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import override_settings

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
    assert {"offered", "asked", "accepted", "declined", "withdrawn", "completed"} == set(
        Handover.objects.order_by().values_list("state", flat=True)
    )
    assert Association.objects.count() == 8 and Unit.objects.count() > 350
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
    assert len(first["lists"]["climbing"]) == first["raised"] == 4
    assert "Person" not in told.output
    second = json.loads(run("watch", "--on", on, "--format", "json").output)
    assert (second["raised"], second["lists"]) == (0, first["lists"])
    assert board_overdue(SYSTEM).count() == 0


def test_codes_are_printed_and_unknown_lists_refused(db):
    assert "sickness_benefit" in run("codes", "livelihood").output
    assert "livelihood" in run("codes").output
    wrong = run("codes", "nonsense")
    assert wrong.exit_code == 1 and "no list" in wrong.output and "Traceback" not in wrong.output


@pytest.mark.parametrize(
    "words",
    [("import", "cases", "nowhere.csv"), ("template", "cases", "file.txt"), ("token", "XX", "a"), ("watch", "--on", "x"),
     ("demo", "--cases", "-1"), ("serve", "--port", "0"), ("template", "cases", "/nowhere/at/all.csv")],
)  # fmt: skip
def test_wrong_words_are_answered_with_a_sentence(world, words):
    told = run(*words)
    assert told.exit_code != 0 and "Traceback" not in told.output and told.output.strip()


@override_settings(HANDSLAG_MODE="production", HANDSLAG_ROLE_PICKER=False, DEBUG=False, HANDSLAG_MADE_HERE=[])
@override_settings(SECRET_KEY="x" * 50)
def test_production_refuses_what_is_unsafe(db, monkeypatch):
    owner = connection.vendor == "postgresql"
    assert len(refusals()) == owner, "the tests connect as the tables' owner"
    monkeypatch.setattr("handslag.foundation.wall.can_bypass", lambda connection: False)
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
        assert len(refusals()) == 1
    User.objects.create(email="demo@test.example", is_demo=True)
    assert len(refusals()) == 1


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


def test_every_reason_not_to_start_has_an_id_of_its_own():
    code = "".join(path.read_text() for path in (ROOT / "src/handslag").rglob("checks.py"))
    found = re.findall(r'id="(handslag\.E\d+)"', code)
    assert len(found) == len(set(found)) == 10


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
