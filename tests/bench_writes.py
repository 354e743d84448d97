"""`make bench`: how long eight writers wait on SQLite, in two processes of four threads as the server has them.

Each writer takes next steps in cases of its own, one after the other, with the line before the database and without it,
in turn in the same run.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench_limits import Limit, finish, tell
from tests.bench_worlds import WORLD, environment, run_python

WRITES = int(os.environ.get("HANDSLAG_BENCH_WRITES", "60"))
OUT = Path("build/bench_writes.json")
LIMIT = 500
"""Milliseconds below which 99 of 100 writes must be done."""

WRITER = """
import sys, threading
from datetime import timedelta
from django.conf import settings
if sys.argv[1] == "plain":
    settings.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
from django.db import connection, OperationalError
from handslag.cases.actions import take_next_step
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.parties.queries import viewer_of
half, writes, took, failed = int(sys.argv[2]), int(sys.argv[3]), [], []
held = Case.objects.filter(closed_at__isnull=True, joined_to__isnull=True).select_related("holder__user").order_by("id")
mine = list(held)[half::2][:4]
ready = threading.Barrier(4)
def write(case):
    viewer, day = viewer_of(case.holder.user), clock.today() + timedelta(days=5)
    ready.wait()
    for number in range(writes):
        begun = time.perf_counter()
        try:
            take_next_step(viewer, case.pk, f"Steg {number}", day)
        except OperationalError:
            failed.append(1)
        took.append((time.perf_counter() - begun) * 1000)
    connection.close()
threads = [threading.Thread(target=write, args=(case,)) for case in mine]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({"took": took, "failed": len(failed)}))
"""


def write(env: dict[str, str], how: str) -> dict[str, float]:
    """Eight writers at once; milliseconds at the median, at 99 of 100 and at most, and how many failed."""
    code = "import json, time, django; django.setup()\n" + WRITER
    halves = [
        subprocess.Popen([sys.executable, "-c", code, how, str(half), str(WRITES)], env=env, stdout=subprocess.PIPE)
        for half in (0, 1)
    ]
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in halves]
    took = sorted(t for half in told for t in half["took"])
    cuts = statistics.quantiles(took, n=100)
    return {"p50": cuts[49], "p99": cuts[98], "most": took[-1], "failed": sum(half["failed"] for half in told)}


def main() -> None:
    """Measures, prints, writes; exits 1 naming the limit where it is not kept."""
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        env = environment(folder, f"sqlite:///{folder}/writes.sqlite3")
        run_python(WORLD.format(cases=500), env)
        rounds = [{how: write(env, how) for how in ("line", "plain")} for _ in range(3)]
    found = {
        how: {name: statistics.median(r[how][name] for r in rounds) for name in rounds[0][how]} for how in rounds[0]
    }
    found["p99 with the line, times without"] = found["line"]["p99"] / found["plain"]["p99"]
    for how in ("line", "plain"):
        print(f"  {how:<6} " + ", ".join(f"{name} {value:.0f}" for name, value in found[how].items()))
    limits = [Limit("sqlite, writes: ms of 99 in 100, eight at once", found["line"]["p99"], LIMIT)]
    tell(limits)
    finish(OUT, found, limits)


if __name__ == "__main__":
    main()
