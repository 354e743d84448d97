"""From a referral to a place, in a real browser and through the API: who holds the person at Försäkringskassan, and a
measure's staff at the municipality, each on a page of their own."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Page, expect

from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.journal.chain import seal
from handslag.referrals import line
from handslag.referrals.models import Referral
from handslag.watch.actions import go_round
from tests.browsing import IN_BROWSER, PHONE, enter, picture, problems_of, write

PERSON = "Ulla Ek"


def day(ahead: int = 0) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


def choose(page: Page, step: str) -> None:
    page.click(f"main .actions >> text={step}")


def inbox(page: Page, who: str) -> None:
    """Opens a referral from the staff's page."""
    page.goto("/referrals/")
    page.click(f"main >> text={who}")


@pytest.fixture
def later():
    """later(3, page) lets three days pass, after which whoever is at the pages signs in anew."""
    with time_machine.travel("2026-11-23T08:00:00+01:00", tick=True) as traveller:

        def pass_days(days: int, *pages: Page) -> None:
            traveller.shift(timedelta(days=days))
            for page in pages:
                enter(page, page.email)

        yield pass_days


@IN_BROWSER[0]
@IN_BROWSER[1]
def test_from_a_referral_by_question_list_and_offered_place_to_a_place(visit, lasting_world, later):
    world = lasting_world
    measure = world.staffed(places=1)
    before = world.refer(world.case("fk_b", given_name="Bo", family_name="Al"), measure)
    line.accept_referral(world.viewer("measure"), before.pk, clock.today())
    case = world.case("fk_a", given_name="Ulla", family_name="Ek")
    world.consent(case, "kom", confirms=False)
    fk, staff, lead = visit("fk_a"), visit("measure"), visit("kom_lead")

    # she is referred from what fits her
    fk.click(f"#held >> text={PERSON}")
    fk.click("main >> text=Insatser som passar")
    picture(fk, "referral-fitting")
    fk.click("main tr:has-text('Gröna steget') >> text=Remittera")
    picture(fk, "referral-refer")
    write(fk, "Remittera", asked_for="Trädgårdsarbete två dagar i veckan.")
    expect(fk.locator("text=Du ansvarar för personen som förut").first).to_be_visible()
    expect(fk.locator("#h-referrals")).to_be_visible()

    # the staff ask, which their unit must be let to by its own confirmation
    staff.goto("/referrals/")
    picture(staff, "referral-inbox")
    staff.click(f"main >> text={PERSON}")
    choose(staff, "Fråga remittenten")
    world.confirm("kom_a")
    write(staff, "Skicka frågan", text="Vilka dagar passar?")
    fk.goto("/my-work/")
    fk.click(f"#referral-answers >> text={PERSON}")
    choose(fk, "Svara på frågan")
    write(fk, "Skicka svaret", text="Tisdag och torsdag.")

    # no place is free, so she waits, and reads so
    inbox(staff, PERSON)
    expect(staff.locator("text=Tisdag och torsdag.")).to_be_visible()
    choose(staff, "Ta emot")
    write(staff, "Ta emot", starts_on=day(7))
    expect(staff.locator("text=Ingen plats är ledig").first).to_be_visible()
    staff.goto(f"/referrals/{Referral.objects.get(case=case).public_id}/")
    choose(staff, "Ställ på väntelistan")
    write(staff, "Ställ på väntelistan", wait_reason="no_place")
    fk.goto("/my-work/")
    fk.click(f"#referrals-out >> text={PERSON}")
    expect(fk.locator("text=plats 1; väntar på ledig plats").first).to_be_visible()
    picture(fk, "referral-waits")

    # a place comes free, is offered, and climbs when nobody answers
    later(9, fk, staff, lead)
    staff.goto(f"/referrals/{before.public_id}/")
    choose(staff, "Personen har slutat")
    write(staff, "Notera det")
    inbox(staff, PERSON)
    choose(staff, "Erbjud en plats")
    write(staff, "Erbjud platsen", starts_on=day(14), answer_by=day(2))
    picture(staff, "referral-invited")
    later(8, fk, staff, lead)
    go_round()
    fk.goto("/my-work/")
    fk.click(f"#referral-answers >> text={PERSON}")
    picture(fk, "referral-place")
    choose(fk, "Ta platsen")
    write(fk, "Ta platsen")
    expect(fk.locator("text=har plats").first).to_be_visible()
    picture(fk, "referral-accepted")
    lead.goto(f"/referrals/{Referral.objects.get(case=case).public_id}/")
    for page in (fk, staff, lead):
        page.goto(f"/referrals/{Referral.objects.get(case=case).public_id}/")
        assert problems_of(page) == []
    small = visit("measure", PHONE)
    small.goto("/referrals/")
    assert problems_of(small) == []
    picture(small, "referral-inbox-phone")
    seal()
    assert not [promise for promise, found in prove(clock.today()).items() if found.broken]


def test_the_same_through_the_api(world):
    measure = world.staffed(places=1)
    case = world.case()
    world.consent(case, "kom")
    clients = {name: Client(headers={"Authorization": f"Bearer {world.token(name)}"}) for name in ("fk", "kom", "af")}

    def post(party, path, who, **body):
        answer = clients[party].post(
            f"/api/v1/referrals{path}",
            json.dumps({"acting_as": f"{who}@test.example", **body}),
            content_type="application/json",
        )
        return answer.status_code, answer.json()

    asked = {"case_id": str(case.public_id), "measure_id": str(measure.public_id), "to_party": "KOM-1380"}
    wrong = {**asked, "to_unit": "E-kom", "measure_id": str(case.public_id)}
    assert post("fk", "", "fk_a", **wrong)[1]["field"] == "measure_id"
    assert post("fk", "", "fk_b", **asked, to_unit="E-kom", asked_for="Ord")[0] == 403
    status, told = post("fk", "", "fk_a", **asked, to_unit="E-kom", asked_for="Trädgård")
    assert (status, told["state"], told["place"]) == (201, "offered", None)
    path = f"/{told['id']}"
    assert clients["kom"].get(f"/api/v1/referrals{path}").json()["asked_for"] == "Trädgård"
    assert clients["af"].get(f"/api/v1/referrals{path}").status_code == 404
    assert clients["af"].get("/api/v1/referrals").json()["items"] == []
    world.confirm("kom_a")
    assert post("kom", f"{path}/ask", "measure", text="Vilka dagar?")[1]["state"] == "asked"
    assert post("fk", f"{path}/answer", "fk_a", text="Tisdag.")[1]["state"] == "offered"
    assert post("kom", f"{path}/ask", "kom_a", text="Jag?")[0] == 403, "a caseworker of the unit is no staff"
    expected = {"wait_reason": "group_start", "expected_on": day(30)}
    told = post("kom", f"{path}/wait", "measure", **expected)[1]
    assert told | expected | {"place": 1, "state": "waiting"} == told
    days = {"starts_on": day(30), "answer_by": day(5)}
    assert post("kom", f"{path}/invite", "measure", **days)[1]["state"] == "invited"
    assert post("kom", f"{path}/take-place", "measure")[0] == 403
    told = post("fk", f"{path}/take-place", "fk_a")[1]
    assert (told["state"], told["starts_on"]) == ("accepted", day(30))
    assert post("fk", f"{path}/withdraw", "fk_a")[0] == 409
    assert post("kom", f"{path}/leave", "kom_lead")[1]["state"] == "ended"
