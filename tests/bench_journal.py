"""How many views a second the journal takes, and how long one waits: `make bench` writes build/bench_journal.json.

Writers are processes, as a server's workers are; a sealer goes beside them. The same rows are also written plainly
(neither seals nor a chain), and in a chain whose head every writer locks, in turns within the same run.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench_limits import Limit, finish, tell
from tests.bench_worlds import databases, empty, run_python

SECONDS, TURNS, WRITERS = 3, 3, (1, 8)
LOOKS = {"a case": 1, "a list of 25": 25}
GOAL, LONGEST = 1000, 25
OUT = Path("build/bench_journal.json")

DESIGNS = """
from django.db import connection, models
from handslag.foundation import clock, keys, wall
from handslag.foundation.acting import action, by_itself
from handslag.journal import actions
from handslag.journal.models import Entry

FIELDS = [f for f in Entry._meta.concrete_fields if f.name not in ("id", "follows", "seal")]

def like_entry(name):
    meta = type("Meta", (), {"app_label": "bench", "indexes": [models.Index(fields=["subject", "subject_id", "id"], name=f"{name}_subject")]})
    columns = {"id": models.BigAutoField(primary_key=True), **{f.name: f.clone() for f in FIELDS}, "seal": models.CharField(max_length=64)}
    return type(name, (models.Model,), {**columns, "__module__": "bench", "Meta": meta})

Plain, Linked = like_entry("Plain"), like_entry("Linked")

class Link(models.Model):
    entry_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField()
    class Meta:
        app_label = "bench"
        indexes = [models.Index(fields=["case_id", "entry_id"], name="bench_shown")]

class Lock(models.Model):
    place = models.BigIntegerField()
    seal = models.CharField(max_length=64)
    class Meta:
        app_label = "bench"

def values_of(looks):
    verb, details = ("looked", {}) if len(looks) == 1 else ("listed", {"cases": list(looks)})
    line = actions.entry("bench@example.org", verb, "case", 1, "", "own", "192.0.2.1", page="case", **details)
    return {f.name: getattr(line, f.name) for f in FIELDS}

def save(entry, looks):
    entry.save(force_insert=True)
    if len(looks) > 1:
        Link.objects.bulk_create(Link(entry_id=entry.id, case_id=case) for case in looks)

@action(by_itself)
def plain(looks):
    save(Plain(**values_of(looks), seal="0" * 64), looks)

@action(by_itself)
def locked(looks):
    values, head = values_of(looks), Lock.objects.select_for_update().get()
    head.place, head.seal = head.place + 1, keys.seal(json.dumps([head.place, *values.values(), head.seal]).encode())
    save(Linked(**values, id=head.place, seal=head.seal), looks)
    head.save()

def journal(looks):
    actions.record_looks("bench@example.org", "case", looks, "192.0.2.1")

DO = {"plain": plain, "locked head": locked, "journal": journal}
"""
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    for model in (Plain, Linked, Link, Lock):
        editor.create_model(model)
Lock.objects.create(place=0, seal="")
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {wall.ROLE}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {wall.ROLE}")
print("{}")
"""
WRITE = """
wall.enter(None, frozenset(), clock.today())  # as a request is answered: from behind the wall
act, looks, took = DO[DESIGN], {n: ("own", "") for n in range(1, MANY + 1)}, []
for _ in range(20):
    act(looks)
print("ready", flush=True)
input()
ends = time.perf_counter() + SECONDS
while (begun := time.perf_counter()) < ends:
    act(looks)
    took.append(time.perf_counter() - begun)
print(json.dumps(took))
"""
VERIFY = """
from handslag.journal import chain
from handslag.journal.verification import verify
def timed(act):
    begun = time.perf_counter(); found = act(); return time.perf_counter() - begun, found
def read():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM journal_entry")
        while cursor.fetchmany(2000):
            pass
chain.seal()
seconds, told = timed(verify)
print(json.dumps({"entries": told.entries, "batches": told.batches, "breaks": len(told.breaks), "unsealed": told.unsealed,
                  "seconds": seconds, "read": timed(read)[0]}))
"""


def _write(env: dict, design: str, many: int, writers: int) -> dict[str, float]:
    """Views a second that so many writers get written, and how long one takes (ms)."""
    code = f"{DESIGNS}\nDESIGN, MANY, SECONDS = {design!r}, {many}, {SECONDS}\n{WRITE}"
    begun = "import json, time, django; django.setup()\n"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    working = [subprocess.Popen([sys.executable, "-c", begun + code], env=env, **pipes) for _ in range(writers)]
    for one in working:
        if one.stdout.readline() != "ready\n":
            raise SystemExit("a writer did not start")
    for one in working:
        one.stdin.write("\n")
        one.stdin.flush()
    took = sorted(seconds for one in working for seconds in json.loads(one.communicate()[0].splitlines()[-1]))
    at = {name: took[int(len(took) * share)] * 1000 for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {"a second": len(took) / SECONDS, **at, "longest": took[-1] * 1000}


def measure(env: dict) -> dict:
    """All figures of one kind of database: the median of some turns, in which the designs take turns."""
    run_python(DESIGNS + PREPARE, env)
    command = [sys.executable, "-m", "handslag", "journal", "seal", "--every", "0.1"]
    sealer = subprocess.Popen(command, env=env)
    told: dict = {}
    try:
        for looks, many in LOOKS.items():
            for writers in WRITERS:
                turns: dict = {design: [] for design in ("plain", "locked head", "journal")}
                for _ in range(TURNS):
                    for design, found in turns.items():
                        found.append(_write(env, design, many, writers))
                told[f"{looks}, {writers} at once"] = {
                    design: {name: statistics.median(turn[name] for turn in found) for name in found[0]}
                    for design, found in turns.items()
                }
    finally:
        sealer.terminate()
        sealer.wait()
    return {"written": told, "verify": run_python(DESIGNS + VERIFY, env)}


def report(kind: str, told: dict) -> tuple[dict[str, float], list[Limit]]:
    """Prints one kind's figures; its ratios, and its limits."""
    ratios = {}
    print(f"\n{kind}: views written down a second (p50, p99, longest in ms)")
    for what, designs in told["written"].items():
        for design, found in designs.items():
            print(
                f"  {what:<24} {design:<12} {found['a second']:7.0f}   ({found['p50']:.1f}, {found['p99']:.1f}, {found['longest']:.0f})"
            )
        rate = designs["journal"]["a second"]
        ratios[f"{what}: times plain rows"] = rate / designs["plain"]["a second"]
        ratios[f"{what}: times a locked head"] = rate / designs["locked head"]["a second"]
    most = told["written"][f"a case, {WRITERS[-1]} at once"]["journal"]
    limits = [
        Limit(f"{kind}, journal: views a second, {WRITERS[-1]} at once", most["a second"], least=GOAL),
        Limit(f"{kind}, journal: ms of 99 in 100, {WRITERS[-1]} at once", most["p99"], LONGEST),
        Limit(f"{kind}, journal: breaks", told["verify"]["breaks"], 1),
    ]
    tell(limits)
    for name, ratio in ratios.items():
        print(f"  {name:<44} {ratio:6.2f}")
    verified = told["verify"]
    ratios["verify: times a full read"] = verified["seconds"] / verified["read"]
    print(f"  {verified['entries']:,} entries in {verified['batches']:,} batches verify in {verified['seconds']:.1f} s, "
          f"{ratios['verify: times a full read']:.1f} times a full read; {verified['breaks']} breaks")  # fmt: skip
    return ratios, limits


def main() -> None:
    """Measures, prints, writes; exits 1 naming the limits that are not kept."""
    results, limits = {}, []
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        for kind in databases():
            told = measure(empty(folder, kind, "journal"))
            ratios, found = report(kind, told)
            results[kind], limits = {**told, "ratios": ratios}, limits + found
    finish(OUT, results, limits)


if __name__ == "__main__":
    main()
