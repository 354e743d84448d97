"""Promise 10: a file is taken whole or not at all, and every error is told by row and column."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from handslag.cases.actions import close
from handslag.cases.models import Case
from handslag.cli.main import main
from handslag.foundation import clock
from handslag.intake.actions import import_cases
from handslag.intake.columns import NAMES
from handslag.intake.template import example_rows, write_template
from handslag.persons.rules import identity_number_problem
from handslag.simulation.places import DATA
from tests.worlds import SYSTEM, numbers


def good_row(world, index: int = 0, **changes) -> dict[str, str]:
    """A row that is right."""
    today = clock.today()
    row = {
        "case_ref": f"R-{index}",
        "identity_number": numbers()[500 + index],
        "given_name": "Åsa",
        "family_name": "Öberg",
        "municipality_code": "1380",
        "party": "FK",
        "unit": "E-fk",
        "caseworker": "fk_a@test.example",
        "opened_on": (today - timedelta(days=40)).isoformat(),
        "target_groups": "long_term_sick;zero_placed",
        "livelihood": "sickness_benefit",
        "livelihood_degree": "50",
        "livelihood_ends_on": (today + timedelta(days=30)).isoformat(),
        "next_step": "Ring, och boka; snart",
        "next_step_on": today.isoformat(),
    }
    return row | changes


def write_csv(path, rows, delimiter=",", encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, NAMES, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path, rows):
    book = Workbook()
    book.active.append(NAMES)
    for row in rows:
        book.active.append([row.get(name, "") for name in NAMES])
    book.save(path)
    return path


WRITERS = {"comma": lambda p, r: write_csv(p / "f.csv", r), "semicolon": lambda p, r: write_csv(p / "f.csv", r, ";"),
           "bom": lambda p, r: write_csv(p / "f.csv", r, encoding="utf-8-sig"),
           "xlsx": lambda p, r: write_xlsx(p / "f.xlsx", r)}  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
def test_a_good_file_is_taken_and_taking_it_twice_changes_nothing(world, tmp_path, form):
    path = WRITERS[form](tmp_path, [good_row(world, n) for n in range(3)])
    assert import_cases(SYSTEM, path, dry_run=True).ok and not Case.objects.exists()
    first = import_cases(SYSTEM, path)
    assert (first.ok, first.rows, first.imported) == (True, 3, 3)
    before = list(Case.objects.order_by("id").values())
    again = import_cases(SYSTEM, path)
    assert (again.ok, again.imported, again.known) == (True, 0, 3)
    assert before == list(Case.objects.order_by("id").values())
    case = Case.objects.get(reference="R-0")
    assert (case.person.identity.name, case.holder, case.target_groups) == (
        "Åsa Öberg",
        world.posts["fk_a"],
        "long_term_sick;zero_placed",
    )


def test_taking_it_twice_changes_nothing_even_after_the_case_has_gone_on(world, tmp_path):
    path = write_csv(tmp_path / "f.csv", [good_row(world)])
    import_cases(SYSTEM, path)
    close(world.viewer("fk_a"), Case.objects.get().pk, "work", "Chefen")
    assert import_cases(SYSTEM, path).known == 1 and Case.objects.count() == 1


TODAY = date.today()
WRONG = {
    "unknown municipality": ({"municipality_code": "9999"}, "municipality_code"),
    "municipality without its zero": ({"municipality_code": "126"}, "municipality_code"),
    "unknown party": ({"party": "XX"}, "party"),
    "unknown unit": ({"unit": "X"}, "unit"),
    "a unit of another party": ({"unit": "E-af"}, "unit"),
    "unknown caseworker": ({"caseworker": "nobody@test.example"}, "caseworker"),
    "a caseworker of another unit": ({"caseworker": "af_a@test.example"}, "caseworker"),
    "an officer as caseworker": ({"caseworker": "fk_officer@test.example"}, "caseworker"),
    "unknown livelihood": ({"livelihood": "x"}, "livelihood"),
    "unknown group": ({"target_groups": "long_term_sick;x"}, "target_groups"),
    "degree": ({"livelihood_degree": "60"}, "livelihood_degree"),
    "number too short": ({"identity_number": "9001019802"}, "identity_number"),
    "number with a dash": ({"identity_number": "18900101-9802"}, "identity_number"),
    "wrong checksum": ({"identity_number": "189001019803"}, "identity_number"),
    "no such day": ({"identity_number": "199902309802"}, "identity_number"),
    "other digits": ({"identity_number": "١٨٩٠٠١٠١٩٨٠٢"}, "identity_number"),
    "not a date": ({"opened_on": "2026-13-01"}, "opened_on"),
    "a date in words": ({"next_step_on": "i morgon"}, "next_step_on"),
    "a date in the week form": ({"opened_on": "2026-W01-1"}, "opened_on"),
    "opened ahead": ({"opened_on": (TODAY + timedelta(days=9)).isoformat()}, "opened_on"),
    "opened before birth": ({"opened_on": "1850-01-01"}, "opened_on"),
    "ends before it opened": ({"livelihood_ends_on": "2001-01-01"}, "livelihood_ends_on"),
    "step before it opened": ({"next_step_on": "2001-01-01"}, "next_step_on"),
    "no reference": ({"case_ref": ""}, "case_ref"),
    "no step": ({"next_step": " "}, "next_step"),
    "no day for the step": ({"next_step_on": ""}, "next_step_on"),
    "a formula": ({"next_step": "=1+1"}, "next_step"),
    "a formula in disguise": ({"given_name": "@SUM(A1)"}, "given_name"),
    "a text too long": ({"family_name": "x" * 61}, "family_name"),
    "line breaks": ({"next_step": "Ring\nBoka"}, "next_step"),
}


@pytest.mark.parametrize("form", ["comma", "xlsx"])
@pytest.mark.parametrize("wrong", WRONG)
def test_each_wrong_cell_is_refused_with_its_row_and_column(world, tmp_path, wrong, form):
    changes, column = WRONG[wrong]
    path = WRITERS[form](tmp_path, [good_row(world), good_row(world, 1, **changes)])
    outcome = import_cases(SYSTEM, path)
    assert not outcome.ok and not Case.objects.exists()
    assert (3, column) in {(p.row, p.column) for p in outcome.problems}
    assert all(p.row == 3 and p.message for p in outcome.problems)


def test_all_errors_of_all_rows_are_told_at_once(world, tmp_path):
    rows = [good_row(world, n, livelihood="x", party="XX", opened_on="x") for n in range(3)]
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "f.csv", rows))
    told = {(p.row, p.column) for p in outcome.problems}
    assert {(row, column) for row in (2, 3, 4) for column in ("livelihood", "party", "opened_on")} <= told


def test_a_reference_with_other_content_is_refused(world, tmp_path):
    import_cases(SYSTEM, write_csv(tmp_path / "f.csv", [good_row(world)]))
    for rows in ([good_row(world, next_step="Annat")], [good_row(world, 7), good_row(world, 7, next_step="Annat")]):
        outcome = import_cases(SYSTEM, write_csv(tmp_path / "g.csv", rows))
        assert [p.column for p in outcome.problems] == ["case_ref"]
    assert Case.objects.count() == 1


def test_a_person_has_one_open_case_at_a_party_and_another_partys_is_secret(world, tmp_path):
    import_cases(SYSTEM, write_csv(tmp_path / "f.csv", [good_row(world)]))
    again = good_row(world, case_ref="R-9")
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "g.csv", [again]))
    assert [p.column for p in outcome.problems] == ["identity_number"]
    elsewhere = good_row(world, case_ref="A-1", party="AF", unit="E-af", caseworker="af_a@test.example")
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "h.csv", [elsewhere]))
    assert outcome.ok and outcome.imported == 1 and not outcome.problems
    close(world.viewer("fk_a"), Case.objects.get(reference="R-0").pk, "work", "Chefen")
    assert import_cases(SYSTEM, write_csv(tmp_path / "g.csv", [again])).imported == 1


def test_a_person_stands_once_in_a_file(world, tmp_path):
    rows = [good_row(world), good_row(world, case_ref="R-9")]
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "f.csv", rows))
    assert [(p.row, p.column) for p in outcome.problems] == [(3, "identity_number")]


def _files(world, folder):
    good = [good_row(world)]
    whole = write_xlsx(folder / "whole.xlsx", good).read_bytes()
    header = ",".join(NAMES)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 900_000_000)
    latin = header + "\n" + ",".join(good_row(world).values())
    return {
        "empty.csv": b"",
        "heading.csv": header.encode(),
        "blank.csv": (header + "\n\n\n").encode(),
        "latin.csv": latin.replace("Ring, och boka; snart", "Ring").encode("latin-1"),
        "utf16.csv": latin.encode("utf-16"),
        "columns.csv": b"case_ref,party\n1,FK\n",
        "twice.csv": (header + ",party\n").encode(),
        "unknown.csv": (header + ",colour\n").encode(),
        "surplus.csv": (header + "\n" + ",".join(["x"] * 20)).encode(),
        "quotes.csv": (header + '\n"a"b,c').encode(),
        "nul.csv": (header + "\n\x00,b").encode(),
        "truncated.xlsx": whole[: len(whole) // 2],
        "cut.xlsx": whole[:-40],
        "text.xlsx": b"not a workbook",
        "empty.xlsx": b"",
        "bomb.xlsx": bomb.getvalue(),
        "file.ods": whole,
        "noending": latin.encode(),
    }


def test_files_that_are_no_case_files_are_refused(world, tmp_path):
    for name, content in _files(world, tmp_path).items():
        path = tmp_path / name
        path.write_bytes(content)
        outcome = import_cases(SYSTEM, path)
        assert not outcome.ok and outcome.problems[0].message, name
        assert not Case.objects.exists(), name
    latin = import_cases(SYSTEM, tmp_path / "latin.csv")
    assert latin.problems[0].row == 2


def test_a_gigabyte_is_refused_before_it_is_read(world, tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1024**3)
    outcome = import_cases(SYSTEM, path)
    assert [p.row for p in outcome.problems] == [0] and "64 MB" in outcome.problems[0].message


@settings(max_examples=60)
@given(data=st.binary(max_size=400), ending=st.sampled_from([".csv", ".xlsx"]))
def test_no_bytes_break_the_reader(tmp_path_factory, data, ending):
    path = tmp_path_factory.mktemp("any") / f"f{ending}"
    path.write_bytes(data)
    from handslag.intake.reading import Unreadable, rows

    with pytest.raises(Unreadable):
        list(rows(path))


@settings(max_examples=40)
@given(cut=st.integers(1, 5000))
def test_no_cut_workbook_is_half_taken(tmp_path_factory, cut):
    from handslag.intake.reading import Unreadable, rows

    folder = tmp_path_factory.mktemp("cut")
    path = write_xlsx(folder / "f.xlsx", [good_row(None, n) for n in range(5)])
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)])
    with pytest.raises(Unreadable):
        list(rows(path))


def test_every_official_test_number_is_right_and_no_changed_one():
    official = (DATA / "identity_numbers.txt").read_text().splitlines()[1:]
    assert len(official) == 23968 and not [n for n in official if identity_number_problem(n)]
    for number in official[::500]:
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert identity_number_problem(wrong) == "checksum"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_templates_examples_can_be_taken_as_they_are(world, tmp_path, ending):
    path = tmp_path / f"template.{ending}"
    write_template(path, example_rows(4, numbers()))
    assert import_cases(SYSTEM, path).imported == 4


def test_a_lead_brings_in_for_the_own_unit_alone(world, tmp_path):
    from handslag.foundation.errors import NotAllowed

    path = write_csv(tmp_path / "f.csv", [good_row(world)])
    outcome = import_cases(world.viewer("af_lead"), path)
    assert [p.column for p in outcome.problems] == ["unit"]
    for name in ("fk_a", "fk_officer", "analyst", "association", "admin"):
        with pytest.raises(NotAllowed):
            import_cases(world.viewer(name), path)
    assert import_cases(world.viewer("fk_lead"), path).imported == 1


def test_the_command_speaks_json_and_exits_by_the_outcome(world, tmp_path):
    path = write_csv(tmp_path / "f.csv", [good_row(world), good_row(world, 1, livelihood="x")])
    run = CliRunner().invoke(main, ["import", "cases", str(path), "--format", "json"])
    told = json.loads(run.stdout)
    assert run.exit_code == 1 and told["ok"] is False and (told["rows"], told["imported"]) == (2, 0)
    assert set(told["errors"][0]) == {"row", "column", "message"} and told["errors"][0]["row"] == 3
    path = write_csv(tmp_path / "g.csv", [good_row(world)])
    run = CliRunner().invoke(main, ["import", "cases", str(path), "--format", "json"])
    assert run.exit_code == 0 and json.loads(run.stdout) == {"ok": True, "rows": 1, "imported": 1, "errors": []}


def _workbook(path, sheet: str):
    """A workbook with this sheet in place of its own."""
    whole = write_xlsx(path.with_suffix(".whole.xlsx"), [good_row(None)])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            is_sheet = item.filename.startswith("xl/worksheets/")
            new.writestr(item.filename, sheet if is_sheet else old.read(item.filename))
    return path


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
HEADING = ",".join(NAMES)
TITLES = f'<row r="1">{"".join(f"""<c t="inlineStr"><is><t>{name}</t></is></c>""" for name in NAMES)}</row>'
TOO_MUCH = {
    "blank rows": ("csv", HEADING + "\n" * 500, "fler än 100 rader"),
    "rows": ("csv", HEADING + "\na" * 101, "fler än 100 rader"),
    "cells": ("csv", HEADING + "\n" + "," * 101, "fler än 100 celler"),
    "cells of the heading": ("csv", "," * 101, "fler än 100 celler"),
    "one line": ("csv", HEADING + "\n" + "," * 200_000, "längre än 100000 tecken"),
    "a quotation that never ends": ("csv", HEADING + "\n" + '"\n",' * 50_000, "längre än 100000 tecken"),
    "rows of a sheet": ("xlsx", SHEET.format(TITLES + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "fler än 100 rader"),
    "cells of a sheet": ("xlsx", SHEET.format('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "fler än 100 celler"),
    "bytes of a sheet": ("xlsx", SHEET.format(" " * 9_000_000), "större än 4 MB"),
    "elements of a sheet": ("xlsx", SHEET.format("<x/>" * 200_000), "eller 18700 celler"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_file_with_too_much_in_it_is_refused_by_the_name_of_the_limit(world, tmp_path, settings, kind):
    settings.HANDSLAG_IMPORT_MAX_ROWS = 100
    ending, content, told = TOO_MUCH[kind]
    path = tmp_path / f"f.{ending}"
    path.write_text(content) if ending == "csv" else _workbook(path, content)
    (problem,) = import_cases(SYSTEM, path).problems
    assert told in problem.message, problem


def test_a_file_of_the_largest_size_is_taken_and_one_with_very_many_errors_is_checked_in_part(
    world, tmp_path, settings, monkeypatch
):
    settings.HANDSLAG_IMPORT_MAX_ROWS = 40
    rows = [good_row(world, n) for n in range(40)]
    for form in ("comma", "xlsx"):
        assert import_cases(SYSTEM, WRITERS[form](tmp_path, rows), dry_run=True).ok
    settings.HANDSLAG_IMPORT_MAX_ROWS = 10_000
    monkeypatch.setattr("handslag.intake.gathering.MOST_PROBLEMS", 100)
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "f.csv", [good_row(world, livelihood="x")] * 5000))
    assert outcome.rows < 5000 and "fler än 100 fel" in outcome.problems[0].message


def test_an_upload_that_is_too_large_is_told_the_limit(world, browse, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.HANDSLAG_IMPORT_MAX_MB = 1
    file = SimpleUploadedFile("f.csv", b"x" * 2_200_000)
    answer = browse("fk_lead").post("/import/", {"file": file})
    assert answer.status_code == 400 and "större än 1 MB" in answer.content.decode()
