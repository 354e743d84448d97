"""The figures' part of `make bench`: counting a yearly report, protecting linked tables and attacking them.

Every figure is a ratio within one run, or a number of cells; seconds are printed beside them. Writes build/bench-statistics.json.
"""

import itertools
import json
import math
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from handslag.statistics.codes import labels
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.gate import changes_of
from handslag.statistics.safety.protecting import protect
from handslag.statistics.safety.system import build
from handslag.statistics.safety.tables import Hierarchy, Table, without
from tests.bench_counting import counting, tell, timed

OUT = Path("build/bench-statistics.json")


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
    tell(told)
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
