"""Opening a folder of microdata in DuckDB: a view a file, read as it streams by."""

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb

from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.schema import Resource, resources

SQL_TYPES = {"string": "VARCHAR", "integer": "INTEGER", "date": "DATE"}
MEMORY_LIMIT = "4GB"


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that keeps within its bounds, spills to disk beyond them, and fetches nothing from afar."""
    return duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def file_of(folder: Path, name: str) -> Path | None:
    """The resource's .parquet or .csv file; None where there is none. Raises BadInput where both are there."""
    found = [path for path in (folder / f"{name}.parquet", folder / f"{name}.csv") if path.is_file()]
    if len(found) > 1:
        raise BadInput(f"{folder}: {name} is there both as .parquet and as .csv. Remove one.")
    return found[0] if found else None


def heading_of(path: Path) -> list[str]:
    """The columns that a .csv file's first line names.

    Raises BadInput, which leaves the file's name to the caller, where it names none, or one of them twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading = next(csv.reader(file, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot be read: {error}") from None
    if not heading:
        raise BadInput("is empty. The first line names the columns.")
    if twice := sorted({name for name in heading if heading.count(name) > 1}):
        raise BadInput(f"has the column {twice[0]} twice.")
    return heading


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def reading(path: Path, options: str = "") -> str:
    """SQL that reads a file with every column as it stands; of .csv all columns are text and empty cells NULL.

    `options` are more of those of DuckDB for .csv. Raises BadInput as `heading_of` does.
    """
    if path.suffix == ".parquet":
        return f"read_parquet({_quoted(str(path))})"
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in heading_of(path))
    form = "header=true, auto_detect=false, delim=',', quote='\"', escape='\"', nullstr=''"
    return f"read_csv({_quoted(str(path))}, columns={{{columns}}}, {form}{options})"


def _typed(resource: Resource, path: Path) -> str:
    columns = ", ".join(f'CAST("{f.name}" AS {SQL_TYPES[f.type]}) AS "{f.name}"' for f in resource.fields)
    return f"SELECT {columns} FROM {reading(path)}"


def files_in(folder: Path, needed: Iterable[str]) -> dict[str, Path]:
    """The `needed` files by their names. Raises BadInput for one that is missing."""
    found = {name: file_of(folder, name) for name in needed}
    if missing := [name for name, path in found.items() if path is None]:
        raise BadInput(f"{folder}: the file {missing[0]}.parquet or {missing[0]}.csv is missing.")
    return {name: path for name, path in found.items() if path}


def open_folder(folder: Path, needed: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each of the `needed` files, typed by the schema.

    Raises BadInput for a file that is missing or does not have the schema's columns and types.
    """
    connection = connect()
    for name, path in files_in(folder, needed).items():
        try:
            connection.execute(f"CREATE VIEW {name} AS {_typed(resources()[name], path)}")
        except BadInput as error:
            raise BadInput(f"{path}: {error}") from None
        except duckdb.Error as error:
            raise unreadable(path, error) from None
    return connection


def first_line(error: Exception) -> str:
    """What an engine says is wrong, without its hints."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def unreadable(path: Path | str, error: Exception) -> BadInput:
    """What is said of files that do not give what is asked of them."""
    return BadInput(f"{path}: {first_line(error)} Run `handslag statistics validate` to see what is wrong.")
