"""How fast a yearly report is counted: against SQL written by hand for the same cells, and by pandas and Polars."""

import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

from handslag.statistics.codes import labels
from handslag.statistics.counting.cubes import build_cube
from handslag.statistics.microdata.validating import validate
from handslag.statistics.reports.figures import count_report
from handslag.statistics.reports.specification import ReportSpec, report
from tests.microdata import write

BY_HAND = Path(__file__).with_name("by_hand")
PERSONS, SPELLS, OTHERS = 1_000_000, 10_000_000, 150_000
YEARS = (2019, 2018)
SICK = ("sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation")


def timed(act: Callable, rounds: int = 3) -> tuple[float, object]:
    """The least seconds of some rounds, and what came of the last."""
    seconds, found = [], None
    for _ in range(rounds):
        begun = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), found


def microdata(folder: Path) -> Path:
    """A million persons with ten million spells of livelihood, and what else the report on joint support counts."""
    data = write(folder / "data", "parquet")
    for name, sql in {
        "persons": f"""SELECT 'p' || i AS person_id, ['woman', 'man'][1 + i % 2] AS sex, {_within(45, 0, "1955")}::INT AS birth_year
            FROM range({PERSONS}) t(i)""",
        "livelihoods": f"""SELECT 'p' || (i % {PERSONS}) AS person_id, {_one_of(labels("livelihood"), 0)} AS kind, 100 AS degree,
            {_within(900, 7)} AS from_date, {_within(900, 7)} + 1 + (hash(i + 9) % 90)::INT AS to_date FROM range({SPELLS}) t(i)""",
        "assessments": f"""SELECT 'a' || i AS assessment_id, {_person(11)}, {_within(730, 5)} AS held_on,
            {_one_of(SICK, 2)} AS benefit, {_one_of(labels("diagnosis_chapter"), 4)} AS diagnosis_chapter, {_place()}
            FROM range({OTHERS}) t(i)""",
        "rehabilitations": f"""SELECT 'r' || i AS rehabilitation_id, {_person(3)}, DATE '2018-01-01' AS started_on,
            {_within(730, 5)} AS ended_on, {_one_of(("work_preparatory", "work_directed"), 6)} AS direction, {_place()}
            FROM range({OTHERS}) t(i)""",
        "meetings": f"""SELECT 'm' || i AS meeting_id, {_person(13)}, {_one_of(("transition_meeting", "sip"), 6)} AS kind,
            {_within(730, 5)} AS held_on, {_place()} FROM range({OTHERS}) t(i)""",
    }.items():  # fmt: skip
        duckdb.sql(f"COPY ({sql}) TO '{data}/{name}.parquet' (FORMAT parquet)")
    return data


def _within(many: int, salt: int, first: str = "DATE '2018-01-01'") -> str:
    return f"{first} + (hash(i + {salt}) % {many})::INT"


def _one_of(codes: Iterable[str], salt: int) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"[{listed}][1 + (hash(i + {salt}) % {len(list(codes))})::INT]"


def _person(salt: int) -> str:
    return f"'p' || (hash(i + {salt}) % {PERSONS}) AS person_id"


def _place() -> str:
    return f"{_one_of(labels('municipality'), 1)} AS municipality_code"


def by_engine(data: Path, spec: ReportSpec) -> list[dict]:
    """The cells of each table of a report, year by year."""
    counted = count_report(data, spec, YEARS, {}, lambda *_: None)
    cubes = [build_cube(counted[cube.units, year], cube.tables, year) for cube in spec.cubes for year in YEARS]
    return [table.counts for cube in cubes for table in cube.tables]


def by_hand(data: Path, names: Iterable[str], years: Iterable[int]) -> list[list[tuple]]:
    """The rows of each query in the files of those names, year by year."""
    connection, found = duckdb.connect(), []
    for name in names:
        text = (BY_HAND / f"{name}.sql").read_text()
        for year in years:
            statements = duckdb.extract_statements(text.format(data=data, year=year))
            found += [rows for one in statements if len(rows := connection.execute(one).fetchall()) > 1]
    return found


def _alike(ours: list[dict], theirs: list[list[tuple]]) -> bool:
    """Whether the tables hold the same counts (the engine's have cells that nobody is in as well)."""
    numbers = [sorted(filter(None, table.values())) for table in ours]
    return numbers == [sorted(row[-1] for row in rows) for rows in theirs]


def by_pandas(data: Path, year: int) -> int:
    """How many ended rehabilitations and which regained work capacity, by the finest dimensions: the number of cells."""
    ended, spells, people = (
        duckdb.sql(f"SELECT {columns} FROM read_parquet('{data}/{name}.parquet')").df()
        for name, columns in {
            "rehabilitations": "*",
            "livelihoods": "person_id, kind, from_date, to_date",
            "persons": "*",
        }.items()
    )
    ended = ended[pd.to_datetime(ended.ended_on).dt.year == year].sort_values(["ended_on", "rehabilitation_id"])
    ended = ended.groupby("person_id").last().reset_index()
    both = spells[spells.kind.isin(SICK)].merge(ended[["person_id", "ended_on"]], on="person_id")
    begun = pd.to_datetime(both.from_date) <= pd.to_datetime(both.ended_on) + pd.Timedelta(days=31)
    goes_on = pd.to_datetime(both.to_date) > pd.to_datetime(both.ended_on) + pd.Timedelta(days=1)
    ended["regained"] = ~ended.person_id.isin(both[begun & goes_on].person_id.unique())
    ended = ended.merge(people, on="person_id")
    ended["age"] = ((year - ended.birth_year) // 10).clip(2, 6)
    return len(ended.groupby(["sex", "age", "municipality_code", "direction", "regained"]).size())


def by_polars(data: Path, year: int) -> int:
    """The same by Polars."""
    ended = (pl.scan_parquet(data / "rehabilitations.parquet").filter(pl.col("ended_on").dt.year() == year)
             .sort("ended_on", "rehabilitation_id").group_by("person_id").last())  # fmt: skip
    spells = pl.scan_parquet(data / "livelihoods.parquet").filter(pl.col("kind").is_in(SICK))
    begun = pl.col("from_date") <= pl.col("ended_on").dt.offset_by("31d")
    goes_on = pl.col("to_date") > pl.col("ended_on").dt.offset_by("1d")
    ill = (spells.join(ended.select("person_id", "ended_on"), on="person_id").filter(begun & goes_on)
           .select("person_id").unique().with_columns(ill=pl.lit(True)))  # fmt: skip
    found = (ended.join(pl.scan_parquet(data / "persons.parquet"), on="person_id").join(ill, on="person_id", how="left")
             .with_columns(age=((year - pl.col("birth_year")) // 10).clip(2, 6))
             .group_by("sex", "age", "municipality_code", "direction", "ill").len())  # fmt: skip
    return len(found.collect())


def counting(folder: Path) -> dict:
    """Ratios to the seconds that SQL by hand takes for the same: the whole report, and for the peers one cube of a year.

    Raises SystemExit where two ways do not count the same.
    """
    data, spec, cube = microdata(folder), report("joint_support"), "ended_rehabilitations"
    hand, theirs = timed(lambda: by_hand(data, [cube.units for cube in spec.cubes], YEARS))
    ours, found = timed(lambda: by_engine(data, spec))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if not _alike(found, theirs):
        raise SystemExit("the engine and the SQL by hand do not count the same")
    one, _rows = timed(lambda: by_hand(data, [cube], YEARS[:1]))
    pandas, cells = timed(lambda: by_pandas(data, YEARS[0]), 1)
    polars, others = timed(lambda: by_polars(data, YEARS[0]), 2)
    if cells != others:
        raise SystemExit("pandas and Polars do not count the same")
    checked, _none = timed(lambda: validate(data), 1)
    return {"cells": sum(map(len, theirs)), "by hand": hand, "peak_mb": peak, "engine": ours / hand,
            "pandas": pandas / one, "polars": polars / one, "validate": checked / hand}  # fmt: skip


def tell(told: dict) -> None:
    """Prints it."""
    print(f"\nstatistics: a yearly report with the year before, {told['cells']:,} cells, from {SPELLS:,} spells of {PERSONS:,} "
          f"persons; by hand {told['by hand']:.2f} s, peak {told['peak_mb']:.0f} MB")  # fmt: skip
    for name in ("pandas", "polars"):
        print(f"  {name + ', one cube':<44} {told[name]:6.2f}")
    print(f"  {'validate':<44} {told['validate']:6.2f}")
