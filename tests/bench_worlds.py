"""Installations to measure: a database of each kind for each size of a demo world, made anew or copied from one kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

POSTGRES = os.environ.get("HANDSLAG_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
KEPT = os.environ.get("HANDSLAG_BENCH_WORLDS", "")
"""A folder where worlds are kept from one run to the next: the largest take an hour to make."""
NAME = os.environ.get("HANDSLAG_BENCH_NAME", "handslag_bench")
"""What the names of databases begin with."""
KINDS = os.environ.get("HANDSLAG_BENCH_KINDS", "sqlite postgresql").split()

SETUP = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
print("{}")
"""
WORLD = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from handslag.simulation.world import build_world
begun = time.perf_counter()
made = build_world({cases}, 1)
from django.db import connection
connection.close()
print(json.dumps({{"seconds": time.perf_counter() - begun, **made}}))
"""
TELL = """
from datetime import timedelta
from handslag.cases.models import Case
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import GROUPS
from handslag.foundation import clock
from handslag.parties.models import Party
from handslag.simulation.guide import sign_ins
post, told, today, counts = sign_ins()[0], [], clock.today(), []
for place, party in enumerate(Party.objects.exclude(pk=post.party_id).order_by("id")[:10]):
    found = Case.objects.filter(party=party, holder__party=party, closed_at__isnull=True).select_related("person", "holder").order_by("id")[FROM[place]:TO[place]]
    counts.append(len(found))
    for case in found:
        consent = Consent.objects.create(subject=case.person.subject, purpose="x", manner="written", given_on=today, until=today + timedelta(days=300),
                                         gdpr_basis="public_task", recorded_by=case.holder, recorded_at=clock.now())
        told += [Disclosure(subject=consent.subject, from_party=party, to_unit_id=post.unit_id, group=group, consent=consent, begins_at=clock.now(),
                            until=consent.until, recorded_by=case.holder, confirmed_by=case.holder) for group in GROUPS]
Disclosure.objects.bulk_create(told)
from handslag.foundation.planning import refresh_planner
refresh_planner()
print(json.dumps(counts))
"""

FULL = """
from datetime import timedelta
from django.db.models import Count
from handslag.assessments import actions as assessments
from handslag.assessments.signing import Content
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.journal.actions import entry, record_all
from handslag.journal.chain import seal
from handslag.journal.models import Entry
from handslag.meetings import actions as meetings
from handslag.parties.models import Unit
from handslag.parties.queries import viewer_of
from handslag.plans import actions as plans
from handslag.simulation.guide import sign_ins
post = sign_ins()[0]
viewer, now = viewer_of(post.user), clock.now()
found = Case.objects.filter(holder=post, closed_at__isnull=True, joined_to__isnull=True, person__is_protected=False)
full = found.annotate(met=Count("meetings")).filter(met__gte=30).first()
case = full or found.filter(assessments__isnull=True, plans__isnull=True).order_by("-id")[0]

def fill():
    for n in range(30):
        when = meetings.Time(now + timedelta(days=1 + n), 60, "Storgatan 5")
        made = meetings.book_meeting(viewer, case.pk, meetings.Plan("follow_up", "Vi ses."), when)
        if n % 6:
            meetings.call_off(viewer, made.pk, "another_time")
    af = Unit.objects.filter(party__kind="AF", county_code=post.unit.county_code).order_by("id")[0]
    asked = assessments.ask_assessment(viewer, case.pk, assessments.Request("Se vägen tillbaka.", clock.today(), (af,)))
    for n in range(10):
        assessments.sign_part(viewer, asked.pk, Content(f"Vi ser {n}.", "Jag vill.", "Halvtid"), n)
    plan = plans.make_plan(viewer, case.pk, plans.Words("Halvtid"))
    for n in range(5):
        plans.add_step(viewer, case.pk, plans.Planned(f"Steg {n}", post, clock.today() + timedelta(days=20 + n)))
    lacking = 200 - Entry.objects.filter(subject="case", subject_id=case.pk).count()
    record_all(entry(post.user.email, "meeting_called", "case", case.pk, party=post.party_id, group="meetings", to_unit=af.name)
               for n in range(lacking))
    seal()

full or fill()
print(json.dumps({"case": str(case.public_id)}))
"""
"""Makes the page of one case full: 30 meetings, a joint assessment with 10 versions, a plan and 200 journal lines."""


def environment(home: str, database: str) -> dict[str, str]:
    """The environment of one measured installation."""
    return {**os.environ, "HANDSLAG_HOME": home, "DATABASE_URL": database, "HANDSLAG_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "tests.bench_settings", "HANDSLAG_WATCH_MINUTES": "9999"}  # fmt: skip


def run_python(code: str, env: dict) -> dict:
    """Runs code in an installation and returns what it printed as JSON on its last line."""
    begun = "import json, time, django; django.setup()\n"
    done = subprocess.run([sys.executable, "-c", begun + code], env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def databases() -> list[str]:
    """The kinds of databases to measure on; PostgreSQL only where one answers."""
    kinds = [kind for kind in KINDS if kind != "postgresql" or _answers()]
    if "postgresql" in KINDS and "postgresql" not in kinds:
        print(f"PostgreSQL does not answer at {POSTGRES} and is left out.")
    return kinds


def _answers() -> bool:
    import psycopg

    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _statement(sql: str) -> None:
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(sql)


def _url(kind: str, home: Path, name: str) -> str:
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}" if kind == "postgresql" else f"sqlite:///{home}/handslag.sqlite3"


def empty(folder: str, kind: str, name: str) -> dict[str, str]:
    """The environment of an installation in `folder` with a database of that kind, with nothing in it yet."""
    home = Path(folder) / f"{kind}-{name}"
    home.mkdir(parents=True)
    if kind == "postgresql":
        _statement(f"DROP DATABASE IF EXISTS {NAME}_{name}")
        _statement(f"CREATE DATABASE {NAME}_{name}")
    return environment(str(home), _url(kind, home, f"{NAME}_{name}"))


def world(folder: str, kind: str, cases: int) -> dict[str, str]:
    """The environment of an installation in `folder` with a demo world, a copy of the kept one where worlds are kept.

    What was made and how long it took stands in `made.json` there.
    """
    if not KEPT:
        return _made(folder, kind, cases)
    name = f"{kind}-{cases}"
    kept, home = Path(KEPT) / name, Path(folder) / name
    if not kept.exists():
        _made(folder, kind, cases)
        shutil.move(home, kept)
        if kind == "postgresql":
            _statement(f"ALTER DATABASE {NAME}_{cases} RENAME TO {NAME}_kept_{cases}")
    shutil.copytree(kept, home)
    if kind == "postgresql":
        _statement(f"DROP DATABASE IF EXISTS {NAME}_{cases}")
        _statement(f"CREATE DATABASE {NAME}_{cases} TEMPLATE {NAME}_kept_{cases}")
    env = environment(str(home), _url(kind, home, f"{NAME}_{cases}"))
    run_python(SETUP, env)  # what a database itself is told, such as who may make tables, does not come with its rows
    return env


def _made(folder: str, kind: str, cases: int) -> dict[str, str]:
    env = empty(folder, kind, str(cases))
    made = run_python(WORLD.format(cases=cases), env)
    (Path(env["HANDSLAG_HOME"]) / "made.json").write_text(json.dumps(made))
    return env


def tell(env: dict, begin: list[int], end: list[int]) -> list[int]:
    """Lets ten parties disclose people to the measured caseworker's unit, each from one number to another; how many."""
    return run_python(f"FROM, TO = {begin}, {end}\n{TELL}", env)
