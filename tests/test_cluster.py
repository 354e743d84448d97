"""The counting is SQL that a cluster engine runs as it stands, with the same figures. Skipped where Spark is absent."""

from collections.abc import Iterator

import pytest

from handslag.statistics.counting.units import count, counted_sql, dimensions_of
from handslag.statistics.microdata.opening import open_folder
from handslag.statistics.microdata.schema import resources
from handslag.statistics.reports.figures import definitions_of
from handslag.statistics.reports.specification import reports
from handslag.statistics.simulating.sweden import simulate

YEAR = 2019
TEXT = ("AS VARCHAR", "AS STRING")  # the one word that Spark has another name for


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster") / "data"
    simulate(YEAR, YEAR, 1, 0.2, folder)
    return folder


@pytest.fixture(scope="module")
def spark(data) -> Iterator:
    sql = pytest.importorskip("pyspark.sql")
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for name in resources():
        session.read.parquet(str(data / f"{name}.parquet")).createOrReplaceTempView(name)
    days = f"SELECT DATE '{YEAR}-01-01' AS first_day, DATE '{YEAR}-12-31' AS last_day"
    session.sql(f"CREATE OR REPLACE TEMP VIEW period AS {days}")
    yield session
    session.stop()


@pytest.mark.parametrize("cube", [c for r in reports().values() for c in r.cubes], ids=lambda cube: cube.units)
def test_spark_counts_the_same(spark, data, cube):
    units, outcomes = definitions_of(cube, {})
    spark.sql(f"CREATE OR REPLACE TEMP VIEW units AS {units.sql.replace(*TEXT)}")
    there = set(spark.table("units").columns)
    names = dimensions_of(there, outcomes)
    rows = spark.sql(
        f"SELECT {', '.join(names)}, count(*) FROM ({counted_sql(there, outcomes)}) GROUP BY {', '.join(names)}"
    )
    theirs = {tuple(row[:-1]): row[-1] for row in rows.collect()}
    ours = count(open_folder(data, resources()), units, outcomes, YEAR)
    assert ours.counts and names == ours.dimensions
    assert theirs == ours.counts
