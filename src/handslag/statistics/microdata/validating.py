"""Checking a folder of microdata against the schema: file, row, column and reason of what is wrong.

Every file is read as text and streams by, so that 100 million rows need no more memory than a thousand; what must be
unique or point to another file is compared by DuckDB, which spills to disk.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.opening import SQL_TYPES, connect, file_of, first_line, reading
from handslag.statistics.microdata.schema import Field, Resource, resources
from handslag.statistics.progress import Progress, quiet

MOST = 100
"""So many findings are told of each check of a file."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `row` counts from 1 after the heading; None where it is the file as a whole."""

    file: str
    row: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        place = f", row {self.row}" if self.row else ""
        column = f", {self.column}" if self.column else ""
        return f"{self.file}{place}{column}: {self.reason}"


def _wrong(field: Field) -> Iterator[tuple[str, str]]:
    """(SQL that is true of a wrong text in the column, reason) for each way in which it can be wrong."""
    text = f'"{field.name}"'
    if field.required:
        yield f"{text} IS NULL OR {text} = ''", "is empty"
    if field.type == "date":
        shaped = f"regexp_full_match({text}, '\\d{{4}}-\\d\\d-\\d\\d')"
        yield (
            f"NOT coalesce({shaped} AND isfinite(TRY_CAST({text} AS DATE)), {text} IS NULL)",
            "is no date (YYYY-MM-DD)",
        )
    if field.type == "integer":
        yield f"NOT regexp_full_match({text}, '-?\\d{{1,9}}')", "is no whole number"
        low, high = field.minimum, field.maximum
        if low is not None:
            yield f"TRY_CAST({text} AS INTEGER) NOT BETWEEN {low} AND {high}", f"is not from {low} to {high}"
    if field.values:
        listed = ", ".join(f"'{value}'" for value in field.values)
        one = f"NOT list_has_all([{listed}], string_split({text}, '{field.separator}'))"
        yield one if field.separator else f"{text} NOT IN ({listed})", "is not in the code list"


def _cells_of(text: str, columns: int) -> str:
    """What is said of a row that has not as many cells as there are columns."""
    return f"has {len(next(csv.reader([text.strip()])))} cells, the heading {columns}"


class _File:
    """A file under check, as a relation of texts with row numbers."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, resource: Resource, path: Path):
        self._connection, self._resource, self.path = connection, resource, path

    def heading(self) -> Iterator[Finding]:
        """Columns that are missing, or that the schema does not know."""
        described = self._connection.execute(f"DESCRIBE SELECT * FROM {reading(self.path)}").fetchall()
        there, known = {row[0] for row in described}, {field.name for field in self._resource.fields}
        for name in sorted(known - there):
            yield Finding(self.path.name, None, name, "the column is missing")
        for name in sorted(there - known):
            yield Finding(self.path.name, None, name, "the schema has no such column")

    def shape(self) -> Iterator[Finding]:
        """Rows of .csv with more or fewer cells than the heading, or whose cells cannot be told apart."""
        if self.path.suffix == ".parquet":
            return
        name, place = f"{self._resource.name}_rejects", f"{self._resource.name}_scans"
        kept = f", store_rejects=true, rejects_limit={MOST}, rejects_table='{name}', rejects_scan='{place}'"
        self._connection.execute(f"SELECT count(*) FROM {reading(self.path, kept)}").fetchall()
        found = self._connection.execute(
            f"SELECT DISTINCT ON (line) line, error_type::VARCHAR, csv_line, error_message FROM {name} "
            f"ORDER BY line, column_idx LIMIT {MOST}"
        )
        for line, kind, text, message in found.fetchall():
            told = _cells_of(text, len(self._resource.fields)) if kind.endswith("COLUMNS") else message
            yield Finding(self.path.name, line - 1, "", told)

    def view(self) -> None:
        """Lets the other checks read the file as `NAME_text`, and typed, NULL where it cannot be, as `NAME_typed`."""
        fields, name = self._resource.fields, self._resource.name
        texts = ", ".join(f'CAST("{f.name}" AS VARCHAR) AS "{f.name}"' for f in fields)
        self._connection.execute(
            f"CREATE VIEW {name}_text AS SELECT row_number() OVER () AS row, {texts} FROM {reading(self.path)}"
        )
        typed = ", ".join(f'TRY_CAST("{f.name}" AS {SQL_TYPES[f.type]}) AS "{f.name}"' for f in fields)
        self._connection.execute(f"CREATE VIEW {name}_typed AS SELECT row, {typed} FROM {name}_text")

    def checks(self, readable: set[str]) -> Iterator[tuple[str, Iterator[Finding]]]:
        """The checks of what a viewed file holds, each with its name; each is made as it is gone through."""
        yield "values", self.values()
        yield "rules", self.rules()
        yield "key", self.key()
        yield "pointers", self.pointers(readable)

    def values(self) -> Iterator[Finding]:
        """Cells whose value cannot be right in itself, all columns in one reading."""
        ways = [(field, sql, reason) for field in self._resource.fields for sql, reason in _wrong(field)]
        flags = ", ".join(f"CASE WHEN {sql} THEN {n} END" for n, (_field, sql, _reason) in enumerate(ways))
        cells = ", ".join(f'"{field.name}"' for field, _sql, _reason in ways)
        found = self._connection.execute(
            f"SELECT row, way, [{cells}][way + 1] FROM (SELECT *, unnest([{flags}]) AS way "
            f"FROM {self._resource.name}_text) WHERE way IS NOT NULL LIMIT {MOST}"
        ).fetchall()
        for row, way, cell in found:
            field, _sql, reason = ways[way]
            yield Finding(self.path.name, row, field.name, reason if cell is None else f"“{cell[:40]}” {reason}")

    def rules(self) -> Iterator[Finding]:
        """Rows in which columns contradict each other."""
        for rule in self._resource.rules:
            for row in self._rows(f"SELECT row FROM {self._resource.name}_typed WHERE NOT ({rule.sql})"):
                yield Finding(self.path.name, row, rule.field, rule.message)

    def key(self) -> Iterator[Finding]:
        """Rows whose key stands further up already."""
        if key := self._resource.key:
            name = self._resource.name
            twice = f'SELECT "{key}" FROM {name}_text GROUP BY 1 HAVING count(*) > 1 LIMIT {MOST}'
            again = f'SELECT max(row) FROM {name}_text WHERE "{key}" IN ({twice}) GROUP BY "{key}" ORDER BY 1'
            for row in self._rows(again):
                yield Finding(self.path.name, row, key, "stands in an earlier row too")

    def pointers(self, readable: set[str]) -> Iterator[Finding]:
        """Rows that point to something that is not there; what is wrong with a file as a whole is told of that file."""
        for column, target in self._resource.points_to:
            if target in readable:
                own, other, key = f"{self._resource.name}_text", f"{target}_text", resources()[target].key
                orphans = (
                    f'SELECT row FROM {own} o WHERE "{column}" IS NOT NULL '
                    f'AND NOT EXISTS (SELECT 1 FROM {other} t WHERE t."{key}" = o."{column}")'
                )
                for row in self._rows(orphans):
                    yield Finding(self.path.name, row, column, f"is not in {target}")

    def _rows(self, sql: str) -> list[int]:
        return [row for (row,) in self._connection.execute(f"{sql} LIMIT {MOST}").fetchall()]


def _sexes_agree(connection: duckdb.DuckDBPyConnection, file: str) -> Iterator[Finding]:
    """A participant's sex is the person's: what is counted by sex must be fixed for a person."""
    found = connection.execute(
        "SELECT q.row FROM participations_text q JOIN persons_text p USING (person_id) "
        f"WHERE p.sex <> q.sex LIMIT {MOST}"
    )
    for (row,) in found.fetchall():
        yield Finding(file, row, "sex", "is not the person's sex in persons")


def validate(folder: Path, progress: Progress = quiet, names: set[str] | None = None) -> list[Finding]:
    """Everything that is wrong with a folder's files (at most 100 a check), file by file; empty if all is well.

    `names` limits the check to some files and those that they point to. `progress` is told (file and check, checks
    done, of how many). Raises BadInput for a folder that holds none of the files.
    """
    wanted = [name for name in resources() if names is None or name in _with_targets(names)]
    paths = {name: path for name in wanted if (path := file_of(folder, name))}
    if not paths:
        raise BadInput(f"{folder}: none of the files {', '.join(wanted)} is there, as .parquet or .csv.")
    connection = connect()
    files = {name: _File(connection, resources()[name], path) for name, path in paths.items()}
    findings = [Finding(name, None, "", "the file is missing") for name in wanted if name not in paths]
    readable: set[str] = set()
    for name, file in files.items():
        wrong = _told(file.path, file.heading()) or _told(file.path, file.shape())
        findings += wrong
        if not wrong:
            file.view()
            readable.add(name)
    checks = [(name, what, found) for name in sorted(readable) for what, found in files[name].checks(readable)]
    for done, (name, what, found) in enumerate(checks):
        progress(f"{name}: {what}", done, len(checks))
        findings += _told(files[name].path, found)
    if {"persons", "participations"} <= readable:
        path = files["participations"].path
        findings += _told(path, _sexes_agree(connection, path.name))
    progress("done", len(checks), len(checks))
    order = list(resources())
    return sorted(dict.fromkeys(findings), key=lambda f: (order.index(f.file.rsplit(".", 1)[0]), f.row or 0, f.column))


def _with_targets(names: set[str]) -> set[str]:
    return names | {target for name in names for _column, target in resources()[name].points_to}


def _told(path: Path, found: Iterator[Finding]) -> list[Finding]:
    try:
        return list(found)
    except BadInput as error:
        return [Finding(path.name, None, "", str(error))]
    except duckdb.Error as error:
        return [Finding(path.name, None, "", f"cannot be read: {first_line(error)}")]
