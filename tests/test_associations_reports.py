"""The report of a year: the follow-up's fields, fixed as they were, read back against the code lists and plain SQL."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from handslag.associations import actions, writing
from handslag.associations.models import Report
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.models import Entry
from handslag.parties.models import Association
from handslag.reference import codes

YEAR = clock.today().year
NEXT = clock.midnight(date(YEAR + 1, 1, 20))
LATEST = "NOT c.is_struck AND NOT EXISTS (SELECT 1 FROM associations_{0} l WHERE l.replaces_id = c.id) AND c.year = {1}"


def one(sql: str, table: str):
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND {LATEST.format(table, YEAR)}")
        return cursor.fetchone()[0]


@pytest.fixture
def kept(world):
    """A year of books of an association with two measures, some of it corrected."""
    steget, esf = (
        world.measure(),
        world.measure(name="=Med ESF", has_esf=True, target_groups=("newly_arrived", "mental_ill_health")),
    )
    world.noted("allocation", share=6667)
    world.noted("allocation", party=world.parties["kom"], amount=1_000_000)
    world.noted("planned", measure=steget)
    world.noted("cost", measure=None, kind="administration", budget=300_000, outcome=290_000, description="Kansli")
    for measure, kind, budget, outcome in ((steget, "measure_cost", 500, 400), (steget, "measure_cost", 50, None),
                                           (esf, "esf_cost", 70, 60), (esf, "measure_cost", 7, 6)):  # fmt: skip
        world.noted("cost", measure=measure, kind=kind, budget=budget, outcome=outcome)
    wrong = world.noted("cost", measure=steget, budget=10**6)
    actions.strike_from_books(world.viewer("association"), wrong.association_id, "cost", wrong.public_id)
    decision = world.noted("decision")
    world.noted("goal", decision=decision, result=75)
    return world, Association.objects.get(name="Förbundet")


def made(kept) -> Report:
    world, association = kept
    with time_machine.travel(NEXT, tick=False):
        world.noted("position", year=YEAR, month=12)
        return actions.make_report(world.viewer("association"), association.pk, YEAR)


def test_every_figure_is_that_of_plain_sql(kept):
    content = json.loads(made(kept).content)
    allocated = "SELECT COALESCE(SUM(amount), 0) FROM associations_allocation c JOIN parties_party p ON p.id = c.party_id WHERE p.kind = '{}'"
    for kind in ("FK", "REG", "KOM"):
        assert content["allocated"][kind] == one(allocated.format(kind), "allocation")
    assert content["own_capital"] == one("SELECT own_capital FROM associations_position c WHERE month = 12", "position")
    assert content["liquid_funds"] == one(
        "SELECT liquid_funds FROM associations_position c WHERE month = 12", "position"
    )
    for name in ("budget", "outcome"):
        of = f"SELECT SUM({name}) FROM associations_cost c LEFT JOIN measures_measure m ON m.id = c.measure_id WHERE"
        assert content["administration"][name] == one(f"{of} c.measure_id IS NULL", "cost")
        for measure in content["measures"]:
            mine = f"{of} m.name = '{measure['name']}' AND c.kind = "
            assert measure[name] == (one(f"{mine}'measure_cost'", "cost") or (0 if name == "budget" else None))
            assert measure[f"esf_{name}"] == (one(f"{mine}'esf_cost'", "cost") or (0 if name == "budget" else None))
    by_name = {measure["name"]: measure for measure in content["measures"]}
    assert by_name["Steget vidare"]["planned"] == one("SELECT number FROM associations_planned c WHERE 1=1", "planned")
    assert by_name["Steget vidare"]["outcome"] == 400 and by_name["=Med ESF"]["esf_outcome"] == 60
    assert content["goals"][0]["result"] == 75 and content["goals"][0]["decided_in"] == "§ 12"


def test_the_workbook_reads_back_against_the_code_lists(kept):
    report = made(kept)
    book = load_workbook(io.BytesIO(writing.as_workbook(report)))
    assert [sheet.title for sheet in book] == ["Om siffrorna", "Förbundet", "Insatser", "Målgrupper", "Mål"]
    notes, association, measures, _groups, goals = book.worksheets
    rows = list(measures.iter_rows(values_only=True))
    content = json.loads(report.content)["measures"]
    lists = {"direction": "measure_direction", "detail": "measure_detail", "follow_up": "follow_up_method"}
    assert list(rows[0]) == list(writing.headings().values()) and len(rows) - 1 == len(content)
    for row, measure in zip(rows[1:], content, strict=True):
        told = dict(zip(writing.MEASURE, row, strict=True))
        for name, list_name in lists.items():
            assert {e.label_sv: code for code, e in codes.entries(list_name).items()}[told[name]] == measure[name]
        labels = {e.label_sv: code for code, e in codes.entries("target_group").items()}
        assert sorted(labels[label] for label in told["target_groups"].split("; ")) == measure["target_groups"]
        for name in ("name", "budget", "outcome", "esf_budget", "esf_outcome", "planned", "starts_on"):
            assert told[name] == measure[name], name
    assert {row[0]: row[1] for row in association.iter_rows(values_only=True)}["Tilldelat totalt"] == 3_000_000
    assert goals.max_row == 2 and any("C 1" in str(row[0]) for row in notes.iter_rows(values_only=True))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert writing.as_workbook(report) == writing.as_workbook(report)


def test_the_csv_holds_codes_of_the_lists_and_no_formula(kept):
    rows = list(csv.DictReader(io.StringIO(writing.as_csv(made(kept)))))
    assert [row["record"] for row in rows] == ["association", "administration", "measure", "measure"]
    assert (
        rows[0]["allocated_state"] == "2000000"
        and rows[0]["allocated_regions"] == "0"
        and rows[1]["budget"] == "300000"
    )
    esf, steget = rows[2], rows[3]
    assert (
        esf["name"] == "'=Med ESF"
        and esf["has_esf"] == "yes"
        and esf["target_groups"] == "mental_ill_health;newly_arrived"
    )
    assert all(codes.exists("target_group", code) for row in rows[2:] for code in row["target_groups"].split(";"))
    assert codes.exists("measure_direction", steget["direction"]) and codes.exists("measure_detail", steget["detail"])
    assert {row["definitions"] for row in rows} == {"C 1"} and {row["year"] for row in rows} == {str(YEAR)}


def test_one_click_makes_the_report_and_its_figures_stay(kept, browse):
    world, association = kept
    with time_machine.travel(NEXT, tick=False):
        officer = browse("association")
        page = officer.get(reverse("association")).content.decode()
        assert f"Årsredovisningen för {YEAR} ska vara klar senast {YEAR + 1}-03-31" in page and "saker saknas" in page
        assert officer.post(reverse("association-report", args=[YEAR])).status_code == 302
        page = officer.get(reverse("association-report", args=[YEAR])).content.decode()
        report = Report.objects.get(year=YEAR)
        before = {}
        for ending in ("xlsx", "csv"):
            url = reverse("fetch-report", args=[report.public_id, ending])
            assert url in page
            before[url] = officer.get(url).content
        assert f"Årsredovisningen för {YEAR} " not in officer.get(reverse("association")).content.decode()
        assert Entry.objects.filter(verb="report_made").count() == 1
        with pytest.raises(Refused):
            world.noted("planned", year=YEAR, measure=world.measure(name="Ny"))
        world.noted("allocation", reason="Kom sent", year=YEAR, party=world.parties["hylte"], amount=9)
        assert {url: officer.get(url).content for url in before} == before
        assert officer.post(reverse("association-report", args=[YEAR])).status_code == 302
        again = Report.objects.get(year=YEAR, number=2)
        assert json.loads(again.content)["allocated"]["KOM"] == json.loads(report.content)["allocated"]["KOM"] + 9
        with pytest.raises(Refused):
            actions.make_report(world.viewer("association"), association.pk, YEAR)
        assert officer.get(reverse("fetch-report", args=[report.public_id, "exe"])).status_code == 404


def test_what_is_missing_is_told_until_it_is_there(kept, browse):
    world, _association = kept
    with time_machine.travel(NEXT, tick=False):
        officer, url = browse("association"), reverse("association-report", args=[YEAR])
        page = officer.get(url).content.decode()
        gaps = ("Region: tilldelade medel", "Eget kapital och likvida medel vid slutet av december",
                "Steget vidare: utfall på varje rad", "Steget vidare: överenskommelsen", "=Med ESF: budgeterade deltagare")  # fmt: skip
        for gap in gaps:
            assert gap in page, gap
        for there in (
            "Försäkringskassan: tilldelade",
            "Administration:",
            "=Med ESF: utfall",
            "Steget vidare: budgeterade",
        ):
            assert there not in page, there
        world.noted("position", year=YEAR, month=12)
        assert gaps[1] not in officer.get(url).content.decode()


@pytest.mark.parametrize("year", [YEAR, YEAR + 1, 2003, 0, -1, 10**9])
def test_only_a_year_that_is_over_is_reported(kept, year):
    world, association = kept
    with pytest.raises(Refused):
        actions.make_report(world.viewer("association"), association.pk, year)
    assert not Report.objects.exists()


def test_nobody_else_fetches_it(kept, browse):
    world, _association = kept
    report = made(kept)
    other = Association.objects.create(name="Ett annat")
    world.hire("other", "association_officer", association=other)
    url = reverse("fetch-report", args=[report.public_id, "csv"])
    assert browse("other").get(url).status_code == 404
    for name in ("fk_lead", "analyst", "measure", "admin", "fk_officer"):
        assert browse(name).get(url).status_code == 403


def test_the_database_keeps_reports_as_they_are_and_in_order(kept):
    report = made(kept)
    for sql in ("UPDATE associations_report SET content = '{}'", "DELETE FROM associations_report",
                "UPDATE associations_report SET number = 2"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    told = {"association": report.association, "year": YEAR, "definitions": "x", "content": "{}", "by": report.by}
    for number in (1, 3):
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.objects.create(number=number, made_at=report.made_at + timedelta(days=1), **told)


def test_whoever_corrects_after_the_report_upon_an_older_version_is_told(kept):
    world, association = kept
    made(kept)
    cost = world.noted("cost", reason="Glömd")
    viewer = world.viewer("association")
    told = {"kind": "measure_cost", "budget": 1, "description": "x"}
    actions.correct_books(viewer, association.pk, "cost", cost.public_id, told, "Fel")
    with pytest.raises(Overtaken):
        actions.correct_books(viewer, association.pk, "cost", cost.public_id, told, "Fel")
