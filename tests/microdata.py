"""Small folders of microdata for tests, as .csv or .parquet."""

import csv
from pathlib import Path

import duckdb

from handslag.statistics.microdata.opening import SQL_TYPES
from handslag.statistics.microdata.schema import resources


def write(folder: Path, form: str = "csv", **files: list[dict]) -> Path:
    """Writes each file's rows (columns that a row leaves out are empty), and the schema's other files empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, resource in resources().items():
        columns = [field.name for field in resource.fields]
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(files.get(name, []))
        if form == "parquet":
            typed = ", ".join(f'CAST("{f.name}" AS {SQL_TYPES[f.type]}) AS "{f.name}"' for f in resource.fields)
            source = f"read_csv('{path}', header=true, all_varchar=true, nullstr='', delim=',', quote='\"')"
            duckdb.sql(f"COPY (SELECT {typed} FROM {source}) TO '{folder / name}.parquet' (FORMAT parquet)")
            path.unlink()
    return folder


def person(person_id: str, sex: str = "woman", birth_year: int = 1980) -> dict:
    """A row of persons."""
    return {"person_id": person_id, "sex": sex, "birth_year": birth_year}


def spell(person_id: str, kind: str, from_date: str, to_date: str = "") -> dict:
    """A row of livelihoods: from a day up to but not including another."""
    return {"person_id": person_id, "kind": kind, "from_date": from_date, "to_date": to_date}


def rehabilitation(number: str, person_id: str, ended_on: str, municipality: str = "1380") -> dict:
    """A row of rehabilitations."""
    return {"rehabilitation_id": number, "person_id": person_id, "started_on": "2018-01-01", "ended_on": ended_on,
            "direction": "work_directed", "municipality_code": municipality}  # fmt: skip


def measure(measure_id: str, **given) -> dict:
    """A row of measures."""
    row = {"measure_id": measure_id, "association": "Halland", "direction": "individual", "starts_on": "2018-01-01",
           "target_groups": "long_term_sick", "municipality_code": "1380"}  # fmt: skip
    return row | given


def participation(number: str, person_id: str, started_on: str, ended_on: str = "", **given) -> dict:
    """A row of participations in the measure m."""
    row = {"participation_id": number, "measure_id": "m", "person_id": person_id, "sex": "woman",
           "target_group": "long_term_sick", "started_on": started_on, "ended_on": ended_on,
           "end_reason": "completed" if ended_on else ""}  # fmt: skip
    return row | given
