"""Plans: one for all parties, reviewed in time, with steps that become next steps, read by basis, and printed."""

import io
import json
from datetime import date, timedelta

import pypdf
import pytest
import time_machine
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases import actions as cases
from handslag.check.proof import prove
from handslag.disclosure.rules import IDENTITY, PLAN
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers.actions import accept_handover
from handslag.journal.models import Entry
from handslag.persons.models import Person
from handslag.plans import actions, queries, rules
from handslag.plans.models import Plan, Step
from handslag.plans.pages.parts import own
from handslag.reference import codes
from handslag.rights.extract import DATA
from handslag.rights.protection import protect
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests.worlds import contact_in


@pytest.fixture
def planned(world):
    """A case of FK's with a plan, of which AF may be told."""
    case = world.case(next_step_on=clock.today() + timedelta(days=100))
    world.consent(case)
    return case, actions.make_plan(world.viewer("fk_a"), case.pk, actions.Words("Arbeta halvtid"))


def step(world, case, to: str = "fk_a", days: int = 10, text: str = "Studiebesök", **more) -> Step:
    """The holder adds a step."""
    due = clock.today() + timedelta(days=days)
    return actions.add_step(world.viewer("fk_a"), case.pk, actions.Planned(text, world.posts[to], due, **more))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_review_is_due_six_months_later(day):
    due = rules.review_due(day)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == 6
    assert due.day == day.day or (due + timedelta(days=1)).day == 1
    assert rules.reviewed_since(due) <= day < rules.reviewed_since(due + timedelta(days=1))


def test_each_item_of_law_is_there_or_named_as_missing(world, planned):
    case, plan = planned

    def missing() -> set[str]:
        return set(queries.visible_plan(world.viewer("fk_a"), plan.public_id)[0].missing)

    assert set(rules.ITEMS) == set(codes.entries("plan_item"))
    assert missing() == set(rules.ITEMS)
    words = actions.Words("Mål", support="Handledare", duties="Söka", direction="Halland", other="Buss")
    actions.review_plan(world.viewer("fk_a"), case.pk, words)
    assert missing() == {"sfb_measures", "sfb_responsible", "sfb_timetable", "af_activities"}
    step(world, case)
    assert missing() == {"sfb_measures"}
    step(world, case, measure="work_directed", begins_on=clock.today())
    assert not missing()


def test_a_plan_is_one_a_case_and_has_a_goal(world, planned):
    case, _plan = planned
    viewer = world.viewer("fk_a")
    with pytest.raises(Overtaken):
        actions.make_plan(viewer, case.pk, actions.Words("Mål"))
    with pytest.raises(Refused) as refused:
        actions.review_plan(viewer, case.pk, actions.Words(" "))
    assert refused.value.field == "goal"
    with pytest.raises(Refused):
        actions.end_plan(viewer, case.pk, "because")
    actions.end_plan(viewer, case.pk, "completed")
    for act in (lambda: actions.end_plan(viewer, case.pk, "completed"), lambda: step(world, case)):
        with pytest.raises(Overtaken):
            act()
    actions.make_plan(viewer, case.pk, actions.Words("Nytt mål"))


def test_a_step_says_what_who_and_when_and_goes_to_those_whom_a_basis_lets_be_told(world, planned):
    case, _plan = planned
    for changes, field in (
        ({"text": " "}, "text"),
        ({"days": -1}, "due_on"),
        ({"measure": "nothing"}, "measure"),
        ({"measure": "work_directed"}, "begins_on"),
        ({"measure": "work_directed", "begins_on": clock.today() + timedelta(days=20)}, "due_on"),
        ({"to": "kom_a"}, "to"),
        ({"to": "fk_officer"}, "to"),
    ):
        with pytest.raises(Refused) as refused:
            step(world, case, **changes)
        assert refused.value.field == field
    made = step(world, case, "af_a")
    with pytest.raises(NotAllowed):
        actions.end_step(world.viewer("af_b"), made.pk, was_done=True)
    actions.end_step(world.viewer("af_lead"), made.pk, was_done=False)
    with pytest.raises(Overtaken):
        actions.end_step(world.viewer("af_a"), made.pk, was_done=True)


def test_a_step_that_is_due_becomes_the_next_step_and_what_gave_way_comes_back(world, planned):
    case, plan = planned
    step(world, case, "af_a", 5)  # another party's step is never the case's next step
    late, early = step(world, case, days=12, text="Två"), step(world, case, days=10, text="Ett")
    go_round(clock.today() + timedelta(days=9))
    case.refresh_from_db()
    assert case.next_step == "Ring"
    for _twice in range(2):
        go_round(clock.today() + timedelta(days=10))
    case.refresh_from_db()
    early.refresh_from_db()
    assert (case.next_step, case.next_step_by, early.became_step) == ("Ett", world.posts["fk_a"], True)
    assert plan.steps.filter(text="Ring", became_step=False).count() == 1
    go_round(clock.today() + timedelta(days=12))  # the first is not done yet, and nothing gives way to another
    case.refresh_from_db()
    late.refresh_from_db()
    assert case.next_step == "Ett" and not late.became_step
    with pytest.raises(Overtaken):
        actions.end_step(world.viewer("fk_a"), early.pk, was_done=True)


def test_what_is_due_gives_way_to_nothing():
    day = date(2026, 3, 2)
    steps = [Step(text="Två", due_on=day), Step(text="Ett", due_on=day - timedelta(days=1)), Step(due_on=date.max)]
    assert rules.due(steps, day + timedelta(days=1), day) is steps[1]
    assert rules.due(steps, day, day) is None and rules.due(steps[2:], date.max, day) is None


def test_a_case_at_rest_keeps_its_next_step(world, planned):
    case, _plan = planned
    step(world, case)
    cases.suspend(world.viewer("fk_a"), case.pk, clock.today() + timedelta(days=20), "treatment")
    go_round(clock.today() + timedelta(days=11))
    case.refresh_from_db()
    assert case.next_step == "Ring"


def test_a_plan_that_nobody_reviews_and_a_step_that_nobody_does_climb(world, planned):
    case, plan = planned
    made = step(world, case, "af_a")
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        go_round()
        assert Escalation.objects.filter(kind="overdue_plan_step", about=made.public_id, rung=1).exists()
        assert not prove(clock.today())["3"].broken
        Escalation.objects.filter(kind="overdue_plan_step").update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken
    with time_machine.travel(clock.now() + timedelta(days=220), tick=False):
        go_round()
        assert Escalation.objects.filter(kind="unreviewed_plan", about=plan.public_id, rung=1).exists()
        assert not prove(clock.today())["3"].broken
        assert [p.pk for p in queries.to_review(world.viewer("fk_a"))] == [plan.pk]
        Escalation.objects.filter(kind="unreviewed_plan").update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken
        actions.review_plan(world.viewer("fk_a"), case.pk, actions.Words("Heltid"))
        go_round()
        assert not Escalation.objects.filter(kind="unreviewed_plan", cleared_on=None).exists()


def test_it_is_made_reviewed_and_ended_on_pages_and_read_by_basis_alone(world, browse):
    case, fk = world.case(), browse("fk_a")
    assert "Gör en plan" in fk.get(reverse("case", args=[case.public_id])).content.decode()
    fk.post(reverse("make-plan", args=[case.public_id]), {"goal": "Arbeta halvtid", "duties": "Söka jobb"})
    plan = Plan.objects.get()
    url = reverse("plan", args=[plan.public_id])
    page = fk.get(url).content.decode()
    assert "Arbeta halvtid" in page and "Saknas i planen" in page and "SFB 2010:110 30:13" in page
    world.consent(case, "af", out=(IDENTITY,))
    af = browse("af_a")
    assert "halvtid" not in af.get(url).content.decode()
    assert af.get(reverse("plan-printed", args=[plan.public_id])).status_code == 404
    world.consent(case, "af", out=(PLAN,))
    assert "halvtid" in browse("af_a").get(url).content.decode()

    def change(verb: str, **data):
        return fk.post(reverse("plan-change", args=[plan.public_id, verb]), data)

    day = (clock.today() + timedelta(days=9)).isoformat()
    told = {"text": "Praktik", "to": str(world.posts["af_a"].public_id), "due_on": day, "person_does": "Går dit"}
    assert change("step", **told, measure="work_directed", begins_on=day).status_code == 302
    made = Step.objects.get()
    af = browse("af_a")
    assert "Praktik" in af.get(reverse("my-work")).content.decode()
    assert "Går dit" in af.get(reverse("plan-step", args=[made.public_id])).content.decode()
    assert af.post(reverse("plan-step", args=[made.public_id]), {"was_done": "yes"}).status_code == 302
    assert change("review", goal="Arbeta heltid", note="Det gick bra").status_code == 302
    page = fk.get(url).content.decode()
    assert "Arbeta heltid" in page and "Arbeta halvtid" in page and "klart" in page and "Det gick bra" in page
    assert "Arbeta heltid" in fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert change("end", ending="completed").status_code == 302
    assert fk.get(reverse("plan-change", args=[plan.public_id, "step"])).status_code == 404
    assert "Fullföljd enligt plan" in fk.get(url).content.decode()


def test_who_is_told_by_the_present_holder_alone_reads_no_step_of_the_earlier_one(world, planned, browse):
    case, plan = planned
    step(world, case, text="Studiebesök")
    accept_handover(world.viewer("af_a"), world.offer(case).pk, contact_in(3))
    actions.review_plan(world.viewer("af_a"), case.pk, actions.Words("Arbeta heltid"))
    case.refresh_from_db()
    world.consent(case, "kom", out=(IDENTITY, PLAN))
    kom = browse("kom_a")
    shown = kom.get(reverse("plan", args=[plan.public_id])).content.decode()
    assert "Arbeta heltid" in shown and "Studiebesök" not in shown


@pytest.mark.parametrize(
    ("language", "words"),
    [("sv", ("Min plan", "Mitt mål", "Vad som händer")), ("en", ("My plan", "My goal", "What happens"))],
)
def test_the_plan_is_printed_for_the_person_in_both_languages(world, planned, browse, language, words):
    case, plan = planned
    step(world, case, "af_a", text="Praktik på verkstaden", person_does="Går dit varje dag")
    client = browse("fk_a")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    document = client.get(reverse("plan-printed", args=[plan.public_id])).content
    reader = pypdf.PdfReader(io.BytesIO(document))
    text = "".join(page.extract_text() for page in reader.pages)
    for word in (*words, "Arbeta halvtid", "Praktik på verkstaden", "Går dit varje dag"):
        assert word in text
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/StructTreeRoot"] and root["/Lang"] == language
    assert reader.metadata.title == words[0] and b"pdfuaid" in reader.xmp_metadata.stream.get_data()
    assert [text.index(word) for word in words] == sorted(text.index(word) for word in words)


def test_the_person_reads_the_own_plan(world, planned):
    case, plan = planned
    step(world, case, "af_a", text="Praktik")
    (shown,) = own(case.person.subject)["plans"]
    assert shown["goal"] == "Arbeta halvtid" and shown["steps"][0].text == "Praktik"
    actions.end_plan(world.viewer("fk_a"), case.pk, "completed")
    assert own(case.person.subject) is None
    assert plan.pk


def test_the_api_reads_it_by_the_same_rules(world, planned):
    case, plan = planned
    other = world.case()
    hidden = actions.make_plan(world.viewer("fk_a"), other.pk, actions.Words("Hemligt"))
    step(world, case, "af_a")
    fk, af, kom = (Client(headers={"Authorization": f"Bearer {world.token(p)}"}) for p in ("fk", "af", "kom"))
    assert [item["id"] for item in fk.get("/api/v1/plans").json()["items"]] == [
        str(hidden.public_id),
        str(plan.public_id),
    ]
    assert [item["id"] for item in af.get("/api/v1/plans").json()["items"]] == [str(plan.public_id)]
    assert not kom.get("/api/v1/plans").json()["items"]
    told = af.get(f"/api/v1/plans/{plan.public_id}").json()
    assert told["words"]["goal"] == "Arbeta halvtid" and told["steps"][0]["to"] == "af_a@test.example"
    assert "sfb_other" in told["missing"]
    assert af.get(f"/api/v1/plans/{hidden.public_id}").status_code == 404


def test_words_go_when_an_identity_becomes_protected_and_the_extract_holds_them_before(world, planned):
    case, _plan = planned
    step(world, case, person_does="Går till verkstaden")
    told = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    assert "Arbeta halvtid" in told and "Går till verkstaden" in told
    protect(world.viewer("fk_a"), case.pk)
    kept = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    assert "Arbeta halvtid" not in kept and "Går till verkstaden" not in kept


TAMPERINGS = {
    "another goal": "UPDATE plans_review SET goal = 'Något annat'",
    "an earlier review": "UPDATE plans_review SET reviewed_on = '2020-01-01'",
    "a review goes": "DELETE FROM plans_review",
    "the plan goes": "DELETE FROM plans_plan",
    "a step goes": "DELETE FROM plans_step",
    "another step": "UPDATE plans_step SET text = 'Något annat'",
    "another day": "UPDATE plans_step SET due_on = '2030-01-01'",
    "not done after all": "UPDATE plans_step SET was_done = NOT was_done",
    "goes on after all": "UPDATE plans_plan SET ended_at = NULL, ended_by_id = NULL, ending = ''",
    "a step after the end": "INSERT INTO plans_step (public_id, plan_id, text, person_does, to_id, measure, due_on, by_id, made_at, became_step) SELECT {uuid}, plan_id, 'x', '', to_id, '', due_on, by_id, made_at, became_step FROM plans_step",
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_direct_sql_rewrites_no_plan(world, planned, tampering):
    case, _plan = planned
    actions.end_step(world.viewer("fk_a"), step(world, case).pk, was_done=True)
    actions.end_plan(world.viewer("fk_a"), case.pk, "completed")
    uuid = "'0190b3f2000070008000000000000001'"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAMPERINGS[tampering].format(uuid=uuid))


@pytest.fixture
def systems(world):
    """The parties' own systems."""
    return {p: Client(headers={"Authorization": f"Bearer {world.token(p)}"}) for p in ("fk", "af", "kom")}


def sent(client, path: str, body: dict, **headers):
    """What a party's system sends to the API of plans."""
    return client.post(f"/api/v1/plans{path}", json.dumps(body), "application/json", headers=headers)


def test_a_partys_system_makes_and_changes_a_plan_as_its_people_do_on_the_pages(world, systems):
    case, as_fk = world.case(), {"acting_as": "fk_a@test.example"}
    made = sent(
        systems["fk"], "", {**as_fk, "case_id": str(case.public_id), "goal": "Halvtid", "support": "Handledare"}
    )
    assert made.status_code == 201 and made.json()["words"]["support"] == "Handledare"
    url = f"/{made.json()['id']}"
    due = str(clock.today() + timedelta(days=30))
    stepped = sent(systems["fk"], f"{url}/steps", {
        **as_fk, "text": "Praktik", "to": "fk_b@test.example", "due_on": due, "person_does": "Går dit",
        "measure": "work_directed", "begins_on": str(clock.today()),
    })  # fmt: skip
    (told,) = stepped.json()["steps"]
    assert (told["text"], told["to"], told["due_on"], told["person_does"]) == (
        "Praktik",
        "fk_b@test.example",
        due,
        "Går dit",
    )
    reviewed = sent(systems["fk"], f"{url}/review", {**as_fk, "goal": "Heltid", "note": "Det går bra"})
    assert reviewed.json()["words"]["goal"] == "Heltid"
    shown, _visible = queries.visible_plan(world.viewer("fk_a"), made.json()["id"])
    assert [review.goal for review in shown.reviews] == ["Heltid", "Halvtid"] and shown.words.note == "Det går bra"
    ended = sent(systems["fk"], f"{url}/steps/{told['id']}/end", {**as_fk, "was_done": True})
    assert ended.json()["steps"][0]["was_done"] is True
    over = sent(systems["fk"], f"{url}/end", {**as_fk, "ending": "completed"})
    assert over.status_code == 200 and over.json()["ending"] == "completed"
    assert Entry.objects.filter(verb="plan_made", actor__contains="fk_a@test.example (").count() == 1
    again = actions.make_plan(world.viewer("fk_a"), case.pk, actions.Words("Ett nytt mål"))
    for path, body in (("review", {"goal": "Mål"}), ("end", {"ending": "completed"}),
                       ("steps", {"text": "Ring", "to": "fk_a@test.example", "due_on": due})):  # fmt: skip
        assert sent(systems["fk"], f"{url}/{path}", {**as_fk, **body}).status_code == 409  # the old plan has ended
    assert queries.shown(_visible, again).words.goal == "Ett nytt mål" and not again.steps.exists()


def test_what_is_sent_twice_changes_a_plan_once(world, systems):
    case = world.case()
    body = {"acting_as": "fk_a@test.example", "case_id": str(case.public_id), "goal": "Halvtid"}
    made = [sent(systems["fk"], "", body, **{"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201] and made[0].json()["id"] == made[1].json()["id"]
    step_in = {
        "acting_as": "fk_a@test.example",
        "text": "Ring",
        "to": "fk_a@test.example",
        "due_on": str(clock.today()),
    }
    url = f"/{made[0].json()['id']}/steps"
    assert [sent(systems["fk"], url, step_in, **{"Idempotency-Key": "b"}).status_code for _ in range(2)] == [200, 200]
    assert Step.objects.count() == 1


def test_through_the_api_a_plan_is_changed_by_who_may_alone(world, planned, systems):
    case, plan = planned
    step(world, case, "af_a")
    (theirs,) = plan.steps.all()
    url, goal = f"/{plan.public_id}", {"goal": "Annat"}
    assert sent(systems["fk"], f"{url}/review", {"acting_as": "fk_b@test.example", **goal}).status_code == 403
    assert sent(systems["fk"], f"{url}/review", {"acting_as": "af_a@test.example", **goal}).status_code == 403
    assert sent(systems["af"], f"{url}/review", {"acting_as": "af_a@test.example", **goal}).status_code == 403
    assert sent(systems["kom"], f"{url}/review", {"acting_as": "kom_a@test.example", **goal}).status_code == 404
    new = {"acting_as": "af_a@test.example", "case_id": str(case.public_id), **goal}
    assert sent(systems["af"], "", new).status_code == 404
    assert plan.reviews.count() == 1
    end = f"{url}/steps/{theirs.public_id}/end"
    assert sent(systems["kom"], end, {"acting_as": "kom_a@test.example", "was_done": True}).status_code == 404
    assert sent(systems["af"], end, {"acting_as": "af_b@test.example", "was_done": True}).status_code == 403
    assert sent(systems["af"], end, {"acting_as": "af_a@test.example", "was_done": True}).status_code == 200
    assert sent(systems["af"], end, {"acting_as": "af_a@test.example", "was_done": True}).status_code == 409


def test_through_the_api_too_nothing_of_a_plan_is_given_to_who_may_not_be_told(world, planned, systems):
    case, plan = planned
    body = {"acting_as": "fk_a@test.example", "text": "Ring", "due_on": str(clock.today())}

    def step_for(email: str, **unit):
        return sent(systems["fk"], f"/{plan.public_id}/steps", {**body, "to": email, **unit})

    refused = step_for("kom_a@test.example", party="KOM-1380", unit="E-kom")
    assert (refused.status_code, refused.json()["field"]) == (422, "to") and not plan.steps.exists()
    assert step_for("af_a@test.example").json()["field"] == "to"
    assert step_for("af_a@test.example", party="AF", unit="E-x").json()["field"] == "unit"
    answer = step_for("af_a@test.example", party="AF", unit="E-af").json()
    assert [(told["to"], told["party"]) for told in answer["steps"]] == [("af_a@test.example", "AF")]
    hidden = world.case()
    other = actions.make_plan(world.viewer("fk_a"), hidden.pk, actions.Words("Mål"))
    step(world, hidden, text="En annan plans")
    elsewhere = f"/{other.public_id}/steps/{plan.steps.get().public_id}/end"
    assert sent(systems["fk"], elsewhere, {"acting_as": "fk_a@test.example", "was_done": True}).status_code == 404
