"""What is wrong with microdata is told with its place and reason, whatever the form of the file."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from handslag.cli.main import main
from handslag.statistics.microdata.schema import published, resources
from handslag.statistics.microdata.validating import validate
from tests.microdata import measure, participation, person, rehabilitation, spell, write

SOUND = {
    "persons": [person("a"), person("b", "man")],
    "livelihoods": [spell("a", "wage", "2019-01-01", "2019-02-01")],
    "measures": [measure("m", target_groups="long_term_sick;newly_arrived")],
    "participations": [participation("q1", "a", "2019-01-01"), participation("q2", "", "2019-01-01", "2019-02-01")],
    "rehabilitations": [rehabilitation("r1", "a", "2019-02-01")],
}
WRONG = {
    "an unknown code": ("persons", person("c", "boy"), "persons.{form}, row 3, sex: “boy” is not in the code list"),
    "an unknown municipality": ("rehabilitations", rehabilitation("r2", "a", "2019-02-01", "9999"), "row 2, municipality_code: “9999”"),
    "one unknown group of several": ("measures", measure("n", target_groups="newly_arrived;x"), "row 2, target_groups: “newly_arrived;x”"),
    "a spell that ends before it starts": ("livelihoods", spell("a", "wage", "2019-02-01", "2019-01-01"), "row 2, to_date: to_date is not after"),
    "a spell of no days": ("livelihoods", spell("a", "wage", "2019-02-01", "2019-02-01"), "row 2, to_date"),
    "a rehabilitation that ends before it starts": ("rehabilitations", rehabilitation("r2", "a", "2017-02-01"), "row 2, ended_on: ended_on is before"),
    "an orphan": ("livelihoods", spell("z", "wage", "2019-01-01"), "row 2, person_id: is not in persons"),
    "a measure that is not there": ("participations", participation("q3", "a", "2019-01-01", measure_id="x"), "row 3, measure_id: is not in measures"),
    "a key twice": ("persons", person("a"), "row 3, person_id: stands in an earlier row too"),
    "an empty cell": ("persons", person(""), "row 3, person_id: is empty"),
    "an end without its reason": ("participations", participation("q3", "a", "2019-01-01", "2019-02-01", end_reason=""), "row 3, end_reason"),
    "a sex that is not the person's": ("participations", participation("q3", "b", "2019-01-01"), "row 3, sex: is not the person's"),
    "a degree that there is not": ("livelihoods", {**spell("a", "sickness_benefit", "2019-01-01"), "degree": 33}, "row 2, degree: “33”"),
    "a year still to come": ("persons", person("c", birth_year=2099), "row 3, birth_year: birth_year is still to come"),
    "an association by a place's code": ("measures", measure("n", association="1380"), "row 2, association: association is a code"),
    "an association called total": ("measures", measure("n", association="total"), "row 2, association: association is a code"),
    "an association that looks like two": ("measures", measure("n", association="A|B"), "row 2, association: association is a code"),
    "a year out of bounds": ("persons", person("c", birth_year=1066), "row 3, birth_year: “1066” is not from 1900 to 2100"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_sound_files_have_no_findings(tmp_path, form):
    assert validate(write(tmp_path / "d", form, **SOUND)) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path, form, what):
    name, row, said = WRONG[what]
    folder = write(tmp_path / "d", form, **{**SOUND, name: [*SOUND.get(name, []), row]})
    found = [str(finding) for finding in validate(folder)]
    assert any(said.format(form=form) in one for one in found), found
    assert all(one.startswith(f"{name}.{form}") for one in found)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("from_date", "2019-02-30", "“2019-02-30” is no date"),
        ("from_date", "2019-1-1", "“2019-1-1” is no date"),
        ("from_date", "infinity", "is no date"),
        ("degree", "1e2", "“1e2” is no whole number"),
    ],
)
def test_values_of_the_wrong_type_are_told(tmp_path, column, value, said):
    rows = [{**spell("a", "wage", "2019-01-01"), column: value}]
    found = [str(finding) for finding in validate(write(tmp_path / "d", **{**SOUND, "livelihoods": rows}))]
    assert len(found) <= 2 and any(f"row 1, {column}: " in one and said in one for one in found), found


def test_a_parquet_file_with_columns_of_another_type_is_told(tmp_path):
    folder = write(tmp_path / "d", "parquet", **SOUND)
    (folder / "persons.parquet").unlink()
    duckdb.sql(f"COPY (SELECT 'a' AS person_id, 'woman' AS sex, 1980.5 AS birth_year) TO '{folder}/persons.parquet'")
    assert "persons.parquet, row 1, birth_year: “1980.5” is no whole number" in map(str, validate(folder))


def test_files_that_cannot_be_read_and_headings_that_are_wrong_are_told(tmp_path):
    folder = write(tmp_path / "d", "parquet", **SOUND)
    whole = (folder / "persons.parquet").read_bytes()
    (folder / "persons.parquet").write_bytes(whole[: len(whole) // 2])  # truncated
    (folder / "measures.parquet").unlink()
    (folder / "measures.csv").write_text("measure_id,colour\nm,red\n")
    found = [str(finding) for finding in validate(folder)]
    assert any(one.startswith("persons.parquet: cannot be read") for one in found)
    assert "measures.csv, association: the column is missing" in found
    assert "measures.csv, colour: the schema has no such column" in found
    (folder / "persons.parquet").unlink()
    assert [str(one) for one in validate(folder)].count("persons: the file is missing") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["persons.csv: is empty. The first line names the columns."]),
        ("person_id,sex,sex\na,woman,1980\n", ["persons.csv: has the column sex twice."]),
        (
            "person_id,gender,birth_year\n" + "a,woman,1980\n" * 200,
            ["persons.csv, gender: the schema has no such column", "persons.csv, sex: the column is missing"],
        ),
        (
            'person_id,sex,birth_year\r\na,woman,1980\r\n"b\r\n",man\r\nc,man,1980,x\r\n',
            [f"persons.csv, row {row}: has {cells} cells, the heading 3" for row, cells in ((2, 2), (3, 4))],
        ),
        (
            'person_id,sex,birth_year\na,woman,1980\n"b"b,man,1980\n',
            ["persons.csv, row 2: Value with unterminated quote found."],
        ),
    ],
    ids=["empty", "a column twice", "a bad heading", "short and long rows", "a loose quote"],
)
def test_what_is_wrong_with_a_file_as_a_whole_is_told_once_and_of_that_file_alone(tmp_path, text, said):
    folder = write(tmp_path / "d", **SOUND)
    (folder / "persons.csv").write_bytes(text.encode("utf-8-sig"))
    assert [str(finding) for finding in validate(folder)] == said


def test_lines_end_as_any_system_ends_them(tmp_path):
    folder = write(tmp_path / "d", **SOUND)
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert validate(folder) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"association": "1380"}, "“1380” is no name"),
        ({"association": "total"}, "“total” is no name"),
        ({"association": "A|B"}, "“A|B” is no name"),
        ({"municipality_code": "9999"}, "the value 9999, which is not in the code list"),
    ],
    ids=str,
)
def test_places_that_cannot_be_told_apart_are_refused_also_where_the_files_were_not_checked(tmp_path, changes, said):
    folder = write(tmp_path / "d", **{**SOUND, "measures": [measure("m", **changes)]})
    (tmp_path / "key").write_bytes(b"x" * 32)
    told = ["--data", str(folder), "--year", "2019", "--ledger", str(tmp_path / "l"), "--is-sound"]
    for command in (["report", "associations", "--out", str(tmp_path / "out")],
                    ["ask", "associations", "participants", "--by", "place", "--secret", str(tmp_path / "key")]):  # fmt: skip
        done = CliRunner().invoke(main, ["statistics", *command, *told])
        assert done.exit_code == 1 and said in done.output, done.output


def test_an_answer_from_data_that_is_not_sound_is_refused(tmp_path):
    folder = write(tmp_path / "d", **{**SOUND, "persons": [person("a"), person("b", "man", 2099)]})
    (tmp_path / "key").write_bytes(b"x" * 32)
    done = CliRunner().invoke(
        main,
        ["statistics", "ask", "associations", "participants", "--data", str(folder), "--year", "2019", "--by", "sex",
         "--secret", str(tmp_path / "key"), "--ledger", str(tmp_path / "l")],
    )  # fmt: skip
    assert done.exit_code == 1 and "persons.csv, row 2, birth_year: birth_year is still to come" in done.output
    assert not (tmp_path / "l").exists()


def test_the_command_tells_and_exits_with_1(tmp_path):
    folder = write(tmp_path / "d", **{**SOUND, "persons": [person("a"), person("a")]})
    done = CliRunner().invoke(main, ["statistics", "validate", str(folder)])
    assert done.exit_code == 1 and "persons.csv, row 2, person_id" in done.output
    (folder / "persons.parquet").write_bytes(b"")
    done = CliRunner().invoke(main, ["statistics", "validate", str(folder)])
    assert done.exit_code == 1 and "both as .parquet and as .csv" in done.output and "Traceback" not in done.output
    (tmp_path / "empty").mkdir()
    assert CliRunner().invoke(main, ["statistics", "validate", str(tmp_path / "empty")]).exit_code == 1


def test_the_schema_is_published_whole():
    done = CliRunner().invoke(main, ["statistics", "schema"])
    schema = json.loads(done.output)
    assert schema == published() and [r["name"] for r in schema["resources"]] == list(resources())
    fields = {f["name"]: f for r in schema["resources"] for f in r["schema"]["fields"]}
    assert all(f["title"] and f["title_sv"] for f in fields.values())
    assert fields["sex"]["constraints"]["enum"] == ["woman", "man"]
    assert {"value": "wage", "label": "Wage", "label_sv": "Lön"} in fields["kind"][
        "categories"
    ] or "categories" in fields["kind"]


def test_a_report_of_data_that_is_not_sound_writes_nothing(tmp_path):
    folder = write(tmp_path / "d", **{**SOUND, "persons": [person("a", "boy")]})
    out = tmp_path / "out"
    command = [
        "statistics",
        "report",
        "joint-support",
        "--data",
        str(folder),
        "--year",
        "2019",
        "--out",
        str(out),
        "--ledger",
        str(tmp_path / "l"),
    ]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1 and "persons.csv, row 1, sex: “boy”" in done.output and not Path(out).exists()
