"""`make bench`: measures the product against a baseline in the same run; prints ratios and writes build/bench.json.

Pages are asked over HTTP from a real server (gunicorn, one worker), relative to an empty signed-in page under the same
server. The watch and the check are relative to a plain full read of the tables that they look at. `make bench
CASES=2000000` compares the largest world with 100,000 cases.
"""

import json
import os
import tempfile
from pathlib import Path

from tests.bench_limits import Limit, finish, tell
from tests.bench_pages import limits, pages, parts, tell_parts
from tests.bench_worlds import WORLD, databases, empty, run_python, world
from tests.bench_worlds import tell as disclose

USUAL = 100_000
LARGEST = int(os.environ.get("CASES", USUAL))
SIZES = (USUAL if LARGEST > USUAL else 1_000, LARGEST)
TABLES = ("cases_case", "cases_pastholding", "handovers_handover", "parties_post", "parties_user", "watch_escalation")
OUT = Path("build/bench.json")
LIMITS = {"watch: times a full read": 2, "watch: MB at its peak": 150, "check: times a full read": 10}

TIMED = """
import resource
from datetime import timedelta
from django.db import connection, transaction
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.planning import keep_few_pages
from handslag.watch.actions import go_round
keep_few_pages()  # as `handslag watch` does
def timed(act):
    begun = time.perf_counter(); act(); return time.perf_counter() - begun
def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
def read():
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        for table in %r:
            cursor.execute(f"SELECT * FROM {table}")
            while cursor.fetchmany(2000):
                pass
read()
""" % (TABLES,)  # noqa: UP031
WATCH = """
before, read, round = megabytes(), min(timed(read) for _ in range(3)), min(timed(go_round) for _ in range(3))
print(json.dumps({"read": read, "watch": round, "mb_before": before, "mb_peak": megabytes()}))
"""
CHECK = """
print(json.dumps({"check": min(timed(lambda: prove(clock.today())) for _ in range(3)), "mb_peak": megabytes()}))
"""
NEXT_DAY = """
print(json.dumps({"watch": timed(lambda: go_round(clock.today() + timedelta(days=1))), "mb_peak": megabytes()}))
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
IMPORT = """
import resource
from pathlib import Path
from django.conf import settings
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
settings.HANDSLAG_IMPORT_MAX_ROWS = len(rows)
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


def measure(kind: str, folder: str) -> dict:
    """All figures of one kind of database."""
    told: dict = {"world": {}, "pages_ms": {}}
    alike = [50] * 10  # the second world is told as much as the first has, so that only its size differs; then more
    for size in SIZES:
        env = world(folder, kind, size)
        told["world"][size] = json.loads((Path(env["HANDSLAG_HOME"]) / "made.json").read_text())
        alike = disclose(env, [0] * 10, alike)
        told["pages_ms"][size] = pages(env)
    disclose(env, alike, [50] * 10)
    told["pages_told_more_ms"] = pages(env)
    told["parts"] = parts(env)
    if kind == "postgresql":
        told["pages_without_wall_ms"] = pages(env, walled=False)
    for name, code in (("watch", WATCH), ("check", CHECK), ("next_day", NEXT_DAY)):
        told[name] = run_python(TIMED + code, env)
    return told if LARGEST > USUAL else told | _loads(kind, folder, env)


def _loads(kind: str, folder: str, env: dict) -> dict:
    """Verifying a journal, and importing a file."""
    new = empty(folder, kind, "import")
    run_python(WORLD.format(cases=0), new)
    file = f"{folder}/{kind}.csv"
    return {"verify": run_python(VERIFY, env), "import": run_python(f"PATH = {file!r}\n{IMPORT}", new)}


def report(kind: str, told: dict) -> list[Limit]:
    """Prints one kind's figures; the limits on them."""
    large, watch = told["pages_told_more_ms"], told["watch"]
    print(f"\n{kind}: demo world of {SIZES[1]:,} cases in {told['world'][SIZES[1]]['seconds']:.0f} s")
    print(f"  the caseworker holds {told['pages_ms'][SIZES[0]]['held']} and {large['held']} cases; "
          f"empty page {large['empty']:.1f} ms")  # fmt: skip
    tell_parts(told["parts"])
    figures = {"watch: times a full read": watch["watch"] / watch["read"], "watch: MB at its peak": watch["mb_peak"],
               "check: times a full read": told["check"]["check"] / watch["read"]}  # fmt: skip
    found = limits(kind, told, SIZES)
    found += [Limit(f"{kind}, {name}", value, LIMITS[name]) for name, value in figures.items()]
    if "verify" in told:
        found.append(Limit(f"{kind}, journal: breaks", told["verify"]["breaks"], 1))
    tell(found)
    print(f"  a plain read takes {watch['read']:.1f} s, a round {watch['watch']:.1f} s, the next day's round "
          f"{told['next_day']['watch']:.1f} s with {told['next_day']['mb_peak']:.0f} MB at its peak, "
          f"the check {told['check']['check']:.1f} s with {told['check']['mb_peak']:.0f} MB")  # fmt: skip
    if "verify" in told:
        verified, taken = told["verify"], told["import"]
        print(f"  the journal's {verified['entries']:,} entries verify in {verified['seconds']:.1f} s")
        print(f"  import of {taken['imported']:,} rows: {taken['seconds']:.0f} s, peak {taken['mb_peak']:.0f} MB "
              f"({taken['mb_before']:.0f} MB before)")  # fmt: skip
    return found


def main() -> None:
    """Measures, prints, writes; exits 1 naming the limits that are not kept."""
    results, found = {}, []
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        for kind in databases():
            results[kind] = measure(kind, folder)
            found += report(kind, results[kind])
    finish(OUT, results, found)


if __name__ == "__main__":
    main()
