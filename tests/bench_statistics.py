"""The figures' part of `make bench`: counting a yearly report, protecting linked tables and attacking them.

Every figure is a ratio within one run, or a number of cells; seconds are printed beside them. Writes build/bench-statistics.json.
"""

import math
import tempfile
from pathlib import Path

from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.gate import changes_of
from handslag.statistics.safety.protecting import protect
from handslag.statistics.safety.system import build
from handslag.statistics.safety.tables import without
from tests.bench_counting import counting, tell, timed
from tests.bench_limits import Limit, finish
from tests.bench_limits import tell as tell_limits
from tests.crowds import people

OUT = Path("build/bench-statistics.json")


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
    """Measures, prints, writes; exits 1 naming the limits that are not kept."""
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
    limits = [Limit("statistics, engine: times SQL by hand", told["engine"], 1.3),
              Limit("statistics, protecting: power of the cells it grows by", power, 2)]  # fmt: skip
    tell_limits(limits)
    finish(OUT, {"counting": told, "protecting": results, "power": power}, limits)


if __name__ == "__main__":
    main()
