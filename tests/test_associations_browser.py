"""The association officer's day in a real browser: the books, a correction, and the report to fetch; on a desk and a phone."""

import csv
import io

from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from handslag.associations.models import Allocation, Cost, Report
from handslag.associations.queries import books_of
from handslag.foundation import clock
from tests.browsing import IN_BROWSER, PHONE, problems_of, write

pytestmark = IN_BROWSER
YEAR = clock.today().year - 1


def test_the_officers_day(visit, lasting_world):
    world = lasting_world
    measure = world.measure(starts_on=clock.today().replace(year=YEAR, month=1, day=1))
    page = visit("association")
    expect(page.locator("h1")).to_have_text(f"Året {YEAR + 1}")
    page.click("text=Till redovisningen")
    page.click("text=Försäkringskassan: tilldelade medel")
    write(page, "Spara", party="FK", amount="2 000 000", share="50")
    expect(page.locator("#h-allocated")).to_contain_text("2 000 000 kr")
    page.click("text=Skriv in en kostnad >> nth=0")
    write(page, "Spara", measure=str(measure.public_id), description="Personal", budget="många")
    expect(page.locator(".error-summary")).to_contain_text("Budget i kronor")
    assert not Cost.objects.exists()
    write(page, "Spara", budget="1 500 000")
    page.click("table >> text=Personal")
    write(page, "Spara", outcome="1 450 000")
    expect(page.locator("main")).to_contain_text("1 450 000 kr")
    page.click("table >> text=Personal")
    expect(page.locator("#h-versions")).to_be_visible()
    page.goto(reverse("association-report", args=[YEAR]))
    page.click("text=Gör redovisningen")
    expect(page.locator("#h-made")).to_be_visible()
    files = {}
    for name in ("Excel (.xlsx)", "CSV"):
        with page.expect_download() as downloaded:
            page.click(f"text={name}")
        files[name] = downloaded.value.path()
    book = load_workbook(io.BytesIO(files["Excel (.xlsx)"].read_bytes()))
    assert [row[0] for row in book["Insatser"].iter_rows(values_only=True)] == ["Insats", "Steget vidare"]
    with files["CSV"].open(encoding="utf-8", newline="") as file:
        rows = {row["record"]: row for row in csv.DictReader(file)}
    found = books_of(world.viewer("association"), YEAR)
    assert rows["association"]["allocated_state"] == str(found.allocated) == "2000000"
    assert rows["measure"]["outcome"] == str(found.total.outcome) == "1450000"
    page.goto(reverse("association-economy", args=[YEAR]))
    page.click("table >> text=Part FK")
    write(page, "Spara", amount="2 100 000")
    expect(page.locator(".error-summary")).to_contain_text("redovisat")
    write(page, "Spara", reason="Kom sent")
    expect(page.locator("#h-allocated")).to_contain_text("2 100 000 kr")
    assert Allocation.objects.count() == 2 and Report.objects.count() == 1


def test_every_page_is_readable_by_all_on_a_desk_and_on_a_phone(visit, lasting_world):
    world = lasting_world
    world.measure()
    for kind in ("allocation", "cost", "planned", "position", "decision"):
        world.noted(kind)
    noted = world.noted("agreement")
    for size in ({}, PHONE):
        page = visit("association", **({"size": size} if size else {}))
        for name in ("association-year", "association-economy", "association-board", "association-report"):
            page.goto(reverse(name, args=[YEAR + 1]))
            assert problems_of(page) == []
        page.goto(reverse("note-in-books", args=[YEAR + 1, "cost"]))
        assert problems_of(page) == []
        page.goto(reverse("change-noted", args=["agreement", noted.public_id]))
        assert problems_of(page) == []
