"""`make bench`: measures the product against a baseline in the same run; prints ratios and writes build/bench.json.

Pages are asked over HTTP from a real server (gunicorn, one worker), relative to an empty signed-in page under the same
server. The watch and the check are relative to a plain full read of the tables that they look at.
"""

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

SIZES = (1_000, 100_000)
ROUNDS = int(os.environ.get("HANDSLAG_BENCH_ROUNDS", "60"))
POSTGRES = os.environ.get("HANDSLAG_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
TABLES = ("cases_case", "cases_pastholding", "handovers_handover", "parties_post", "parties_user", "watch_escalation")
OUT = Path("build/bench.json")


def environment(home: str, database: str) -> dict[str, str]:
    """The environment of one measured installation."""
    return {**os.environ, "HANDSLAG_HOME": home, "DATABASE_URL": database, "HANDSLAG_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "tests.bench_settings", "HANDSLAG_WATCH_MINUTES": "9999"}  # fmt: skip


def run_python(code: str, env: dict) -> dict:
    """Runs code in an installation and returns what it printed as JSON on its last line."""
    begun = "import json, time, django; django.setup()\n"
    done = subprocess.run([sys.executable, "-c", begun + code], env=env, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


WORLD = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from handslag.simulation.world import build_world
begun = time.perf_counter()
made = build_world({cases}, 1)
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
                            until=consent.until, recorded_by=case.holder) for group in GROUPS]
Disclosure.objects.bulk_create(told)
from handslag.foundation.planning import refresh_planner
refresh_planner()
print(json.dumps(counts))
"""
VERIFY = """
from handslag.journal import chain
from handslag.journal.actions import entry, record_all
from handslag.journal.models import Entry
from handslag.journal.verification import verify
lacking = 100_000 - Entry.objects.count()
if lacking > 0:
    record_all(entry("bench", "noted", "case", n, n=n) for n in range(lacking))
chain.seal()
begun = time.perf_counter(); told = verify(); seconds = time.perf_counter() - begun
print(json.dumps({"entries": told.entries, "breaks": len(told.breaks), "seconds": seconds}))
"""
SESSION = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from handslag.simulation.guide import sign_ins
from handslag.cases.models import Case
post = sign_ins()[0]
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(post.user_id), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = post.user.get_session_auth_hash()
session.save()
held = Case.objects.filter(holder=post, closed_at__isnull=True).select_related("person__identity").order_by("next_step_on", "id")
print(json.dumps({"session": session.session_key, "cookie": settings.SESSION_COOKIE_NAME, "case": str(held[0].public_id),
                  "name": held[0].person.identity.family_name, "held": held.count()}))
"""
FULL_READ = """
from django.db import connection
def read():
    begun = time.perf_counter()
    for table in %r:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            while cursor.fetchmany(2000):
                pass
    return time.perf_counter() - begun
""" % (TABLES,)  # noqa: UP031
BATCHES = (
    FULL_READ
    + """
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.watch.actions import go_round
def timed(act):
    begun = time.perf_counter(); act(); return time.perf_counter() - begun
read(); go_round()
print(json.dumps({"read": min(read() for _ in range(3)), "watch": min(timed(go_round) for _ in range(3)),
                  "check": min(timed(lambda: prove(clock.today())) for _ in range(3))}))
"""
)


def wait_for(port: int) -> None:
    """Until the server answers."""
    for _ in range(200):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/sign-in/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def ask(connection: HTTPConnection, method: str, path: str, cookies: str, body: str | None) -> float:
    """Seconds for one request."""
    headers = {"Cookie": cookies, "Accept-Encoding": "identity"}
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/"}
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{method} {path} gave {response.status}")
    return time.perf_counter() - begun


def pages(env: dict, port: int, *, walled: bool = True) -> dict[str, float]:
    """Median milliseconds per page; the pages take turns, so that the machine's moods hit all alike."""
    env = env if walled else {**env, "HANDSLAG_BENCH_NO_WALL": "1"}
    who = run_python(SESSION, env)
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "tests.bench_app:application"]
    server = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        token = "a" * 32
        cookies = f"{who['cookie']}={who['session']}; csrf={token}"
        search = f"q={who['name']}&csrfmiddlewaretoken={token}"
        asked = {
            "empty": ("GET", "/bench-empty/", None),
            "my work": ("GET", "/my-work/", None),
            "case": ("GET", f"/cases/{who['case']}/", None),
            "search": ("POST", "/search/", search),
            "watch board": ("GET", "/watch/", None),
        }
        times = {name: [] for name in asked}
        for turn in range(ROUNDS + 5):
            for name, (method, path, body) in asked.items():
                seconds = ask(HTTPConnection("127.0.0.1", port), method, path, cookies, body)
                if turn >= 5:
                    times[name].append(seconds * 1000)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return {"held": who["held"], **{name: statistics.median(found) for name, found in times.items()}}


IMPORT = """
import resource
from pathlib import Path
from handslag.foundation import clock
from handslag.intake.actions import import_cases
from handslag.intake.template import example_rows, write_template
from handslag.parties.viewer import Viewer
from handslag.simulation.world import identity_numbers
from handslag.parties.models import Post
from datetime import timedelta
posts = list(Post.objects.filter(role="caseworker", party__kind="KOM").select_related("unit", "party", "user").order_by("id"))
numbers, today, rows = identity_numbers(clock.today())[::-1], clock.today(), []
for n in range(100_000):
    post = posts[n % len(posts)]
    rows.append([f"B-{n:06d}", numbers[n // len(posts) * 3 + n % len(posts) % 3], "Test", f"Person {n}", "1380",
                 post.party.code, post.unit.code, post.user.email, "2026-01-05", "long_term_sick", "social_assistance",
                 "100", "", "Ring", "2027-01-05"])
path = Path(PATH)
write_template(path, rows)
del rows
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
outcome = import_cases(Viewer(None, is_system=True, name="bench"), path)
print(json.dumps({"seconds": time.perf_counter() - begun, "imported": outcome.imported,
                  "errors": [p.message for p in outcome.problems[:3]],
                  "mb_before": before / 1024,
                  "mb_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def databases(folder: str) -> dict[str, dict[int, str]]:
    """A database URL per kind and size; PostgreSQL only where one answers."""
    found = {"sqlite": {size: f"sqlite:///{folder}/bench-{size}.sqlite3" for size in (*SIZES, 0)}}
    try:
        import psycopg

        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as connection:
            for size in (*SIZES, 0):
                connection.execute(f"DROP DATABASE IF EXISTS handslag_bench_{size}")
                connection.execute(f"CREATE DATABASE handslag_bench_{size}")
        found["postgresql"] = {size: f"{POSTGRES.rsplit('/', 1)[0]}/handslag_bench_{size}" for size in (*SIZES, 0)}
    except psycopg.Error:
        print(f"PostgreSQL does not answer at {POSTGRES} and is left out.")
    return found


def tell(env: dict, begin: list[int], end: list[int]) -> list[int]:
    """Lets ten parties disclose people to the measured caseworker's unit, each from one number to another; how many."""
    return run_python(f"FROM, TO = {begin}, {end}\n{TELL}", env)


def measure(kind: str, urls: dict[int, str], folder: str) -> dict:
    """All figures of one kind of database."""
    told: dict = {"world_seconds": {}, "pages_ms": {}, "batches_s": {}}
    alike = [50] * 10  # the second world is told as much as the first has, so that only its size differs; then more
    for size in SIZES:
        env = environment(f"{folder}/{kind}-{size}", urls[size])
        told["world_seconds"][size] = run_python(WORLD.format(cases=size), env)["seconds"]
        alike = tell(env, [0] * 10, alike)
        told["pages_ms"][size] = pages(env, 8790)
        if size == SIZES[-1]:
            tell(env, alike, [50] * 10)
            told["pages_told_more_ms"] = pages(env, 8790)
        if kind == "postgresql" and size == SIZES[-1]:
            told["pages_without_wall_ms"] = pages(env, 8790, walled=False)
        told["batches_s"][size] = run_python(BATCHES, env)
    told["verify"] = run_python(VERIFY, env)
    env = environment(f"{folder}/{kind}-import", urls[0])
    run_python(WORLD.format(cases=0), env)
    told["import"] = run_python(f"PATH = {folder + '/' + kind + '.csv'!r}\n" + IMPORT, env)
    return told


def report(kind: str, told: dict) -> dict[str, float]:
    """Prints one kind's ratios, with what each must stay below."""
    small, alike = (told["pages_ms"][size] for size in SIZES)
    large = told["pages_told_more_ms"]
    ratios = {}
    print(f"\n{kind}: demo world of {SIZES[1]:,} cases in {told['world_seconds'][SIZES[1]]:.0f} s")
    print(f"  the caseworker holds {small['held']} and {large['held']} cases; empty page {large['empty']:.1f} ms")
    for page in ("my work", "case", "search", "watch board"):
        ratios[f"{page}: times the empty page"] = large[page] / large["empty"]
        ratios[f"{page}: growth {SIZES[0]:,} to {SIZES[1]:,}"] = (alike[page] / alike["empty"]) / (
            small[page] / small["empty"]
        )
    for page, bare in told.get("pages_without_wall_ms", {}).items():
        if page in ("my work", "search"):
            ratios[f"{page}: times the same without the wall"] = large[page] / bare
    batch = told["batches_s"][SIZES[1]]
    for name in ("watch", "check"):
        ratios[f"{name}: times a full read"] = batch[name] / batch["read"]
    for name, ratio in ratios.items():
        limit = 6 if "empty" in name else 10 if "full read" in name else 1.5
        print(f"  {name:<44} {ratio:6.2f}   (below {limit}: {'yes' if ratio < limit else 'NO'})")
    verified = told["verify"]
    print(
        f"  the journal's {verified['entries']:,} entries verify in {verified['seconds']:.1f} s, {verified['breaks']} breaks"
    )
    taken = told["import"]
    print(f"  import of {taken['imported']:,} rows: {taken['seconds']:.0f} s, peak {taken['mb_peak']:.0f} MB "
          f"({taken['mb_before']:.0f} MB before)")  # fmt: skip
    return ratios


def main() -> None:
    """Measures, prints, writes."""
    results = {}
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        for kind, urls in databases(folder).items():
            told = measure(kind, urls, folder)
            results[kind] = {**told, "ratios": report(kind, told)}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2))
    print(f"\nWritten to {OUT}; this process took {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


if __name__ == "__main__":
    main()
