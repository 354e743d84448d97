"""The journeys in a real browser, by mouse and by keyboard, on a desk and on a phone."""

import re
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from handslag.assessments import actions as assessments
from handslag.assessments.models import Assessment
from handslag.cases.models import Case
from handslag.drafts.models import Draft
from handslag.foundation import clock, days
from handslag.handovers import actions
from handslag.handovers.models import Handover
from handslag.parties.models import Post
from handslag.watch.actions import go_round
from tests.browsing import IN_BROWSER, PHONE, enter, picture
from tests.worlds import numbers

pytestmark = IN_BROWSER


def local(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def tab_to(page, text: str, most: int = 90) -> None:
    """Presses Tab until the control with this text has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''")
        if text in focused:
            return
    raise AssertionError(f"“{text}” cannot be reached by keyboard")


def test_a_handover_by_mouse(visit, lasting_world):
    world, case = lasting_world, lasting_world.case()
    world.consent(case)
    sender, receiver = visit("fk_a"), visit("af_a")
    sender.click(f"text={case.person.identity.name}")
    sender.click("text=Lämna över")
    sender.select_option("#id_receiver", str(world.units["af"].public_id))
    sender.select_option("#id_reason", "benefit_ends")
    sender.fill("#id_brief", "Ring före lunch.")
    sender.click("text=Erbjud överlämningen")
    expect(sender.locator("text=Du är ansvarig tills den är accepterad")).to_be_visible()
    receiver.goto("/my-work/")
    receiver.click(f"text={case.person.identity.name}")
    expect(receiver.locator("text=Ring före lunch.")).to_be_visible()
    receiver.click("text=Acceptera och ta över")
    receiver.click("text=Ta över ansvaret")
    receiver.wait_for_selector("text=Du är ansvarig nu.")
    case.refresh_from_db()
    assert case.holder == world.posts["af_a"]
    sender.goto(f"/handovers/{Handover.objects.get().public_id}/")
    expect(sender.locator(".state.accepted")).to_be_visible()


def test_a_handover_by_keyboard_alone(visit, lasting_world):
    world, case = lasting_world, lasting_world.case()
    handover = world.offer(case)
    page = visit("af_b")
    page.keyboard.press("Tab")
    assert "Hoppa till innehållet" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    tab_to(page, case.person.identity.name)
    page.keyboard.press("Enter")
    page.wait_for_selector(".hands")
    tab_to(page, "Avböj")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_decline_reason")
    tab_to(page, "Avböj")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Detta behöver rättas")
    page.focus("#id_decline_reason")
    page.keyboard.type("Under")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to(page, "Avböj")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state.declined")
    handover.refresh_from_db()
    assert (handover.decline_reason, handover.goes_back) == ("brief_incomplete", True)


def test_what_climbed_meets_the_lead_by_keyboard(visit, lasting_world):
    world = lasting_world
    case = world.case(next_step_on=clock.today() + timedelta(days=90))
    world.offer(case)
    go_round(days.add_working_days(clock.today(), 7))
    page = visit("af_lead")
    page.wait_for_selector("#climbed")
    tab_to(page, case.person.identity.name)
    page.keyboard.press("Enter")
    page.wait_for_selector(".hands")
    tab_to(page, "Acceptera")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_holder")
    page.focus("#id_holder")
    page.keyboard.type("Af_B")
    tab_to(page, "Ta över ansvaret")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state.accepted")
    case.refresh_from_db()
    assert case.holder == world.posts["af_b"]
    officer = visit("af_officer")
    expect(officer).to_have_url(re.compile("/watch/"))
    expect(officer.locator("#h-climbing")).to_be_visible()


def test_search_never_puts_the_number_in_the_address(visit, lasting_world):
    case = lasting_world.case()
    page = visit("fk_a")
    page.fill("#q", case.person.identity.number)
    page.keyboard.press("Enter")
    page.click(f"main >> text={case.person.identity.name}")
    expect(page).to_have_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    expect(page.locator("text=Ansvarig nu")).to_be_visible()


def test_a_case_is_worked_from_its_page(visit, lasting_world):
    case, page = lasting_world.case(), visit("fk_a")
    page.goto(f"/cases/{case.public_id}/")
    page.click("text=Bestäm nästa steg")
    page.fill("#id_next_step", "Besök hemma")
    page.fill("#id_next_step_on", clock.today().isoformat())
    page.click("text=Spara nästa steg")
    expect(page.locator(".large >> text=Besök hemma")).to_be_visible()
    expect(page.locator("svg .mark.done")).to_have_count(1)
    page.click("text=Samma sak som tabell")
    expect(page.locator("details table")).to_be_visible()


def test_a_county_is_changed_with_and_without_script(visit, lasting_world):
    world, case = lasting_world, lasting_world.case()
    world.units["kom"].__class__.objects.filter(pk=world.units["kom"].pk).update(county_code="14")
    for script in (True, False):
        page = visit("fk_a", java_script_enabled=script)
        page.goto(f"/cases/{case.public_id}/hand-over/")
        assert "Enhet kom" not in page.inner_html("#id_receiver")
        page.select_option("#county", "14")
        if not script:
            page.click("form.county button")
        page.wait_for_selector("#id_receiver optgroup[label*='Enhet kom']", state="attached")
        page.select_option("#id_receiver", str(world.units["kom"].public_id))
        page.select_option("#id_reason", "moved")
        page.click("text=Erbjud överlämningen")
        page.wait_for_selector("text=Du är ansvarig tills den är accepterad")
        actions.withdraw_handover(world.viewer("fk_a"), Handover.objects.get(state="offered").pk)


def test_the_lead_lets_somebody_leave_on_one_screen(visit, lasting_world):
    world = lasting_world
    for _ in range(3):
        world.case("fk_b")
    page = visit("fk_lead")
    page.click("text=Enheten")
    page.click(f"tr:has-text('{world.posts['fk_b'].user}') >> text=Slutar på enheten")
    page.select_option("#id_to", str(world.posts["fk_a"].public_id))
    page.click("text=Flytta allt och avsluta tjänsten")
    expect(page.locator("text=har slutat")).to_be_visible()
    assert not Post.objects.get(pk=world.posts["fk_b"].pk).is_active
    assert Case.objects.filter(holder=world.posts["fk_a"]).count() == 3


def test_a_lead_moves_chosen_cases(visit, lasting_world):
    world = lasting_world
    cases = [world.case() for _ in range(3)]
    page = visit("fk_lead")
    page.goto(f"/units/{world.units['fk'].public_id}/cases/")
    page.check(f"input[value^='{cases[1].public_id}']")
    page.select_option("#id_to", str(world.posts["fk_b"].public_id))
    page.click("text=Flytta de valda ärendena")
    expect(page.locator("text=1 ärenden flyttades")).to_be_visible()
    assert Case.objects.get(holder=world.posts["fk_b"]) == cases[1]


def test_a_file_is_brought_in_with_errors_beside_the_rows(visit, lasting_world, tmp_path):
    from tests.test_intake import good_row, write_xlsx

    page = visit("fk_lead")
    page.goto("/import/")
    wrong = write_xlsx(tmp_path / "wrong.xlsx", [good_row(None), good_row(None, 1, livelihood="skräp")])
    page.set_input_files("#id_file", wrong)
    page.click("text=Ta in filen")
    expect(page.locator(".cells .bad >> text=skräp")).to_be_visible()
    page.set_input_files("#id_file", write_xlsx(tmp_path / "right.xlsx", [good_row(None)]))
    page.click("label[for=id_only_try]")
    page.click("text=Ta in filen")
    page.wait_for_selector("text=1 rad togs in")
    assert Case.objects.count() == 1


def test_a_case_is_opened_by_hand(visit, lasting_world):
    page = visit("fk_a")
    page.click("text=Öppna ett ärende")
    page.fill("#id_case_ref", "H-1")
    page.fill("#id_identity_number", numbers()[950])
    page.fill("#id_given_name", "Ulla")
    page.fill("#id_family_name", "Ek")
    page.select_option("#id_municipality_code", "1380")
    page.select_option("#id_livelihood", "none")
    page.fill("#id_next_step", "Ring")
    page.fill("#id_next_step_on", clock.today().isoformat())
    page.click("button >> text=Öppna ärendet")
    page.wait_for_selector("h1 >> text=Ulla Ek")


def test_fk_and_af_go_through_one_joint_assessment(visit, lasting_world):
    world, case = lasting_world, lasting_world.case()
    fk = visit("fk_a")
    fk.goto(f"/cases/{case.public_id}/")
    fk.click("text=Kalla till gemensam kartläggning")
    fk.fill("#id_purpose", "Se vägen tillbaka till arbete.")
    fk.press(f"input[value='{world.units['af'].public_id}']", "Space")
    fk.fill("#id_documents", "Läkarintyg")
    picture(fk, "ask")
    fk.click("button >> text=Kalla")
    fk.wait_for_selector("text=Registrera ett samtycke")  # the consent is lacking, and asked for here
    fk.fill("#id_purpose", "Så att FK och AF kan planera tillsammans.")
    for group in ("identity", "health", "plan", "meetings"):
        for way in ("out", "in"):
            fk.press(f"input[name='{way}_{world.units['af'].public_id}'][value='{group}']", "Space")
    fk.select_option("#id_manner", "written")
    fk.click("button >> text=Registrera samtycket")
    af = visit("af_a")
    af.click("text=Samtycken som vi ska bekräfta >> xpath=ancestor::section >> a >> nth=0")
    af.click("a[href*='/confirm/']")
    af.wait_for_selector("#id_seen")
    for box in af.locator("input[name='lines']").all():
        box.press("Space")
    af.select_option("#id_seen", "document")
    af.press("#id_is_tested", "Space")
    af.click("button.button--primary >> nth=0")
    assessment = Assessment.objects.get()
    af.goto("/my-work/")
    af.click(f"#assessments-to-sign >> text={case.person.identity.name}")
    af.click("text=Inhämtat")
    af.click("text=Skriv vår del")
    af.fill("#id_own_words", "Jag vill arbeta i köket igen.")
    af.fill("#id_goal", "Halvtid till sommaren")
    af.fill("#id_standpoint", "Arbetsträning är rätt väg.")
    af.click("text=Underteckna vår del")
    fk.goto(f"/assessments/{assessment.public_id}/part/")
    fk.fill("#id_own_words", "Jag orkar lite mer nu.")
    fk.fill("#id_goal", "Halvtid")
    fk.select_option("#id_diagnosis_chapter", "F")
    fk.select_option("#id_degree_1", "100")
    fk.fill("#id_since_1", clock.today().isoformat())
    fk.fill("#id_standpoint", "Vi stödjer det.")
    fk.wait_for_selector("[data-draft-told] >> text=/^Sparat/")
    picture(fk, "part")
    fk.click("text=Underteckna vår del")
    fk.click("text=Ändra vår del")
    fk.fill("#id_standpoint", "Vi stödjer det helt.")
    fk.click("text=Underteckna vår del")
    picture(fk, "assessment")
    fk.click("text=Versioner sida vid sida")
    expect(fk.locator("mark >> text=helt")).to_be_visible()
    picture(fk, "versions")
    fk.goto(f"/assessments/{assessment.public_id}/")
    expect(fk.locator("text=Arbetsträning är rätt väg.")).to_be_visible()
    fk.click("text=Avsluta kartläggningen")
    fk.select_option("#id_outcome", "joint_measure")
    fk.fill("#id_text", "Boka möte om arbetsträning")
    fk.fill("#id_due_on", clock.today().isoformat())
    fk.click("button >> text=Avsluta, med plan")
    fk.click("text=Till planen")
    fk.click("text=Lägg till ett steg")
    fk.fill("#id_text", "Arbetsträning i köket")
    fk.select_option("#id_to", str(world.posts["af_a"].public_id))
    fk.fill("#id_due_on", days.add_days(clock.today(), 60).isoformat())
    fk.select_option("#id_measure", "work_preparatory")
    fk.fill("#id_begins_on", days.add_days(clock.today(), 9).isoformat())
    fk.click("text=Spara steget")
    picture(fk, "plan")
    af.goto("/my-work/")
    af.click("text=Arbetsträning i köket")
    expect(af.locator("h1 >> text=Arbetsträning i köket")).to_be_visible()
    fk.goto(f"/cases/{case.public_id}/")
    expect(fk.locator("text=arbetsförberedande insats planerad").first).to_be_visible()
    expect(fk.locator(".large >> text=Boka möte om arbetsträning")).to_be_visible()
    picture(fk, "case")
    phone = visit("fk_b", PHONE)
    for name, path in (("assessment", ""), ("part", "part/"), ("versions", "versions/")):
        phone.goto(f"/assessments/{assessment.public_id}/{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        picture(phone, f"{name}-phone")
    phone.goto(f"/plans/{assessment.case.plans.get().public_id}/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "plan-phone")


def asked(world) -> tuple[Case, str]:
    """A case whose joint assessment goes on, and the address of FK's part."""
    case = world.case()
    request = assessments.Request("Vägen tillbaka", clock.today(), (world.units["af"],))
    assessment = assessments.ask_assessment(world.viewer("fk_a"), case.pk, request)
    return case, f"/assessments/{assessment.public_id}/part/"


def test_what_is_typed_is_there_after_a_reload_and_an_ended_session(visit, lasting_world):
    _case, path = asked(lasting_world)
    page = visit("fk_a")
    page.goto(path)
    page.fill("#id_own_words", "Jag har skrivit länge på detta.")
    page.focus("#id_goal")  # leaving the field saves
    page.wait_for_selector("[data-draft-told] >> text=/^Sparat/")
    page.reload()
    expect(page.locator("#id_own_words")).to_have_value("Jag har skrivit länge på detta.")
    Session.objects.all().delete()
    page.fill("#id_goal", "Halvtid")
    page.wait_for_selector("[data-draft-told] >> text=/^Inte sparat/")
    page.complaints.clear()  # the browser tells that the answer led elsewhere
    again = page.context.new_page()
    enter(again, lasting_world.posts["fk_a"].user.email)
    page.wait_for_selector("[data-draft-told] >> text=/^Sparat/")
    page.complaints.clear()
    assert "Halvtid" in Draft.objects.get().content
    colleague = visit("fk_lead")
    colleague.goto(path)
    expect(colleague.locator("text=Skriver också här: Fk_A Test")).to_be_visible()
    expect(colleague.locator("details >> text=Jag har skrivit länge på detta.")).to_be_visible()


def test_what_is_typed_before_the_script_has_come_is_saved(visit, lasting_world):
    _case, path = asked(lasting_world)
    page, held = visit("fk_a"), {}
    page.route("**/drafts*.js", lambda route: held.update(script=route))
    page.goto(path, wait_until="commit")
    page.fill("#id_own_words", "Jag skriver fort.")
    page.focus("#id_goal")
    held["script"].continue_()
    page.wait_for_selector("[data-draft-told] >> text=/^Sparat/")
    assert "Jag skriver fort." in Draft.objects.get().content


def test_without_script_a_button_saves_the_draft(visit, lasting_world):
    _case, path = asked(lasting_world)
    page = visit("fk_a", java_script_enabled=False)
    page.goto(path)
    page.fill("#id_own_words", "Utan skript.")
    page.click("text=Spara utkastet")
    page.wait_for_selector("text=Utkastet är sparat. Det är inte undertecknat.")
    expect(page.locator("#id_own_words")).to_have_value("Utan skript.")


def test_the_goal_of_a_plan_is_there_after_a_reload_and_its_draft_goes_when_the_plan_is_made(visit, lasting_world):
    case, page = lasting_world.case(), visit("fk_a")
    page.goto(f"/cases/{case.public_id}/")
    page.click("text=Gör en plan")
    page.fill("#id_goal", "Arbeta halvtid i ett lugnt kök.")
    page.focus("#id_support")  # leaving the field saves
    page.wait_for_selector("[data-draft-told] >> text=/^Sparat/")
    page.reload()
    expect(page.locator("#id_goal")).to_have_value("Arbeta halvtid i ett lugnt kök.")
    page.click("button >> text=Spara planen")
    page.wait_for_selector("text=Planen är gjord.")
    assert not Draft.objects.exists()
