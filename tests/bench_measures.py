"""`make bench`: what measures take as they grow tenfold, on SQLite: searching a catalogue of 5,000, an association's page
with 100,000 participations, and microdata of 1,000,000 persons, in time and in memory.

Rows are copied past the product, with the guards taken away meanwhile: what is measured reads alone. Each figure is a ratio within
one run: against the same with a tenth of the rows, and for the export against a plain read of the same rows.
"""

import os
import tempfile
from pathlib import Path

from tests.bench_limits import Limit, finish, tell
from tests.bench_worlds import WORLD, empty, run_python

OUT = Path("build/bench_measures.json")
PERSONS = int(os.environ.get("HANDSLAG_BENCH_PERSONS", "1000000"))
WHOLE = {"measures": 5_000, "participations": 100_000, "persons": PERSONS}

GROW = """
from django.db import connection
from handslag.measures.models import Measure
from handslag.participations.models import Participation
from handslag.persons.models import Identity, Person
from handslag.referrals.models import Message, Referral
BEGIN = 10_000_000
with connection.cursor() as cursor:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    guards = cursor.fetchall()
    for name, _sql in guards:
        cursor.execute(f'DROP TRIGGER "{name}"')

def copied(model, key, number, **other):
    table, own = model._meta.db_table, model._meta.pk.column
    there = model.objects.filter(pk__gte=BEGIN).count()
    columns = [field.column for field in model._meta.concrete_fields]
    changed = {own: f"{BEGIN} + n.n", "public_id": f"printf('%08x%024x', {len(table)}, n.n)", **other}
    chosen = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH RECURSIVE n(n) AS (SELECT {there} UNION ALL SELECT n + 1 FROM n WHERE n < {number - 1}) "
                       f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} t, n WHERE t.{own} = {key}")

over = Participation.objects.filter(ended_on__isnull=False).order_by("id").first()
referral, measure = over.referral, over.referral.measure
copied(Measure, measure.pk, SIZES["measures"], name="'Insats ' || n.n", association_id=f"(SELECT max(id) FROM parties_association WHERE id <> {measure.association_id})")
copied(Referral, referral.pk, SIZES["participations"])
copied(Participation, over.pk, SIZES["participations"], referral_id=f"{BEGIN} + n.n")
said = Message.objects.filter(referral=referral).order_by("id")[0]
copied(Message, said.pk, SIZES["participations"], referral_id=f"{BEGIN} + n.n / 2 * 2", verb="CASE n.n % 2 WHEN 0 THEN 'refer' ELSE 'leave' END")
known = Identity.objects.order_by("pk").first()
copied(Person, known.pk, SIZES["persons"], subject="printf('%032x', n.n)")
copied(Identity, known.pk, SIZES["persons"])
with connection.cursor() as cursor:
    for _name, sql in guards:
        cursor.execute(sql)
    cursor.execute("ANALYZE")
print(json.dumps({"measure": str(measure.public_id)}))
"""
PAGES = """
import statistics
from django.test import Client
from handslag.measures.models import Measure
from handslag.parties.models import Post
association = Measure.objects.get(public_id=MEASURE).association_id
officer = Post.objects.filter(role="association_officer", association=association).first()
client = Client(SERVER_NAME="localhost")
client.force_login(officer.user)
took = {"catalogue": [], "association": [], "empty": []}
urls = {"catalogue": "/measures/?q=insats", "association": "/association/", "empty": "/bench-empty/"}
for _round in range(25):
    for name, url in urls.items():
        begun = time.perf_counter()
        done = client.get(url)
        took[name].append((time.perf_counter() - begun) * 1000)
        assert done.status_code == 200, (url, done.status_code)
print(json.dumps({name: statistics.median(found[5:]) for name, found in took.items()}))
"""
PLAIN = """
import csv, tempfile, pathlib
from django.db import connection
begun, count = time.process_time(), 0
with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor, (pathlib.Path(folder) / "out.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    for sql in (
        "SELECT p.subject, p.sex, i.sealed_number FROM persons_person p JOIN persons_identity i ON i.person_id = p.id ORDER BY p.subject, p.id",
        "SELECT p.*, x.subject, x.sex FROM participations_participation p JOIN referrals_referral r ON r.id = p.referral_id "
        "JOIN cases_case c ON c.id = r.case_id JOIN persons_person x ON x.id = c.person_id",
    ):
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            writer.writerows(rows)
            count += len(rows)
print(json.dumps({"seconds": time.process_time() - begun, "rows": count}))
"""
EXPORT = """
import pathlib, resource, tempfile
from datetime import date
from handslag.foundation import clock
from handslag.microdata.writing import write_microdata
from handslag.parties.viewer import Viewer
begun = time.process_time()
with tempfile.TemporaryDirectory() as folder:
    written = write_microdata(Viewer(None, is_system=True, name="bench"), pathlib.Path(folder) / "out", date(2020, 1, 1), clock.today())
print(json.dumps({"seconds": time.process_time() - begun, "rows": written.rows["persons"],
                  "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def measured(env: dict[str, str], sizes: dict[str, int]) -> dict:
    """What pages, a plain read and the export take with so many rows: ms, seconds of one core, MB at the peak."""
    made = run_python(f"SIZES = {sizes!r}\n{GROW}", env)
    pages = run_python(f"MEASURE = {made['measure']!r}\n{PAGES}", env)
    return {"pages": pages, "plain": run_python(PLAIN, env), "export": run_python(EXPORT, env)}


def limits_of(tenth: dict, whole: dict) -> list[Limit]:
    """The figures with their limits."""
    a_row = [told["export"]["seconds"] / told["export"]["rows"] for told in (tenth, whole)]
    pages = {
        name: [told["pages"][name] / told["pages"]["empty"] for told in (tenth, whole)]
        for name in ("catalogue", "association")
    }
    return [
        *(
            Limit(f"measures, {name}, in empty pages: times that with a tenth", after / before, 1.5)
            for name, (before, after) in pages.items()
        ),
        Limit("microdata: seconds a person, times those with a tenth", a_row[1] / a_row[0], 1.5),
        Limit("microdata: memory, times that with a tenth", whole["export"]["megabytes"] / tenth["export"]["megabytes"], 1.5),
        Limit("microdata: times a plain read", whole["export"]["seconds"] / whole["plain"]["seconds"], 12),
    ]  # fmt: skip


def main() -> None:
    """Measures, prints, writes; exits 1 naming the limits that are not kept."""
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        env = empty(folder, "sqlite", "measures")
        run_python(WORLD.format(cases=400), env)
        results = {}
        for name, share in (("tenth", 10), ("whole", 1)):
            results[name] = measured(env, {what: number // share for what, number in WHOLE.items()})
            print(f"  {name}: {results[name]}", flush=True)
    limits = limits_of(results["tenth"], results["whole"])
    tell(limits)
    finish(OUT, results, limits)


if __name__ == "__main__":
    main()
