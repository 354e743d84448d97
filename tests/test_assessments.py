"""Joint assessments: asked for, written by each party in turn, signed for good, and ended in a plan and a next step."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from handslag.assessments import actions, queries, rules
from handslag.assessments.models import Assessment, Document, Part
from handslag.assessments.rules import Spell
from handslag.assessments.signing import Content
from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.disclosure.rules import HEALTH, IDENTITY, PLAN
from handslag.drafts.models import Draft
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.persons.models import Person
from handslag.plans.models import Plan
from handslag.rights.extract import DATA
from handslag.rights.protection import protect
from handslag.rights.retention import retain
from handslag.sharing.queries import to_confirm
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests import worlds

WORDS = Content(
    standpoint="Vi ser att det går.",
    own_words="Jag vill tillbaka till verkstaden.",
    goal="Arbeta halvtid",
    livelihood="sickness_benefit",
    diagnosis_chapter="F",
    spells=(Spell(100, date(2026, 1, 1), None),),
    obstacles="Tröttheten",
    resources="Körkort",
)


def ask(world, case, *units: str, days: int = 30) -> Assessment:
    """The holder of the case asks for a joint assessment."""
    wanted = clock.today() + timedelta(days=days)
    found = tuple(world.units[unit] for unit in units or ("af",))
    request = actions.Request("Vägen tillbaka till arbete", wanted, found, ("Läkarintyg",))
    return actions.ask_assessment(world.viewer("fk_a"), case.pk, request)


def sign(world, assessment, who: str = "fk_a", content: Content = WORDS) -> Part:
    """Somebody signs the own party's part upon what stands."""
    before = actions.latest(assessment, world.posts[who].party_id)
    return actions.sign_part(world.viewer(who), assessment.pk, content, before.number if before else 0)


def ending(world, **changes) -> actions.Ending:
    """An ending that will do."""
    due = clock.today() + timedelta(days=14)
    told = actions.Ending("Arbeta halvtid", "Boka studiebesök", due, world.posts["fk_a"], "other_next_step")
    return replace(told, **changes)


def end(world, assessment, **changes) -> Assessment:
    """The holder ends an assessment."""
    return actions.end_assessment(world.viewer("fk_a"), assessment.pk, ending(world, **changes))


@pytest.fixture
def asked(world):
    """A case of FK's, the person's consent with AF, and an assessment to which AF is called."""
    case = world.case()
    world.consent(case)
    return case, ask(world, case)


def state(assessment) -> str:
    return queries.facts_of(Assessment.objects.select_related("plan").get(pk=assessment.pk)).state


# The day of the sick case, from the wording of SFB 27:51.


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number - 1)


@pytest.mark.parametrize(
    ("spells", "on", "is_day"),
    [
        ([], 10, None),
        ([(1, None)], 1, 1),
        ([(1, None)], 100, 100),
        ([(1, 50)], 51, None),  # nobody is sick that day
        ([(1, 50), (51, None)], 60, 60),  # another degree follows at once: one sick period
        ([(1, 50), (40, None)], 60, 60),  # a day counts once, however many certificates tell of it
        ([(1, 10), (100, None)], 100, 11),  # 89 days between: days are put together, those between are not counted
        ([(1, 10), (101, None)], 101, 1),  # 90 days between: they are not
        ([(1, 10), (60, 70), (150, None)], 150, 22),  # each time from the period before
        ([(1, 10), (60, 70), (161, None)], 161, 1),
        ([(20, None)], 10, None),
    ],
)
def test_days_of_sick_periods_are_put_together_when_fewer_than_90_days_lie_between(spells, on, is_day):
    told = [Spell(100, day(since), until and day(until)) for since, until in spells]
    assert rules.sick_day(told, day(on)) == is_day
    assert rules.sick_day(reversed(told), day(on)) == is_day
    assert sorted(rules.read(rules.written(told)), key=lambda s: s.since) == sorted(told, key=lambda s: s.since)


def test_the_first_state_whose_facts_are_all_there_is_the_state():
    for name, needed in rules.STATES:
        assert rules.state(needed) == name
    assert rules.state({rules.ENDED, rules.BROKEN, rules.DIRECTED_BEGUN}) == rules.BROKEN_OFF
    assert rules.state({rules.DIRECTED_BEGUN}) == rules.WAITING


# What is asked for


def test_it_is_asked_for_with_a_purpose_a_day_and_a_unit_of_another_party(world):
    case = world.case()
    good = actions.Request("Ord", clock.today(), (world.units["af"],))
    for wrong, field in (
        (replace(good, purpose=" "), "purpose"),
        (replace(good, wanted_by=clock.today() - timedelta(days=1)), "wanted_by"),
        (replace(good, units=()), "unit"),
        (replace(good, units=(world.units["fk2"],)), "unit"),
    ):
        with pytest.raises(Refused) as refused:
            actions.ask_assessment(world.viewer("fk_a"), case.pk, wrong)
        assert refused.value.field == field
    assessment = ask(world, case)
    assert state(assessment) == rules.WAITING
    with pytest.raises(Overtaken):
        ask(world, case)


def test_who_is_called_reaches_the_case_and_reads_by_basis_alone(world, browse):
    case = world.case()
    assessment = ask(world, case)
    url, af = reverse("assessment", args=[assessment.public_id]), browse("af_a")
    page = af.get(url).content.decode()
    assert "Vägen tillbaka" not in page and "Inget underlag" in page
    assert "Läkarintyg" not in page
    world.consent(case, "af", out=(IDENTITY, PLAN))
    sign(world, assessment)
    page = browse("af_a").get(url).content.decode()
    assert "Vägen tillbaka" in page and "verkstaden" in page and "Läkarintyg" in page
    assert "Tröttheten" not in page and "Psykiatriska" not in page and "utelämnat" in page
    world.consent(case, "af", out=(HEALTH,))
    page = browse("af_a").get(url).content.decode()
    assert "Tröttheten" in page and "Psykiatriska" in page
    actions.uncall_unit(world.viewer("fk_a"), assessment.calls.get().pk)
    assert browse("kom_a").get(url).status_code == 404


def test_more_units_are_called_and_calls_are_taken_back(world, asked):
    _case, assessment = asked
    lead = world.viewer("fk_a")
    call = actions.call_unit(lead, assessment.pk, world.units["kom"])
    for unit in ("kom", "fk2"):
        with pytest.raises(Refused):
            actions.call_unit(lead, assessment.pk, world.units[unit])
    actions.uncall_unit(lead, call.pk)
    with pytest.raises(Overtaken):
        actions.uncall_unit(lead, call.pk)
    with pytest.raises(NotAllowed):
        actions.sign_part(world.viewer("kom_a"), assessment.pk, WORDS, 0)
    actions.call_unit(lead, assessment.pk, world.units["kom"])


def test_documents_are_gathered_once_by_those_who_take_part(world, asked):
    _case, _assessment = asked
    document = Document.objects.get()
    with pytest.raises(NotAllowed):
        actions.gather_document(world.viewer("kom_a"), document.pk)
    actions.gather_document(world.viewer("af_b"), document.pk)
    with pytest.raises(Overtaken):
        actions.gather_document(world.viewer("fk_a"), document.pk)


# What is signed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"standpoint": " "}, "standpoint"),
        ({"own_words": ""}, "own_words"),
        ({"goal": " "}, "goal"),
        ({"own_words": "", "no_words_reason": "because"}, "no_words_reason"),
        ({"diagnosis_chapter": "F32"}, "diagnosis_chapter"),
        ({"livelihood_since": date(2099, 1, 1)}, "livelihood_since"),
        ({"prognosis": "within_days"}, "prognosis_days"),
        ({"spells": (Spell(30, day(1), None),)}, "degree_1"),
        ({"spells": (Spell(50, day(9), day(1)),)}, "until_1"),
        ({"dissents": True, "settle_by": date(2099, 1, 1)}, "dissent_reason"),
        ({"dissents": True, "dissent_reason": "Nej"}, "settle_by"),
        ({"dissent_reason": "Nej"}, "dissents"),
    ],
)
def test_a_part_says_what_it_must(world, asked, changes, field):
    _case, assessment = asked
    with pytest.raises(Refused) as refused:
        sign(world, assessment, content=replace(WORDS, **changes))
    assert refused.value.field == field
    assert not Part.objects.exists()


def test_the_persons_words_are_empty_for_a_reason_alone(world, asked):
    _case, assessment = asked
    part = sign(world, assessment, content=replace(WORDS, own_words="", goal="", no_words_reason="did_not_want"))
    assert state(assessment) == rules.ASSESSING and part.number == 1


def test_a_change_is_a_new_version_and_who_wrote_upon_an_older_is_told(world, asked):
    _case, assessment = asked
    first = sign(world, assessment)
    sign(world, assessment, content=replace(WORDS, standpoint="Nu ser vi det."))
    assert Part.objects.get(pk=first.pk).standpoint == "Vi ser att det går."
    for upon in (0, 1, 3):
        with pytest.raises(Overtaken):
            actions.sign_part(world.viewer("fk_lead"), assessment.pk, WORDS, upon)
    af = sign(world, assessment, "af_b", replace(WORDS, standpoint="Vi är med"))
    assert (af.number, actions.latest(assessment, world.parties["fk"].pk).number) == (1, 2)
    with pytest.raises(NotAllowed):
        actions.sign_part(world.viewer("fk2_a"), assessment.pk, WORDS, 2)


def test_the_sick_day_is_told_as_of_the_signing(world, asked):
    _case, assessment = asked
    part = sign(
        world, assessment, content=replace(WORDS, spells=(Spell(100, clock.today() - timedelta(days=9), None),))
    )
    with time_machine.travel(clock.now() + timedelta(days=100), tick=False):
        assert Part.objects.get(pk=part.pk).sick_day == 10


# What it ends in


def test_it_ends_in_a_plan_and_a_next_step_when_each_party_has_signed(world, asked):
    case, assessment = asked
    with pytest.raises(Overtaken, match="Part AF"):
        end(world, assessment)
    sign(world, assessment)
    with pytest.raises(Overtaken):
        end(world, assessment)
    sign(world, assessment, "af_a")
    for wrong in (
        {"outcome": "nothing"},
        {"goal": " "},
        {"text": " "},
        {"due_on": clock.today() - timedelta(days=1)},
        {"to": world.posts["af_a"]},
    ):
        with pytest.raises(Refused):
            end(world, assessment, **wrong)
    assert not Plan.objects.exists()
    ended = end(world, assessment)
    case.refresh_from_db()
    assert (case.next_step, case.next_step_by) == ("Boka studiebesök", world.posts["fk_a"])
    (step,) = ended.plan.steps.all()
    assert step.became_step and ended.plan.reviews.get().goal == "Arbeta halvtid"
    assert state(assessment) == rules.COMPLETED
    for act in (
        lambda: end(world, assessment),
        lambda: actions.call_unit(world.viewer("fk_a"), assessment.pk, world.units["kom"]),
    ):
        with pytest.raises(Overtaken):
            act()


def test_it_is_broken_off_with_a_plan_too_but_for_who_has_died(world):
    case, other = world.case(), world.case()
    assessment = ask(world, case)
    with pytest.raises(Refused):
        end(world, assessment, outcome="", reason="completed")
    end(world, assessment, outcome="", reason="own_request")
    assert state(assessment) == rules.BROKEN_OFF and Plan.objects.filter(case=case).exists()
    assert end(world, ask(world, other), outcome="", reason="deceased").plan is None


def test_a_case_does_not_close_over_an_assessment(world, asked):
    case, assessment = asked
    with pytest.raises(Overtaken):
        cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    end(world, assessment, outcome="", reason="own_request")
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    with pytest.raises(Overtaken):
        sign(world, assessment)


def test_the_state_follows_the_measures_of_the_plan(world, asked):
    from handslag.plans import actions as plans

    case, assessment = asked
    lead = world.viewer("fk_a")
    with time_machine.travel(clock.now(), tick=False):
        world.meeting(case, kind=queries.KIND, days=1)
        assert state(assessment) == rules.WAITING
    sign(world, assessment)
    assert state(assessment) == rules.ASSESSING
    sign(world, assessment, "af_a")
    end(world, assessment, outcome="joint_measure")
    today = clock.today()
    for measure, begins, wanted in (
        ("work_preparatory", 5, rules.PLANNED_PREPARATORY),
        ("work_preparatory", 0, rules.ACTIVE_PREPARATORY),
        ("work_directed", 5, rules.ACTIVE_PREPARATORY),
        ("work_directed", 0, rules.ACTIVE_DIRECTED),
    ):
        begins_on = today + timedelta(days=begins)
        planned = plans.Planned("Insats", world.posts["af_a"], today + timedelta(days=90), "", measure, begins_on)
        step = plans.add_step(lead, case.pk, planned)
        assert state(assessment) == wanted
    plans.end_step(world.viewer("af_a"), step.pk, was_done=True)
    assert state(assessment) == rules.ACTIVE_PREPARATORY
    plans.end_plan(lead, case.pk, "broken_off")
    assert state(assessment) == rules.BROKEN_OFF


# What climbs


def test_an_assessment_that_is_late_and_a_dissent_that_is_not_settled_climb(world, asked):
    _case, assessment = asked
    content = replace(
        WORDS, dissents=True, dissent_reason="Vi tror inte det", settle_by=clock.today() + timedelta(days=5)
    )
    sign(world, assessment, "af_a", content)
    with time_machine.travel(clock.now() + timedelta(days=60), tick=False):
        go_round()
        for kind in ("late_assessment", "unsettled_dissent"):
            assert Escalation.objects.filter(kind=kind, about=assessment.public_id, rung=1).exists()
        assert not prove(clock.today())["3"].broken
        for kind in ("late_assessment", "unsettled_dissent"):
            Escalation.objects.filter(kind=kind).update(cleared_on=clock.today())
            assert prove(clock.today())["3"].broken
            go_round()
        sign(world, assessment, "af_a")
        end(world, assessment, outcome="", reason="own_request")
        go_round()
        assert not Escalation.objects.filter(
            kind__in=("late_assessment", "unsettled_dissent"), cleared_on=None
        ).exists()


# On pages


def form(**changes) -> dict:
    """A part as a browser sends it."""
    told = {"own_words": "Jag orkar mer nu", "goal": "Halvtid", "standpoint": "Vi är med", "upon": "0"}
    return {**told, **changes}


def test_it_goes_from_asking_over_consent_and_signing_to_its_end_on_pages(world, browse):
    case, fk = world.case(), browse("fk_a")
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert "Kalla till gemensam kartläggning" in page
    url = reverse("ask-assessment", args=[case.public_id])
    assert "Enhet af" in fk.get(url).content.decode()
    wanted = (clock.today() + timedelta(days=30)).isoformat()
    told = {"purpose": "Vägen tillbaka", "wanted_by": wanted, "units": [str(world.units["af"].public_id)]}
    sent = fk.post(url, {**told, "documents": "Läkarintyg\n\nPlan från chefen"})
    assert sent.headers["Location"].startswith(reverse("consent", args=[case.public_id]))
    assert "Enhet af" in fk.get(sent.headers["Location"]).content.decode()
    world.consent(case)
    assessment, af = Assessment.objects.get(), browse("af_a")
    shown = reverse("assessment", args=[assessment.public_id])
    assert "Vägen tillbaka" in af.get(reverse("my-work")).content.decode()
    assert "Plan från chefen" in af.get(shown).content.decode()
    af.post(reverse("assessment-gathered", args=[Document.objects.first().public_id]))
    assert "inhämtat" in fk.get(shown).content.decode()
    part = reverse("assessment-part", args=[assessment.public_id])
    assert "personens egna ord" in fk.get(part).content.decode()
    wrong = fk.post(part, form(standpoint="")).content.decode()
    assert "Detta behöver rättas" in wrong and "Jag orkar mer nu" in wrong
    assert "Jag orkar mer nu" in fk.get(part).content.decode()  # what was refused is kept
    spell = {"degree_1": "50", "since_1": clock.today().isoformat()}
    assert fk.post(part, form(**spell)).status_code == 302
    assert fk.post(part, form(upon="1", standpoint="Vi är helt med", **spell)).status_code == 302
    page = fk.get(reverse("assessment-versions", args=[assessment.public_id])).content.decode()
    assert "<mark>helt" in page.replace("<mark>är helt", "<mark>helt") and "Version 2" in page
    assert af.post(part, form(standpoint="AF stödjer det")).status_code == 302
    page = fk.get(shown).content.decode()
    assert "AF stödjer det" in page and "Dag i sjukfallet" in page and "Avsluta kartläggningen" in page
    step = reverse("assessment-step", args=[assessment.public_id, "end"])
    assert "Halvtid" in fk.get(step).content.decode()
    told = {
        "outcome": "employer_support",
        "goal": "Halvtid",
        "text": "Ring chefen",
        "due_on": wanted,
        "to": str(world.posts["fk_a"].public_id),
    }
    assert fk.post(step, told).status_code == 302
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert "Ring chefen" in page and "avslutad enligt plan" in page and "undertecknade en del" in page
    assert "Konsultativt stöd" in fk.get(shown).content.decode()
    assert fk.get(step).status_code == 404


def test_units_are_called_and_uncalled_on_pages(world, asked, browse):
    _case, assessment = asked
    fk = browse("fk_a")
    url = reverse("assessment-step", args=[assessment.public_id, "call"])
    assert "Enhet kom" in fk.get(url).content.decode()
    assert fk.post(url, {"unit": str(world.units["kom"].public_id)}).status_code == 302
    shown = fk.get(reverse("assessment", args=[assessment.public_id])).content.decode()
    assert "Enhet kom" in shown and "Inget samtycke låter" in shown
    call = assessment.calls.get(unit=world.units["kom"])
    fk.post(reverse("assessment-uncall", args=[call.public_id]))
    url = reverse("assessment-step", args=[assessment.public_id, "break-off"])
    told = {
        "reason": "own_request",
        "goal": "Mål",
        "text": "Ring",
        "due_on": clock.today().isoformat(),
        "to": str(world.posts["fk_a"].public_id),
    }
    assert fk.post(url, told).status_code == 302
    assert state(assessment) == rules.BROKEN_OFF


def test_two_who_write_in_the_same_part_see_both_texts_and_neither_overwrites(world, asked, browse):
    case, assessment = asked
    part = reverse("assessment-part", args=[assessment.public_id])
    one, two = browse("fk_a"), browse("fk_lead")
    url = reverse("draft", args=[case.public_id, actions.form_of(assessment)])
    assert one.post(url, {**form(), "draft_number": "0"}).status_code == 200
    also = two.post(url, {**form(own_words="Personen är trött"), "draft_number": "0"}).json()["told"]
    assert "Fk_A Test" in also
    page = two.get(part).content.decode()
    assert "Jag orkar mer nu" in page and "Personen är trött" in page
    assert two.post(part, form(own_words="Personen är trött")).status_code == 302
    refused = one.post(part, form()).content.decode()
    assert "har undertecknat den här delen under tiden" in refused
    assert "Personen är trött" in refused and "Jag orkar mer nu" in refused
    assert 'name="upon" value="1"' in refused
    assert one.post(part, form(upon="1")).status_code == 302
    assert [p.own_words for p in Part.objects.order_by("number")] == ["Personen är trött", "Jag orkar mer nu"]
    assert not Draft.objects.exists()


def test_the_person_reads_that_it_goes_on(world, asked):
    from handslag.assessments.pages.parts import own

    case, _assessment = asked
    assert own(case.person.subject)["assessments"][0]["purpose"] == "Vägen tillbaka till arbete"


def test_the_api_reads_it_by_the_same_rules(world):
    case = world.case()
    assessment = ask(world, case)
    sign(world, assessment)
    fk, af, kom = (Client(headers={"Authorization": f"Bearer {world.token(p)}"}) for p in ("fk", "af", "kom"))
    url = f"/api/v1/assessments/{assessment.public_id}"
    assert kom.get(url).status_code == 404 and not kom.get("/api/v1/assessments").json()["items"]
    hidden = af.get(url).json()
    assert hidden["purpose"] is None and hidden["state"] is None and hidden["parts"][0]["standpoint"] is None
    assert af.get("/api/v1/assessments").json()["items"][0]["purpose"] is None
    told = fk.get(url).json()
    assert (
        told["state"] == "assessing" and told["parts"][0]["diagnosis_chapter"] == "F" and told["parts"][0]["sick_day"]
    )
    world.consent(case, "af", out=(IDENTITY, PLAN))
    told = af.get(url).json()
    assert told["parts"][0]["goal"] == "Arbeta halvtid" and told["parts"][0]["diagnosis_chapter"] is None


def test_the_api_asks_and_signs_by_the_same_rules(world):
    case = world.case()
    world.consent(case)
    fk, af = (Client(headers={"Authorization": f"Bearer {world.token(p)}"}) for p in ("fk", "af"))

    def post(client, path: str, who: str, **data):
        body = json.dumps({"acting_as": f"{who}@test.example", **data}, default=str)
        return client.post(f"/api/v1/assessments{path}", body, content_type="application/json")

    asked = {
        "case_id": case.public_id,
        "purpose": "Väg",
        "wanted_by": clock.today(),
        "units": [{"party": "AF", "unit": "E-af"}],
    }
    assert post(fk, "", "fk_a", **{**asked, "units": [{"party": "AF", "unit": "E-nothing"}]}).status_code == 422
    assert post(af, "", "af_a", **asked).status_code == 404
    made = post(fk, "", "fk_a", **asked)
    assert (
        made.status_code == 201
        and made.json()["units"] == [{"party": "AF", "unit": "E-af"}]
        and made.json()["state"] == "waiting"
    )
    path = f"/{made.json()['id']}/sign"
    part = {"upon": 0, "standpoint": "Vi är med", "own_words": "Jag vill", "goal": "Halvtid"}
    assert post(af, path, "af_a", **{**part, "goal": ""}).status_code == 422
    assert post(af, path, "fk_a", **part).status_code in (403, 404, 422)
    spells = [{"degree": 50, "since": clock.today()}]
    signed = post(af, path, "af_a", **part, spells=spells).json()
    assert signed["parts"][0]["version"] == 1 and signed["parts"][0]["sick_day"] == 1
    assert post(af, path, "af_b", **part).status_code == 409
    assert post(af, path, "af_b", **{**part, "upon": 1}).json()["parts"][0]["version"] == 2


def test_words_go_when_an_identity_becomes_protected_and_the_extract_holds_them_before(world, asked):
    case, assessment = asked
    sign(world, assessment)
    told = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    for word in ("verkstaden", "Tröttheten", "Vägen tillbaka", "Läkarintyg"):
        assert word in told
    protect(world.viewer("fk_a"), case.pk)
    kept = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    for word in ("verkstaden", "Tröttheten", "Vägen tillbaka", "Läkarintyg"):
        assert word not in kept


# What the database refuses, also to direct SQL

TAMPERINGS = {
    "other words": "UPDATE assessments_part SET own_words = 'Något annat'",
    "another standpoint": "UPDATE assessments_part SET standpoint = 'Något annat'",
    "another diagnosis": "UPDATE assessments_part SET diagnosis_chapter = 'M'",
    "agrees after all": "UPDATE assessments_part SET dissents = NOT dissents, settle_by = NULL",
    "another day": "UPDATE assessments_part SET livelihood_since = '2020-01-01'",
    "another author": "UPDATE assessments_part SET by_id = by_id + 1",
    "a version goes": "DELETE FROM assessments_part",
    "a version is left out": "INSERT INTO assessments_part (public_id, number, {columns}) SELECT {uuid}, 9, {columns} FROM assessments_part WHERE party_id = (SELECT min(party_id) FROM assessments_part)",
    "a version again": "INSERT INTO assessments_part (public_id, number, {columns}) SELECT {uuid}, 1, {columns} FROM assessments_part WHERE party_id = (SELECT min(party_id) FROM assessments_part)",
    "another purpose": "UPDATE assessments_assessment SET purpose = 'Något annat'",
    "gone": "DELETE FROM assessments_assessment",
    "a call goes": "DELETE FROM assessments_call",
    "ended without a plan": "UPDATE assessments_assessment SET ended_at = {now}, ended_by_id = by_id, outcome = 'joint_measure'",
    "broken off without a plan": "UPDATE assessments_assessment SET ended_at = {now}, ended_by_id = by_id, reason = 'moved'",
    "ended in the plan of another": "UPDATE assessments_assessment SET ended_at = {now}, ended_by_id = by_id, reason = 'moved', plan_id = (SELECT max(id) FROM plans_plan)",
    "the case closes": "UPDATE cases_case SET closed_at = {now}, outcome = 'work', next_responsible = 'x' WHERE id = (SELECT case_id FROM assessments_assessment)",
}  # fmt: skip
COLUMNS = ", ".join(
    field.column for field in Part._meta.concrete_fields if field.column not in ("id", "public_id", "number")
)


def refused(sql: str) -> bool:
    uuid, now = "'0190b3f2000070008000000000000001'", f"'{clock.now():%Y-%m-%d %H:%M:%S}'"
    now = f"{now}::timestamptz" if connection.vendor == "postgresql" else now
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(uuid=uuid, now=now, columns=COLUMNS))
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_direct_sql_changes_nothing_that_was_signed_and_ends_nothing_without_a_plan(world, asked, tampering):
    from handslag.plans import actions as plans

    _case, assessment = asked
    sign(world, assessment)
    sign(world, assessment, "af_a", replace(WORDS, dissents=True, dissent_reason="Nej", settle_by=clock.today()))
    plans.make_plan(world.viewer("fk_a"), world.case().pk, plans.Words("En annan"))
    assert refused(TAMPERINGS[tampering])


def test_the_database_takes_a_part_from_who_takes_part_alone(world, asked):
    _case, assessment = asked
    for party, by in (("kom", "kom_a"), ("af", "fk_a")):
        part = Part(assessment=assessment, party=world.parties[party], by=world.posts[by], number=1, at=clock.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            part.own_words, part.goal, part.standpoint = "Ord", "Mål", "Vi"
            part.save()


def test_the_database_refuses_an_end_that_somebody_has_not_signed(world, asked):
    from handslag.plans import actions as plans

    case, assessment = asked
    sign(world, assessment)
    plan = plans.make_plan(world.viewer("fk_a"), case.pk, plans.Words("Mål"))
    sql = (
        "UPDATE assessments_assessment SET ended_at = {now}, ended_by_id = by_id, outcome = 'joint_measure', plan_id = "
    )
    assert refused(f"{sql}{plan.pk}")  # nothing is to be done in it
    plans.add_step(world.viewer("fk_a"), case.pk, plans.Planned("Ring", world.posts["fk_a"], clock.today()))
    assert refused(f"{sql}{plan.pk}")  # AF has not signed
    sign(world, assessment, "af_a")
    assert not refused(f"{sql}{plan.pk}")
    assert refused("UPDATE assessments_assessment SET outcome = 'other_next_step'")
    assert Case.objects.get(pk=case.pk).is_open


def test_words_and_health_go_when_the_partys_time_is_over(world, asked):
    case, assessment = asked
    part = sign(world, assessment, content=replace(WORDS, prognosis="within_days", prognosis_days="90", work="Kock"))
    sign(world, assessment, "af_a")
    end(world, assessment)
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    with time_machine.travel(clock.now() + timedelta(days=6 * 366), tick=False):
        assert retain(worlds.SYSTEM, clock.today()) == 1
    part.refresh_from_db()
    assert (part.own_words, part.goal, part.standpoint) == ("–", "–", "–")
    assert not any(
        (part.diagnosis_chapter, part.spells, part.prognosis, part.obstacles, part.work, part.livelihood_since)
    )
    assert Assessment.objects.get().purpose == "–" and Plan.objects.get().reviews.get().goal == "–"


def test_a_unit_that_takes_part_confirms_what_its_party_tells(world):
    case = world.case()
    consent = world.consent(case, confirms=False)
    assert not to_confirm(world.viewer("af_a")), "AF has nothing to do with the person yet"
    assessment = ask(world, case)
    assert list(to_confirm(world.viewer("af_a"))) == [consent]
    assert not to_confirm(world.viewer("kom_a")), "another party"
    actions.uncall_unit(world.viewer("fk_a"), assessment.calls.get().pk)
    assert not to_confirm(world.viewer("af_a")), "it takes no part any more"
