"""Counting on a Spark cluster: the same cells, in a published report too. What needs Spark is skipped where it is not."""

import builtins
import csv
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from handslag.cli.main import main
from handslag.statistics.counting.cluster import on_cluster
from handslag.statistics.counting.engines import embedded
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.schema import resources
from handslag.statistics.reports.figures import count_report
from handslag.statistics.reports.specification import report
from handslag.statistics.simulating.sweden import simulate
from tests.clusters import free_port

YEAR = 2020
HERE = "local[2]"


@pytest.fixture
def spark():
    pytest.importorskip("pyspark", reason="handslag[cluster] is not installed")
    if not shutil.which("java"):
        pytest.skip("Java is not installed")


@pytest.fixture(scope="module", params=["parquet", "csv"])
def data(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster") / "data"
    simulate(YEAR - 1, YEAR, 1, 0.05, folder, request.param)
    return folder


def quiet(*_told):
    pass


@pytest.mark.parametrize("name", ["joint-support", "associations"])
def test_spark_counts_the_same(spark, data, name):
    ours, theirs = (
        count_report(data, report(name), (YEAR, YEAR - 1), {}, quiet, engine) for engine in (embedded, on_cluster(HERE))
    )
    assert sum(len(counted.counts) for counted in ours.values()) > 100
    assert theirs == ours
    orders = [[list(one.counts) for one in counted.values()] for counted in (ours, theirs)]
    assert orders[0] == orders[1], "kept in the same order, for the digest of what is kept"


def run(data: Path, out: Path, *words: str):
    given = ["report", "joint-support", "--data", data, "--year", YEAR - 1, "--out", out, "--language", "en"]
    return CliRunner().invoke(main, ["statistics", *map(str, given), "--ledger", f"{out}.ledger", *words])


def test_a_report_counted_on_a_cluster_is_told_again_here_byte_by_byte(spark, data, tmp_path):
    made = run(data, tmp_path / "out", "--engine", "spark", "--master", HERE)
    assert made.exit_code == 0, made.output
    again = ["reproduce", tmp_path / "out" / "manifest.json", "--data", data, "--ledger", tmp_path / "out.ledger"]
    told = CliRunner().invoke(main, ["statistics", *map(str, again)])
    assert told.exit_code == 0 and "The same, byte by byte." in told.output


def test_empty_cells_quotes_and_line_breaks_of_csv_are_read_alike(spark, tmp_path):
    simulate(YEAR, YEAR, 1, 0.01, tmp_path / "data", "csv")
    path = tmp_path / "data" / "measures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    at = heading.index("association")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
            [heading, *([*row[:at], f'{row[at]} "Å", \\ ö\nnorr', *row[at + 1 :]] for row in rows)]
        )
    found = []
    for engine in (embedded, on_cluster(HERE)):
        with engine(tmp_path / "data", list(resources())) as session:
            found.append({name: sorted(map(str, session.rows(f"SELECT * FROM {name}", name))) for name in resources()})
    assert found[0] == found[1] and "norr" in found[0]["measures"][0]


def test_what_the_files_lack_is_said_in_words(spark, data, tmp_path):
    with (
        pytest.raises(BadInput, match="persons.parquet or persons.csv is missing"),
        on_cluster(HERE)(tmp_path, ["persons"]),
    ):
        pass
    with on_cluster(HERE)(data, ["persons"]) as session, pytest.raises(BadInput, match="what is asked"):
        session.rows("SELECT nothing FROM persons", "what is asked")
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_year\np1,woman,long ago\n")
    with on_cluster(HERE)(tmp_path, ["persons"]) as session, pytest.raises(BadInput, match="what is asked"):
        session.rows("SELECT birth_year FROM persons", "what is asked")


def test_without_spark_or_java_a_word_says_what_to_install(data, tmp_path, monkeypatch):
    kept = builtins.__import__

    def lacking(name, *rest):
        if name.startswith("pyspark"):
            raise ImportError(name)
        return kept(name, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(builtins, "__import__", lacking)
        told = run(data, tmp_path / "out", "--engine", "spark")
    assert told.exit_code == 1 and "pip install 'handslag[cluster]'" in told.output and "Traceback" not in told.output
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.ledger").exists()


def test_without_java_a_word_says_so(spark, data, tmp_path):
    words = ["joint-support", "--data", data, "--year", YEAR - 1, "--out", tmp_path / "out", "--ledger", tmp_path / "l"]
    command = [sys.executable, "-m", "handslag", "statistics", "report", *map(str, words), "--engine", "spark"]
    env = {**os.environ, "JAVA_HOME": str(tmp_path)}
    told = subprocess.run(command, env=env, capture_output=True, check=False, text=True)
    assert told.returncode == 1 and "Spark needs Java 17 or later" in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize(
    "master", ["", "cluster:7077", "spark://", "http://cluster", "local[many]", "spark://a:b", "sc://x"]
)
def test_what_is_no_clusters_address_is_refused_in_words(data, tmp_path, master):
    told = run(data, tmp_path / "out", "--engine", "spark", "--master", master)
    assert told.exit_code == 1 and "no cluster's address" in told.output and "Traceback" not in told.output


def test_a_cluster_that_does_not_answer_is_named(spark, data, tmp_path):
    master = f"spark://127.0.0.1:{free_port()}"
    told = run(data, tmp_path / "out", "--engine", "spark", "--master", master)
    assert told.exit_code == 1 and f"--master {master}: nobody answers there." in told.output
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        told = run(data, tmp_path / "out", "--engine", "spark", "--master", f"spark://a.invalid:1,127.0.0.1:{port}0")
    assert told.exit_code == 1 and "nobody answers there" in told.output
