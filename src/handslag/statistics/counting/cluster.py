"""Counting on a Spark cluster (the extra `handslag[cluster]`), for whom one machine is too small.

All machines of the cluster must see the microdata in the same folder.
"""

import re
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from handslag.statistics.counting.engines import Engine, Record, Session
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.opening import files_in, unreadable
from handslag.statistics.microdata.schema import resources

HERE = "local[*]"
"""A cluster of this machine's own cores."""
MASTER = re.compile(r"local(\[(\d+|\*)\])?|spark://(?P<hosts>[^\s/:,]+:\d+(,[^\s/:,]+:\d+)*)|yarn|k8s://\S+")
SETTINGS = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
SECONDS = 5
"""Within which a cluster's master must answer."""
TYPES = {"string": "STRING", "integer": "INT", "date": "DATE"}
TEXT = ("AS VARCHAR", "AS STRING")
"""The one word that Spark has another name for."""


class _Spark:
    """Spark's session, as `engines.Session`."""

    def __init__(self, spark: Any):
        self._spark = spark

    def read(self, name: str, path: Path) -> None:
        """Makes a file a view, typed by the schema; an empty cell of a .csv file is none."""
        reader, cell = self._spark.read, "`{}`"
        if path.suffix == ".csv":
            reader = reader.options(header=True, quote='"', escape='"', multiLine=True, encoding="UTF-8")
            cell = "NULLIF(`{}`, '')"
        data = getattr(reader, path.suffix[1:])(path.resolve().as_uri())
        columns = (f"CAST({cell.format(f.name)} AS {TYPES[f.type]}) AS `{f.name}`" for f in resources()[name].fields)
        data.selectExpr(*columns).createOrReplaceTempView(name)

    def name(self, view: str, sql: str, label: str) -> None:
        """As `Session` says."""
        with _told(label):
            self._spark.sql(sql.replace(*TEXT)).createOrReplaceTempView(view)

    def keep(self, view: str, sql: str, label: str) -> set[str]:
        """As `Session` says."""
        with _told(label):
            self._spark.catalog.clearCache()
            found = self._spark.sql(sql.replace(*TEXT)).cache()
            found.createOrReplaceTempView(view)
            return set(found.columns)

    def rows(self, sql: str, label: str) -> list[Record]:
        """As `Session` says."""
        with _told(label):
            return [tuple(row) for row in self._spark.sql(sql).collect()]


@contextmanager
def _told(label: str | Path) -> Iterator[None]:
    """Says in words what Spark finds wrong."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise unreadable(label, error) from None


def on_cluster(master: str = HERE) -> Engine:
    """The engine of a cluster: its `master` is local[N], spark://HOST:PORT, yarn or k8s://ADDRESS.

    Raises BadInput for another one, for one that does not answer, and where pyspark or Java is not here.
    """
    _refuse_impossible(master)

    @contextmanager
    def opened(folder: Path, needed: Collection[str]) -> Iterator[Session]:
        paths = files_in(folder, needed)
        session = _begun(master)
        try:
            spark = _Spark(session)
            for name, path in paths.items():
                with _told(path):
                    spark.read(name, path)
            yield spark
        finally:
            with suppress(Exception):  # it may have lost its cluster
                session.stop()

    return opened


def _refuse_impossible(master: str) -> None:
    found = MASTER.fullmatch(master)
    if not found:
        raise BadInput(f"--master {master}: no cluster's address. Write local[4], spark://host:7077, yarn or k8s://...")
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise BadInput("Spark is not here. Install it with: pip install 'handslag[cluster]'") from None
    hosts = (found["hosts"] or "").split(",")
    if hosts[0] and not any(_answers(*host.rsplit(":", 1)) for host in hosts):
        raise BadInput(f"--master {master}: nobody answers there.")


def _answers(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), SECONDS):
            return True
    except (OSError, OverflowError):
        return False


def _begun(master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("handslag")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:  # Java, Spark and the cluster say more themselves on standard error
        if "JAVA_GATEWAY_EXITED" in str(error):
            raise BadInput("Spark needs Java 17 or later, and did not find it. Install it, or set JAVA_HOME.") from None
        raise BadInput(f"--master {master}: Spark did not begin there. What it said of it stands above.") from None
