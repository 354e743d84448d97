"""An analyst's day in a real browser: asking, waiting with progress, the attacker's word, fetching, publishing."""

import threading
import zipfile

from django.db import connection
from playwright.sync_api import expect

from handslag.analyses import work
from handslag.analyses.models import Release
from tests.browsing import IN_BROWSER, PHONE, write
from tests.test_analyses import YEAR, grow_old, settled, synthetic  # noqa: F401  (fixtures)

pytestmark = IN_BROWSER
CHOSEN = {"contact": "Statistikenheten", "email": "statistik@fk.example"}


def ask(page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rapporter")
    page.click("text=Beställ en rapport")
    page.press("[name=report][value=joint_support]", "Space")
    page.press("[name=source][value=folder]", "Space")
    today = page.evaluate("new Date().toLocaleDateString('sv-SE')")
    write(page, "Gör rapporten", **CHOSEN, data_day=today)


def test_an_analysts_day(settled, visit, lasting_world, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.setattr(work, "SEEN_EVERY", 0.05)
    page = visit("analyst")
    ask(page)
    expect(page.locator("#progress")).to_contain_text("väntar på att göras")
    expect(page.locator("text=Alla filer")).to_have_count(0)
    reached, publish = threading.Event(), work.publish

    def watched(*args, progress, **more):
        def telling(what, done, steps):
            progress(what, done, steps)
            if what.startswith("counting"):
                reached.wait(60)

        return publish(*args, progress=telling, **more)

    monkeypatch.setattr(work, "publish", watched)
    maker = threading.Thread(target=lambda: (work.make_waiting(), connection.close()))
    maker.start()
    try:
        expect(page.locator("#progress")).to_contain_text("Räknar")
    finally:
        reached.set()
    expect(page.locator("#h-attacked")).to_have_text("Angriparens besked")
    maker.join()
    expect(page.locator("main")).to_contain_text("Ingen skyddad cell kunde räknas ut")
    with page.expect_download() as fetched:
        page.click("text=Alla filer (.zip)")
    fetched.value.save_as(tmp_path / "all.zip")
    names = zipfile.ZipFile(tmp_path / "all.zip").namelist()
    assert "sv/report.pdf" in names and "figures.json" in names and not any("manifest" in name for name in names)
    page.click("text=Varje tabell för sig")
    with page.expect_download() as fetched:
        page.locator("a", has_text=".px").first.click()
    assert 'MATRIX="FKAF' in fetched.value.path().read_text()
    page.click("main >> text=Publicera rapporten")
    expect(page.locator("main")).to_contain_text("Publicerad")
    assert (settled.HANDSLAG_PUBLISH_TO / f"joint-support-{YEAR}" / "dcat.jsonld").is_file()
    page.goto("/analyses/ledger/")
    expect(page.locator("main")).to_contain_text("Gemensamma kartläggningar")
    page.goto("/analyses/")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_what_was_broken_off_is_made_again_on_a_phone(settled, visit, lasting_world):  # noqa: F811
    page = visit("analyst", PHONE)
    ask(page)
    release = Release.objects.get()
    assert work._claim()
    grow_old(release)
    page.reload()
    expect(page.locator("main")).to_contain_text("Arbetet bröts")
    page.click("main >> text=Gör den igen")
    expect(page.locator("#progress")).to_contain_text("väntar på att göras")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("main >> text=Avbeställ den")
    expect(page.locator("main")).to_contain_text("avbeställd")


def test_who_asks_for_what_another_has_asked_for_is_told(settled, visit, lasting_world):  # noqa: F811
    lasting_world.hire("analyst_af", "analyst", party=lasting_world.parties["af"])
    page, other = visit("analyst"), visit("analyst_af")
    for one in (page, other):
        ask(one)
    expect(other.locator("main")).to_contain_text("har under tiden beställt den här rapporten")
    assert Release.objects.count() == 1
