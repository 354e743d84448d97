"""One person's whole way in a real browser: from a caught need to a plan, and from a programme back into it.

Each party's caseworker is signed in on a page of their own. Days pass between what they do.
"""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.disclosure.rules import GROUPS
from handslag.foundation import clock
from handslag.journal.chain import seal
from handslag.meetings.models import Meeting
from handslag.passages.models import Discharge
from handslag.plans.models import Plan
from handslag.watch.actions import go_round
from tests.browsing import IN_BROWSER, PHONE, enter, picture, write
from tests.worlds import numbers

pytestmark = IN_BROWSER
PERSON = "Ulla Ek"


@pytest.fixture
def later():
    """later(3, page) lets three days pass, after which whoever is at the pages signs in anew. It begins on a Monday."""
    with time_machine.travel("2026-11-23T08:00:00+01:00", tick=True) as traveller:

        def pass_days(days: int, *pages: Page) -> None:
            traveller.shift(timedelta(days=days))
            for page in pages:
                enter(page, page.email)

        yield pass_days


def on(days: int, hour: int = 10) -> str:
    """A time some days ahead, as a form takes it."""
    return f"{clock.today() + timedelta(days=days)}T{hour:02}:00"


def day(days: int = 0) -> str:
    """A day some days ahead, as a form takes it."""
    return (clock.today() + timedelta(days=days)).isoformat()


def open_person(page: Page, section: str = "#held") -> None:
    """Opens the person from a section of My work."""
    page.goto("/my-work/")
    page.click(f"{section} >> text={PERSON}")


def choose(page: Page, step: str) -> None:
    """Takes one of the steps that a page offers."""
    page.click(f"main .actions >> text={step}")


def agree(page: Page, world, *units: str) -> None:
    """Records that the person agrees that these units and the own party tell each other everything that is asked."""
    told = {f"{way}_{world.units[unit].public_id}": list(GROUPS) for unit in units for way in ("out", "in")}
    write(page, "Registrera samtycket", purpose="Så att vi kan planera tillsammans.", **told,
          manner="written", until=day(700))  # fmt: skip
    page.wait_for_selector("text=Samtycket är registrerat")


def confirm(page: Page) -> None:
    """Confirms what the own party is asked to tell."""
    page.goto("/my-work/")
    page.click("text=Samtycken som vi ska bekräfta >> xpath=ancestor::section >> a >> nth=0")
    page.click("a[href*='/confirm/']")
    lines = [box.get_attribute("value") for box in page.locator("input[name='lines']").all()]
    write(page, "Bekräfta de valda raderna", lines=lines, seen="document", is_tested=True)


def hand_over(page: Page, receiver, reason: str, brief: str, contact: str) -> None:
    """Offers the person to a unit."""
    choose(page, "Lämna över")
    write(page, "Erbjud överlämningen", receiver=receiver.public_id, reason=reason, brief=brief,
          needed_by=day(10), proposed_contact_at=contact)  # fmt: skip
    page.wait_for_selector("text=Du är ansvarig tills den är accepterad")


def take_over(page: Page, contact: str) -> None:
    """Accepts what was offered, and books the first contact."""
    open_person(page, "#waiting")
    choose(page, "Acceptera och ta över")
    write(page, "Ta över ansvaret", first_contact_at=contact)
    page.wait_for_selector("text=Du är ansvarig nu.")


def meet(page: Page, next_step: str) -> None:
    """Notes that the first contact was held."""
    open_person(page)
    page.click("main a[href*='/handovers/']")
    choose(page, "Anteckna första kontakten")
    write(page, "Spara", contact_result="held", next_step=next_step, next_step_on=day(7))


def test_from_a_caught_need_to_a_plan_across_four_parties(visit, lasting_world, later):
    world = lasting_world
    world.found("reg", "REG-13")
    kom, fk, af, reg = (visit(f"{party}_a") for party in ("kom", "fk", "af", "reg"))

    # the municipality meets somebody without qualifying income, whom nobody coordinates
    kom.click("text=Öppna ett ärende")
    write(kom, "Öppna ärendet", case_ref="KOM-1", identity_number=numbers()[950], given_name="Ulla", family_name="Ek",
          municipality_code="1380", livelihood="social_assistance", next_step="Fråga om samtycke", next_step_on=day(3))  # fmt: skip
    kom.click("main >> text=Samtycke och utlämnande")
    kom.click("text=Registrera ett samtycke")
    write(kom, "Gå vidare", unit=[world.units["fk"].public_id])
    agree(kom, world, "fk")
    open_person(kom)
    hand_over(kom, world.units["fk"], "needs_care", "Har läkarintyg men ingen SGI.", on(1))
    take_over(fk, on(1))
    later(2, kom, fk, af, reg)
    meet(fk, "Kalla till gemensam kartläggning")

    # Försäkringskassan calls the other three; each confirms what it tells
    open_person(fk)
    choose(fk, "Kalla till gemensam kartläggning")
    units = [world.units[unit].public_id for unit in ("af", "kom", "reg")]
    write(fk, "Kalla", purpose="Se vägen tillbaka till arbete.", units=units, documents="Läkarintyg")
    agree(fk, world, "af", "kom", "reg")
    for page in (af, kom, reg):
        confirm(page)
    open_person(fk)
    choose(fk, "Till den gemensamma kartläggningen")
    shown = fk.url
    choose(fk, "Boka ett möte")
    write(fk, "Boka", purpose="Vi hör vad Ulla vill, och vad var och en ser.", at=on(1), place="Storgatan 5")
    for unit in units:
        fk.goto(f"/meetings/{Meeting.objects.get().public_id}/")
        choose(fk, "Kalla en enhet eller en kollega")
        write(fk, "Kalla", receiver=unit)
    picture(fk, "way-meeting")
    for page in (af, kom, reg):
        page.goto("/my-work/")
        expect(page.locator("text=Storgatan 5")).to_be_visible()

    # they meet, and each signs what it sees
    later(2, kom, fk, af, reg)
    fk.goto(f"/meetings/{Meeting.objects.get().public_id}/")
    choose(fk, "Anteckna att mötet hölls")
    came = [guest.public_id for guest in Meeting.objects.get().participants.all()]
    write(fk, "Spara vad som blev av det", came=came, notes="Ulla vill börja med två timmar om dagen.",
          decision_1="Skriv en plan", due_1=day(7), to_1=world.posts["fk_a"].public_id)  # fmt: skip
    picture(fk, "way-meeting-held")
    for page, view in (
        (af, "Arbetsträning är rätt väg."),
        (kom, "Försörjningsstödet fortsätter så länge."),
        (reg, "Behandlingen går bra."),
        (fk, "Vi samordnar."),
    ):
        page.goto(shown)
        choose(page, "Skriv vår del")
        write(page, "Underteckna vår del", own_words="Jag vill arbeta i köket igen.", goal="Arbeta halvtid", standpoint=view)  # fmt: skip
        expect(page.locator(f"text={view}")).to_be_visible()
    picture(fk, "way-assessment")
    choose(fk, "Avsluta kartläggningen")
    write(fk, "Avsluta, med plan", outcome="joint_measure", text="Följ upp planen", due_on=day(30))

    # the plan holds what each of them does, and each reads it
    choose(fk, "Till planen")
    for party, text in (
        ("af", "Arbetsträning i köket"),
        ("kom", "Beslut om försörjning"),
        ("reg", "Samtal hos kurator"),
    ):
        choose(fk, "Lägg till ett steg")
        write(fk, "Spara steget", text=text, to=world.posts[f"{party}_a"].public_id, due_on=day(20))
    picture(fk, "way-plan")
    for page, text in ((af, "Arbetsträning i köket"), (kom, "Beslut om försörjning"), (reg, "Samtal hos kurator")):
        page.goto("/my-work/")
        page.click(f"text={text}")
        page.click("text=Till planen")
        for line in ("Arbeta halvtid", "Arbetsträning i köket", "Beslut om försörjning", "Samtal hos kurator"):
            expect(page.locator(f"text={line}")).to_be_visible()
    with fk.expect_download() as download:
        choose(fk, "Till personen (PDF)")
    assert download.value.path().read_bytes().startswith(b"%PDF")

    case = Case.objects.get()
    assert (case.holder, case.next_step) == (world.posts["fk_a"], "Följ upp planen")
    assert {step.to.party.code for step in Plan.objects.get().steps.all()} == {"FK", "AF", "KOM-1380", "REG-13"}
    go_round()
    seal()
    assert not [promise for promise, found in prove(clock.today()).items() if found.broken]
    for name, page in (("fk", fk), ("phone", visit("fk_a", PHONE))):
        open_person(page)
        picture(page, f"way-case-{name}")


def test_out_of_a_programme_into_sickness_insurance_and_back(visit, lasting_world, later):
    world = lasting_world
    case = world.case(
        "af_a", given_name="Ulla", family_name="Ek", livelihood="activity_support", livelihood_ends_on=None
    )
    af = visit("af_a")

    # ill from the first day; on the fifteenth My work tells that something is to be examined
    open_person(af)
    choose(af, "Sjukfrånvaro")
    write(af, "Spara", since=day(), degree=100, programme="job_development_guarantee")
    later(14, af)
    expect(af.locator("#illnesses >> text=anpassning inte undersökt")).to_be_visible()
    open_person(af, "#illnesses")
    choose(af, "Undersök anpassning")
    write(af, "Spara", examined_on=day(), can_adapt="no")
    picture(af, "way-programme")

    # the person agrees, and is offered to Försäkringskassan before the thirty days are over
    af.click("main >> text=Samtycke och utlämnande")
    af.click("text=Registrera ett samtycke")
    write(af, "Gå vidare", unit=[world.units["fk"].public_id])
    agree(af, world, "fk")
    open_person(af)
    hand_over(af, world.units["fk"], "needs_care", "Helt sjuk; insatsen kan inte anpassas.", on(9))
    later(16, af)
    open_person(af, "#illnesses")
    choose(af, "Skrivs ut ur programmet")
    write(af, "Spara", left_on=day())
    left = clock.today()
    expect(af.locator(f"text={left.replace(year=left.year + 1)}").first).to_be_visible()
    fk = visit("fk_a")
    take_over(fk, on(1))
    later(2, fk)
    meet(fk, "Utred rätten till sjukpenning")

    # eleven months later Försäkringskassan is told that the way back soon ends
    later(334, fk)
    expect(fk.locator("#illnesses >> text=Ulla Ek")).to_be_visible()
    picture(fk, "way-back-work")
    open_person(fk, "#illnesses")
    picture(fk, "way-back-case")
    choose(fk, "Notera återinträdet")
    write(fk, "Spara", result="returned", result_on=day())
    fk.goto("/my-work/")
    expect(fk.locator("#illnesses")).to_have_count(0)
    case.refresh_from_db()
    assert case.holder == world.posts["fk_a"]
    assert Discharge.objects.get(case=case).result == "returned"
