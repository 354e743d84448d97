"""Opening a folder of microdata in DuckDB: a view a file, read as it streams by."""

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


def reading(path: Path) -> str:
    """SQL that reads a file with every column as it stands; of .csv all columns are text and empty cells NULL."""
    quoted = str(path).replace("'", "''")
    if path.suffix == ".parquet":
        return f"read_parquet('{quoted}')"
    return f"read_csv('{quoted}', header=true, all_varchar=true, delim=',', quote='\"', escape='\"', nullstr='')"


def _typed(resource: Resource, path: Path) -> str:
    columns = ", ".join(f'CAST("{f.name}" AS {SQL_TYPES[f.type]}) AS "{f.name}"' for f in resource.fields)
    return f"SELECT {columns} FROM {reading(path)}"


def open_folder(folder: Path, needed: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each of the `needed` files, typed by the schema.

    Raises BadInput for a file that is missing or does not have the schema's columns and types.
    """
    connection = connect()
    for name in needed:
        path = file_of(folder, name)
        if path is None:
            raise BadInput(f"{folder}: the file {name}.parquet or {name}.csv is missing.")
        try:
            connection.execute(f"CREATE VIEW {name} AS {_typed(resources()[name], path)}")
        except duckdb.Error as error:
            raise unreadable(path, error) from None
    return connection


def first_line(error: duckdb.Error) -> str:
    """What DuckDB says is wrong, without its hints."""
    return next(line.strip() for line in str(error).splitlines() if line.strip())


def unreadable(path: Path | str, error: duckdb.Error) -> BadInput:
    """What is said of files that do not give what is asked of them."""
    return BadInput(f"{path}: {first_line(error)} Run `handslag statistics validate` to see what is wrong.")
