"""One person's whole way through a measure and back, in a real browser and through the API: four parties' staff, the
measure's staff and the association's officer, each on a page of their own. The officer never meets a person."""

import json
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Page, expect

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.journal.chain import seal
from handslag.participations.models import Participation
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


def meets_nobody(officer: Page, measure, *cases) -> None:
    """The association's officer opens all that there is to open, and every address of the person: no name, number or
    reference of anybody stands anywhere."""
    told = [word for case in cases for word in (case.reference, case.person.identity.number, case.person.identity.name)]
    enter(officer, officer.email)
    year = clock.today().year
    pages = ["/association/", *(f"/association/{year}/{part}/" for part in ("economy", "board", "report"))]
    for address in (*pages, "/measures/", f"/measures/{measure.public_id}/"):
        answer = officer.request.get(address)
        assert answer.status == 200 and "/sign-in/" not in answer.url, address
        assert not [word for word in told if word in answer.text()], address
    rows = [*Referral.objects.filter(case__in=cases), *Participation.objects.filter(referral__case__in=cases)]
    of_persons = [f"/{row._meta.model_name}s/{row.public_id}/" for row in rows]
    of_persons += [f"/cases/{case.public_id}/" for case in cases] + [
        "/referrals/",
        "/participations/",
        "/watch/",
        "/search/",
    ]
    for address in of_persons:
        answer = officer.request.get(address)
        assert answer.status in (403, 404), address
        assert not [word for word in told if word in answer.text()], address


@IN_BROWSER[0]
@IN_BROWSER[1]
def test_one_persons_whole_way_from_a_referral_to_the_follow_up_and_back(visit, lasting_world, later):
    world = lasting_world
    world.found("reg", "REG-13")
    measure = world.staffed(places=1, starts_on=clock.today() - timedelta(days=60))
    before = world.refer(world.case("fk_b", given_name="Bo", family_name="Al"), measure)
    line.accept_referral(world.viewer("measure"), before.pk, clock.today())
    case = world.case("fk_a", given_name="Ulla", family_name="Ek")
    world.consent(case, "kom", confirms=False)
    for unit in ("af", "reg"):
        world.consent(case, unit)
    officer = visit("association")
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
    meets_nobody(officer, measure, case, before.case)

    # she starts, is away for a time, comes back, and leaves with an outcome and what is next
    later(7, fk, staff)
    staff.goto("/participations/")
    staff.click(f"main >> text={PERSON}")
    picture(staff, "participation-start")
    assert problems_of(staff) == []
    write(staff, "Anteckna starten", started_on=day(), livelihood="sickness_benefit", occupation="other")
    expect(staff.locator("text=Personen deltar i insatsen").first).to_be_visible()
    shown = staff.url
    choose(staff, "Borta en tid")
    picture(staff, "participation-away")
    write(staff, "Notera det", from_on=day(), reason="illness")
    fk.goto(f"/cases/{case.public_id}/")
    expect(fk.locator("section[aria-labelledby='h-participations'] >> text=Borta en tid")).to_be_visible()
    for other in (visit("af_a"), visit("reg_a")):  # the person has let the holder tell them, and not the municipality
        other.goto(f"/cases/{case.public_id}/")
        expect(other.locator("h1 >> text=Ulla Ek")).to_be_visible()
        expect(other.locator("#h-participations")).to_have_count(0)
    later(10, fk, staff)
    staff.goto(shown)
    choose(staff, "Tillbaka igen")
    write(staff, "Notera det", until_on=day())
    later(30, fk, staff, officer)
    staff.goto(shown)
    choose(staff, "Avsluta deltagandet")
    picture(staff, "participation-end")
    assert problems_of(staff) == []
    write(staff, "Avsluta deltagandet", end_reason="completed", outcome="work", livelihood_after="wage",
          occupation_after="work_subsidised", next_step="Anställning i köket från måndag.")  # fmt: skip
    picture(staff, "participation-ended")
    enter(small, small.email)
    small.goto(shown)
    picture(small, "participation-phone")
    assert problems_of(small) == []
    expect(staff.locator("text=Anställning i köket från måndag.")).to_be_visible()
    fk.goto("/my-work/")
    fk.click(f"#measures-ended >> text={PERSON}")
    expect(fk.locator("text=Anställning i köket från måndag.")).to_be_visible()
    expect(fk.locator("text=3 steg närmare arbete")).to_be_visible()
    choose(fk, "Ta hand om avslutet")
    write(fk, "Ta hand om avslutet")
    meets_nobody(officer, measure, case)

    # the case closes; half a year later who held last asks how it went
    cases.close(world.viewer("fk_a"), case.pk, "work", "Köket AB")
    later(184, fk, officer)
    fk.click(f"#follow-ups >> text={PERSON}")
    choose(fk, "Anteckna hur det gick")
    picture(fk, "participation-follow-up")
    write(fk, "Anteckna hur det gick", is_reached="yes", livelihood="wage", occupation="work_unsubsidised")
    expect(fk.locator("text=6 månader efter")).to_be_visible()

    # she comes back to a colleague, who is told who held last and offers her there
    colleague = visit("fk_b")
    colleague.click("text=Öppna ett ärende")
    write(colleague, "Öppna ärendet", case_ref="FK-2", identity_number=case.person.identity.number, given_name="Ulla",
          family_name="Ek", municipality_code="1380", livelihood="wage", next_step="Ring", next_step_on=day(3))  # fmt: skip
    expect(colleague.locator("text=Personen kommer tillbaka")).to_be_visible()
    picture(colleague, "way-comes-back")
    colleague.click("main >> text=Erbjud personen till")
    write(colleague, "Erbjud överlämningen", reason="ready_for_work", brief="Åter.", needed_by=day(9),
          proposed_contact_at=f"{day(3)}T10:00")  # fmt: skip
    fk.goto("/my-work/")
    expect(fk.locator(f"#waiting >> text={PERSON}")).to_be_visible()
    meets_nobody(officer, measure, case, Case.objects.latest("pk"))
    go_round()
    seal()
    assert not [promise for promise, found in prove(clock.today()).items() if found.broken]


def test_the_same_through_the_api(world, later):
    measure = world.staffed(places=1)
    case = world.case()
    world.consent(case, "kom")
    clients = {name: Client(headers={"Authorization": f"Bearer {world.token(name)}"}) for name in ("fk", "kom", "af")}

    def post(party, path, who, to="referrals", **body):
        answer = clients[party].post(
            f"/api/v1/{to}{path}",
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
    later(30)
    take_part(world, clients, partial(post, to="participations"), case, told["id"])


def take_part(world, clients, post, case, referral_id: str) -> None:
    """From the first day to the follow-up; steps of the other side are refused."""
    before = {"referral_id": referral_id, "target_group": "long_term_sick", "livelihood": "sickness_benefit"}
    assert post("fk", "", "fk_a", **before, started_on=day())[0] == 403
    status, told = post("kom", "", "measure", **before, started_on=day(), occupation="other")
    assert (status, told["state"], told["started_on"]) == (201, "under_way", day())
    path = f"/{told['id']}"
    assert clients["af"].get(f"/api/v1/participations{path}").status_code == 404
    assert post("kom", f"{path}/attendance", "measure", day=day(), came=True)[0] == 200
    assert post("kom", f"{path}/attendance", "measure", day=day(-1), came=True)[1]["field"] == "day"
    assert post("kom", f"{path}/interrupt", "measure", from_on=day(), reason="illness")[1]["state"] == "interrupted"
    assert post("kom", f"{path}/interrupt", "measure", from_on=day(), reason="illness")[0] == 409
    with time_machine.travel(clock.now() + timedelta(days=5)):
        assert post("kom", f"{path}/resume", "measure", until_on=day(-1))[1]["state"] == "under_way"
        after = {"reason": "completed", "outcome": "work", "livelihood": "wage", "occupation": "work_subsidised"}
        wrong = post("kom", f"{path}/end", "measure", **after, ended_on=day(-2), next_step="Jobb")
        assert (wrong[0], wrong[1]["field"]) == (422, "ended_on")
        told = post("kom", f"{path}/end", "measure", **after, ended_on=day(), next_step="Jobb")[1]
        assert (told["state"], told["outcome"], told["next_step"]) == ("ended", "work", "Jobb")
        assert clients["fk"].get(f"/api/v1/participations{path}").json() == told
        assert post("kom", f"{path}/see", "measure")[0] == 403 and post("fk", f"{path}/see", "fk_a")[0] == 200
        assert clients["fk"].get(f"/api/v1/referrals/{told['referral_id']}").json()["state"] == "ended"
        asked = {"months": 6, "is_reached": True, "livelihood": "wage", "occupation": "work_unsubsidised"}
        assert post("fk", f"{path}/follow-up", "fk_a", **asked)[1]["field"] == "months"
        cases.close(world.viewer("fk_a"), case.pk, "work", "Köket AB")
    with time_machine.travel(clock.now() + timedelta(days=190)):
        assert post("kom", f"{path}/follow-up", "measure", **asked)[0] == 403
        assert post("fk", f"{path}/follow-up", "fk_a", **asked)[0] == 200
        assert post("fk", f"{path}/follow-up", "fk_a", **asked)[0] == 409
