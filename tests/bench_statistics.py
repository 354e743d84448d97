"""The figures' part of `make bench`: counting against hand-written SQL, pandas and Polars; protecting and attacking.

Every figure is a ratio within one run, or a number of cells; seconds are printed beside them. Writes build/bench-statistics.json.
"""

import itertools
import json
import math
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from handslag.statistics.codes import labels
from handslag.statistics.microdata.validating import validate
from handslag.statistics.reports.figures import count_report
from handslag.statistics.reports.specification import CubeSpec, ReportSpec
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.gate import changes_of
from handslag.statistics.safety.protecting import protect
from handslag.statistics.safety.system import build
from handslag.statistics.safety.tables import Hierarchy, Table, without
from tests.microdata import write

OUT = Path("build/bench-statistics.json")
PERSONS, SPELLS, ENDED = 1_000_000, 10_000_000, 150_000
SICK = "('sickness_benefit', 'rehabilitation_allowance', 'sickness_compensation', 'activity_compensation')"
BY_HAND = f"""
WITH last AS (
    SELECT person_id, max(ended_on) AS day, arg_max(municipality_code, ended_on) AS place, arg_max(direction, ended_on) AS direction
    FROM read_parquet('{{0}}/rehabilitations.parquet') WHERE year(ended_on) = 2019 GROUP BY 1),
ill AS (SELECT DISTINCT l.person_id FROM read_parquet('{{0}}/livelihoods.parquet') l JOIN last USING (person_id)
    WHERE kind IN {SICK} AND from_date <= day + 31 AND (to_date IS NULL OR to_date > day + 1))
SELECT sex, least(greatest((2019 - birth_year) // 10, 2), 6), place, direction, ill.person_id IS NULL, count(*)
FROM last JOIN read_parquet('{{0}}/persons.parquet') USING (person_id) LEFT JOIN ill USING (person_id) GROUP BY ALL
"""


def timed(act, rounds: int = 3) -> tuple[float, object]:
    """The least seconds of some rounds, and what came of the last."""
    seconds, found = [], None
    for _ in range(rounds):
        begun = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), found


def microdata(folder: Path) -> Path:
    """A million persons with ten million spells of livelihood."""
    data = write(folder / "data", "parquet")
    kinds = ", ".join(f"'{code}'" for code in labels("livelihood"))
    places = ", ".join(f"'{code}'" for code in labels("municipality"))
    for name, sql in {
        "persons": f"SELECT 'p' || i AS person_id, ['woman', 'man'][1 + i % 2] AS sex, (1955 + hash(i) % 45)::INT AS birth_year FROM range({PERSONS}) t(i)",
        "livelihoods": f"""SELECT 'p' || (i % {PERSONS}) AS person_id, [{kinds}][1 + (hash(i) % 12)::INT] AS kind, 100 AS degree,
            DATE '2018-01-01' + (hash(i + 7) % 900)::INT AS from_date, DATE '2018-01-01' + (hash(i + 7) % 900)::INT + 1 + (hash(i + 9) % 90)::INT AS to_date
            FROM range({SPELLS}) t(i)""",
        "rehabilitations": f"""SELECT 'r' || i AS rehabilitation_id, 'p' || (hash(i + 3) % {PERSONS}) AS person_id, DATE '2018-01-01' AS started_on,
            DATE '2018-06-01' + (hash(i + 5) % 700)::INT AS ended_on, ['work_preparatory', 'work_directed'][1 + i % 2] AS direction,
            [{places}][1 + (hash(i + 1) % 290)::INT] AS municipality_code FROM range({ENDED}) t(i)""",
    }.items():
        duckdb.sql(f"COPY ({sql}) TO '{data}/{name}.parquet' (FORMAT parquet)")
    return data


def by_pandas(data: Path) -> int:
    """The same cells by pandas; how many of them there are."""
    ended = duckdb.sql(f"SELECT * FROM read_parquet('{data}/rehabilitations.parquet')").df()
    spells = duckdb.sql(
        f"SELECT person_id, kind, from_date, to_date FROM read_parquet('{data}/livelihoods.parquet')"
    ).df()
    people = duckdb.sql(f"SELECT * FROM read_parquet('{data}/persons.parquet')").df()
    ended = (
        ended[pd.to_datetime(ended.ended_on).dt.year == 2019]
        .sort_values("ended_on")
        .groupby("person_id")
        .last()
        .reset_index()
    )
    both = spells[spells.kind.isin(SICK.strip("()").replace("'", "").split(", "))].merge(
        ended[["person_id", "ended_on"]], on="person_id"
    )
    ill = both[
        (both.from_date <= both.ended_on + pd.Timedelta(days=31))
        & (both.to_date > both.ended_on + pd.Timedelta(days=1))
    ].person_id.unique()
    ended = ended.merge(people, on="person_id")
    ended["regained"] = ~ended.person_id.isin(ill)
    ended["age"] = ((2019 - ended.birth_year) // 10).clip(2, 6)
    return len(ended.groupby(["sex", "age", "municipality_code", "direction", "regained"]).size())


def by_polars(data: Path) -> int:
    """The same cells by Polars."""
    ended = (pl.scan_parquet(data / "rehabilitations.parquet").filter(pl.col("ended_on").dt.year() == 2019)
             .sort("ended_on").group_by("person_id").last())  # fmt: skip
    spells = pl.scan_parquet(data / "livelihoods.parquet").filter(
        pl.col("kind").is_in(SICK.strip("()").replace("'", "").split(", "))
    )
    ill = (spells.join(ended.select("person_id", "ended_on"), on="person_id")
           .filter((pl.col("from_date") <= pl.col("ended_on").dt.offset_by("31d")) & (pl.col("to_date") > pl.col("ended_on").dt.offset_by("1d")))
           .select("person_id").unique().with_columns(ill=pl.lit(True)))  # fmt: skip
    found = (ended.join(pl.scan_parquet(data / "persons.parquet"), on="person_id").join(ill, on="person_id", how="left")
             .with_columns(age=((2019 - pl.col("birth_year")) // 10).clip(2, 6))
             .group_by("sex", "age", "municipality_code", "direction", "ill").len())  # fmt: skip
    return len(found.collect())


def counting(folder: Path) -> dict:
    """Seconds of the engine and its peers for the same cells."""
    data = microdata(folder)
    spec = ReportSpec("bench", {}, (CubeSpec("ended_rehabilitations", (), ("regained_work_capacity",)),))
    ours, found = timed(lambda: count_report(data, spec, (2019,), {}, lambda *_: None))
    hand, rows = timed(lambda: duckdb.sql(BY_HAND.format(data)).fetchall())
    mine = found["ended_rehabilitations", 2019].counts
    if len(mine) != len(rows) or sum(mine.values()) != sum(row[-1] for row in rows):
        raise SystemExit("the engine and the SQL by hand do not count the same")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pandas, cells = timed(lambda: by_pandas(data), 1)
    polars, others = timed(lambda: by_polars(data), 2)
    if {cells, others} != {len(rows)}:
        raise SystemExit("pandas or Polars do not count the same")
    checked, _none = timed(lambda: validate(data), 1)
    return {"engine": ours, "by hand": hand, "pandas": pandas, "polars": polars, "validate": checked, "peak_mb": peak}


def people(size: int, *, municipal: bool, most: int | None = None) -> tuple[Table, list[Hierarchy]]:
    """County (and municipality) by sex, six ages and three groups; of the first `most` municipalities."""
    random, places = np.random.default_rng(1), list(labels("municipality"))[:most]
    weights = random.lognormal(0, 1.2, len(places))
    where = random.choice(len(places), size, p=weights / weights.sum())
    others = zip(random.choice(2, size, p=[0.6, 0.4]), random.choice(6, size, p=[0.1, 0.15, 0.2, 0.25, 0.2, 0.1]),
                 random.choice(3, size, p=[0.6, 0.25, 0.15]), strict=True)  # fmt: skip
    counts: Counter = Counter()
    for place, rest in zip(where, others, strict=True):
        code = places[place]
        own = [code, code[:2], "Total"] if municipal else [code[:2], "Total"]
        for key in itertools.product(own, *([f"{n}{v}", "Total"] for n, v in zip("sag", rest, strict=True))):
            counts[key] += 1
    axes = [sorted({key[n] for key in counts}) for n in range(4)]
    table = Table("t", ("place", "sex", "age", "group"), {key: counts[key] for key in itertools.product(*axes)})
    return table, [Hierarchy("place", {code: code[:2] for code in places})] if municipal else []


def protecting(size: int, *, municipal: bool, most: int | None = None) -> dict:
    """Cells, hidden cells, falls, and seconds for one table. The attack has the changes as hints, as at the gate."""
    table, trees = people(size, municipal=municipal, most=most)
    system = build([table], "Total", trees)
    seconds, found = timed(lambda: protect(system, 5), 1)
    shown, hints = without(table, found.hidden), changes_of(system, found)
    attack, falls = timed(lambda: audit([shown], [table], "Total", trees, 5, changes=hints), 1)
    return {"cells": len(system.counts), "unsafe": len(found.primary), "complementary": len(found.complementary),
            "falls": len(falls), "protect": seconds, "audit": attack}  # fmt: skip


def growth(small: dict, large: dict) -> float:
    """The power of the number of cells with which the seconds of protecting and attacking grow."""
    took = [row["protect"] + row["audit"] for row in (small, large)]
    return math.log(took[1] / took[0]) / math.log(large["cells"] / small["cells"])


def main() -> None:
    """Measures, prints, writes."""
    with tempfile.TemporaryDirectory(prefix="handslag-bench-") as folder:
        told = counting(Path(folder))
    print(
        f"\nstatistics: {SPELLS:,} spells, {PERSONS:,} persons; by hand {told['by hand']:.2f} s, peak {told['peak_mb']:.0f} MB"
    )
    for name in ("engine", "pandas", "polars"):
        ratio = told[name] / told["by hand"]
        limit = f"   (below 1.3: {'yes' if ratio < 1.3 else 'NO'})" if name == "engine" else ""
        print(f"  {name:<44} {ratio:6.2f}{limit}")
    print(f"  {'validate':<44} {told['validate'] / told['by hand']:6.2f}")
    cases = {"county, 40,000": (40_000, False, None), "county, 200,000": (200_000, False, None),
             "70 municipalities, 10,000": (10_000, True, 70), "municipality, 40,000": (40_000, True, None),
             "municipality, 200,000": (200_000, True, None)}  # fmt: skip
    results = {name: protecting(size, municipal=deep, most=most) for name, (size, deep, most) in cases.items()}
    for name, row in results.items():
        print(f"  {name:<26} {row['cells']:>6} cells, {row['unsafe']} unsafe, {row['complementary']} complementary, "
              f"{row['falls']} fall; protect {row['protect']:.1f} s, audit {row['audit']:.1f} s")  # fmt: skip
    power = growth(results["70 municipalities, 10,000"], results["municipality, 40,000"])
    print(f"  {'grows with the cells to the power of':<44} {power:6.2f}   (below 2: {'yes' if power < 2 else 'NO'})")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"counting": told, "protecting": results, "power": power}, indent=2))


if __name__ == "__main__":
    main()
