"""The passage out of sickness insurance: the clock, the offer, the answer, the job, and the meeting, from facts."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.meetings import actions as meetings
from handslag.meetings import holding
from handslag.meetings.rules import ITEMS
from handslag.passages import actions, queries, rules
from handslag.passages.actions import Ending
from handslag.passages.models import Passage, TransitionOffer
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests import worlds
from tests.worlds import called_to, contact_in


def ahead(days: int):
    return clock.today() + timedelta(days=days)


def ending_case(world, days: int = 60, **changes) -> Case:
    return world.case(livelihood_ends_on=ahead(days), **changes)


def stage_of(case: Case) -> str | None:
    found = queries.clock_of(Case.objects.get(pk=case.pk))
    return found.stage if found else None


def hold(world, meeting) -> None:
    decided = holding.Decided("Ring", world.posts["fk_a"], clock.today())
    items = tuple(holding.Settled(item, "Svar") for item in ITEMS["transition_meeting"])
    holding.hold_meeting(world.viewer("fk_a"), meeting.pk, holding.Outcome(called_to(meeting), "", (decided,), items))


@pytest.mark.parametrize(("days", "runs"), [(-1, False), (0, True), (89, True), (90, False), (200, False)])
def test_the_clock_runs_within_90_days_of_the_end(days, runs):
    assert rules.runs(ahead(days), "sickness_benefit", clock.today()) == runs
    assert not rules.runs(ahead(days), "activity_support", clock.today())
    assert not rules.runs(None, "sickness_benefit", clock.today())


@given(st.none() | st.booleans(), st.sampled_from([None, "", "accepted", "declined"]), st.booleans(), st.booleans())
def test_a_stage_is_what_the_facts_say(has_job, answer, is_booked, is_held):
    told = rules.stage(has_job=has_job, answer=answer, is_booked=is_booked, is_held=is_held)
    assert (told == rules.HELD) == is_held
    assert (told == rules.BOOKED) == (is_booked and not is_held)
    left = not (is_held or is_booked)
    assert (told == rules.NEEDS_NONE) == (left and has_job is True)
    assert (told == rules.TO_OFFER) == (left and not has_job and answer is None)
    assert (told == rules.TO_BOOK) == (left and not has_job and answer == "accepted")


def test_from_offer_to_meeting_each_step_is_a_fact(world):
    case, viewer = ending_case(world), world.viewer("fk_a")
    assert stage_of(case) == rules.TO_OFFER
    assert [c.pk for c in queries.mine_to_prepare(viewer)] == [case.pk]
    actions.offer_transition(viewer, case.pk, clock.today(), world.units["af"])
    assert stage_of(case) == rules.OFFERED and queries.mine_to_prepare(viewer)
    with pytest.raises(Overtaken):
        actions.offer_transition(viewer, case.pk, clock.today())
    actions.answer_offer(viewer, case.pk, "accepted", clock.today())
    assert stage_of(case) == rules.TO_BOOK and queries.mine_to_prepare(viewer)
    with pytest.raises(Overtaken):
        actions.answer_offer(viewer, case.pk, "declined", clock.today())
    meeting = world.meeting(case, "transition_meeting", days=10)
    assert stage_of(case) == rules.BOOKED and not queries.mine_to_prepare(viewer)
    with time_machine.travel(clock.now() + timedelta(days=11), tick=False):
        hold(world, meeting)
        found = queries.clock_of(Case.objects.get(pk=case.pk))
        assert found.stage == rules.HELD and found.held_days_before == 50
        assert not queries.mine_to_prepare(world.viewer("fk_a"))


def test_a_meeting_that_was_not_held_leaves_it_to_be_booked(world):
    case, viewer = ending_case(world), world.viewer("fk_a")
    actions.offer_transition(viewer, case.pk, clock.today())
    actions.answer_offer(viewer, case.pk, "accepted", clock.today())
    meeting = world.meeting(case, "transition_meeting")
    meetings.call_off(viewer, meeting.pk, "person_hindered")
    assert stage_of(case) == rules.TO_BOOK and queries.mine_to_prepare(viewer)


def test_who_has_a_job_to_go_back_to_or_declined_is_no_longer_proposed(world):
    viewer = world.viewer("fk_a")
    worker, decliner = ending_case(world), ending_case(world)
    actions.note_job(viewer, worker.pk, has_job=True)
    actions.offer_transition(viewer, decliner.pk, clock.today())
    actions.answer_offer(viewer, decliner.pk, "declined", clock.today())
    assert (stage_of(worker), stage_of(decliner)) == (rules.NEEDS_NONE, rules.REFUSED_BY_PERSON)
    assert not queries.mine_to_prepare(viewer) and not queries.board_to_prepare(viewer)
    actions.note_job(viewer, worker.pk, has_job=False)
    actions.offer_transition(viewer, decliner.pk, clock.today())
    assert {c.pk for c in queries.board_to_prepare(viewer)} == {worker.pk, decliner.pk}


def test_a_coming_decision_starts_the_clock_and_names_its_days(world):
    case, viewer = ending_case(world, days=400), world.viewer("fk_a")
    assert stage_of(case) is None
    with pytest.raises(Refused):
        actions.offer_transition(viewer, case.pk, clock.today())
    for wrong, field in (
        (Ending("wage", "ends", ahead(30)), "benefit"),
        (Ending("sickness_benefit", "x", ahead(30)), "cause"),
        (Ending("sickness_benefit", "coming_decision", ahead(30)), "communicated_on"),
        (Ending("sickness_benefit", "coming_decision", ahead(30), ahead(1), ahead(10)), "communicated_on"),
        (Ending("sickness_benefit", "coming_decision", ahead(30), ahead(-3), ahead(-5)), "reply_by"),
        (Ending("sickness_benefit", "ends", ahead(30), None, ahead(5)), "reply_by"),
        (Ending("sickness_benefit", "ends", ahead(9999)), "ends_on"),
    ):
        with pytest.raises(Refused) as refused:
            actions.note_ending(viewer, case.pk, wrong)
        assert refused.value.field == field, wrong
    actions.note_ending(
        viewer, case.pk, Ending("sickness_benefit", "coming_decision", ahead(120), ahead(-1), ahead(13))
    )
    found = queries.clock_of(Case.objects.get(pk=case.pk))
    assert (found.stage, found.ends_on, found.passage.reply_by) == (rules.TO_OFFER, ahead(120), ahead(13))
    assert [c.pk for c in queries.mine_to_prepare(viewer)] == [case.pk]


def test_a_new_end_is_a_new_passage(world):
    case, viewer = ending_case(world, days=30), world.viewer("fk_a")
    actions.offer_transition(viewer, case.pk, clock.today())
    Case.objects.filter(pk=case.pk).update(livelihood_ends_on=ahead(80))
    found = queries.clock_of(Case.objects.get(pk=case.pk))
    assert found.ends_on == ahead(80) and found.passage is None and found.stage == rules.OFFERED
    Case.objects.filter(pk=case.pk).update(livelihood_ends_on=ahead(300))
    assert stage_of(case) is None


FACTS = st.lists(
    st.sampled_from(["offer", "accepted", "declined", "job", "no job", "book", "call off", "hold", "coming"]),
    max_size=7,
)


@settings(max_examples=25)
@given(days=st.sampled_from([-3, 0, 40, 89, 90, 300]), facts=FACTS)
def test_lists_propose_exactly_those_whose_clock_says_so(db, days, facts):
    with transaction.atomic():
        world = worlds.build()
        case, viewer, booked = ending_case(world, days), world.viewer("fk_a"), []
        coming = Ending("sickness_benefit", "coming_decision", ahead(50), ahead(-1), ahead(9))
        acts = {
            "offer": lambda: actions.offer_transition(viewer, case.pk, clock.today()),
            "accepted": lambda: actions.answer_offer(viewer, case.pk, "accepted", clock.today()),
            "declined": lambda: actions.answer_offer(viewer, case.pk, "declined", clock.today()),
            "job": lambda: actions.note_job(viewer, case.pk, has_job=True),
            "no job": lambda: actions.note_job(viewer, case.pk, has_job=False),
            "book": lambda: booked.append(world.meeting(case, "transition_meeting")),
            "call off": lambda: booked and meetings.call_off(viewer, booked[-1].pk, "not_needed"),
            "coming": lambda: actions.note_ending(viewer, case.pk, coming),
        }
        for fact in facts:
            try:
                with transaction.atomic():
                    if fact != "hold":
                        acts[fact]()
                    elif booked:
                        with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
                            hold(world, booked[-1])
            except Refused:
                pass
        found = queries.clock_of(Case.objects.get(pk=case.pk))
        proposed = found is not None and found.stage in (rules.TO_OFFER, rules.OFFERED, rules.TO_BOOK)
        assert queries.to_prepare(Case.objects.filter(Q(pk=case.pk)), clock.today()).exists() == proposed, found
        transaction.set_rollback(True)


def test_another_holder_sees_the_clock_by_basis_alone(world, browse):
    case = ending_case(world)
    actions.note_ending(world.viewer("fk_a"), case.pk, Ending("sickness_benefit", "refused", ahead(0)))
    world.consent(case, "af", out=("identity", "plan"), back=())
    af = world.viewer("af_a")
    page = browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()
    assert "Övergång ur sjukförsäkringen" not in page
    assert not queries.mine_to_prepare(af)
    page = browse("fk_a").get(reverse("case", args=[case.public_id])).content.decode()
    assert "Övergång ur sjukförsäkringen" in page and "Ersättningen nekades" in page
    with pytest.raises(NotAllowed):
        actions.note_job(af, case.pk, has_job=True)


def test_a_new_holder_without_a_basis_is_not_told_that_a_benefit_ends(world):
    case = ending_case(world)
    world.consent(case, "af", out=("identity", "plan"), back=("identity", "plan"))
    offer = handovers.Offer(world.units["af"], None, "moved", "Ord", "", ahead(30), contact_in(3))
    made = handovers.offer_handover(world.viewer("fk_a"), case.pk, offer)
    handovers.accept_handover(world.viewer("af_a"), made.pk, contact_in(3))
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        held = Case.objects.get(pk=case.pk).holder_id
        viewer = world.viewer("af_a" if held == world.posts["af_a"].pk else "fk_a")
        assert bool(queries.mine_to_prepare(viewer)) == (held == world.posts["fk_a"].pk)


def test_a_meeting_that_is_never_offered_climbs_and_each_step_gives_time(world):
    def climbs() -> bool:
        go_round()
        return Escalation.objects.filter(kind="no_transition", cleared_on__isnull=True).exists()

    case, viewer = ending_case(world, days=59), world.viewer("fk_a")
    ending_case(world, days=80), ending_case(world, days=300)
    assert not climbs()
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        assert climbs()
        found = Escalation.objects.get(kind="no_transition", is_gap=False, cleared_on__isnull=True)
        assert (found.case_id, found.rung) == (case.pk, 1)
        actions.offer_transition(viewer, case.pk, clock.today())
        assert not climbs()
    with time_machine.travel(clock.now() + timedelta(days=14), tick=False):
        assert climbs()
        actions.answer_offer(viewer, case.pk, "declined", clock.today())
        assert not climbs()


def test_it_goes_by_pages_from_clock_to_booking(world, browse):
    case, fk = ending_case(world, days=59), browse("fk_a")
    url = reverse("case", args=[case.public_id])

    def step(verb, **data):
        address = reverse("passage-step", args=[case.public_id, verb])
        assert fk.get(address).status_code == 200
        return fk.post(address, data)

    page = fk.get(url).content.decode()
    assert "om 59 dagar" in page and "omställningsmöte inte erbjudet" in page and "Erbjud ett omställningsmöte" in page
    for listed in ("my-work", "watch"):
        assert "omställningsmöte inte erbjudet" in fk.get(reverse(listed)).content.decode()
    sent, reply = ahead(-2), ahead(12)
    told = {"benefit": "sickness_benefit", "cause": "coming_decision", "ends_on": ahead(59)}
    assert "kommunicerades" in step("ending", **told).content.decode()
    assert step("ending", **told, communicated_on=sent, reply_by=reply).status_code == 302
    page = fk.get(url).content.decode()
    assert str(sent) in page and str(reply) in page
    assert step("offer", offered_on=clock.today(), with_unit=world.units["af"].public_id).status_code == 302
    assert step("job", has_job="no").status_code == 302
    assert step("answer", answer="accepted", answered_on=clock.today()).status_code == 302
    page = fk.get(url).content.decode()
    for word in ("Enhet af", "accepterat, inte bokat", "Boka omställningsmötet", "erbjöd ett omställningsmöte"):
        assert word in page
    book = fk.get(reverse("book-meeting", args=[case.public_id]) + "?kind=transition_meeting").content.decode()
    assert '<option value="transition_meeting" selected>' in book
    world.meeting(case, "transition_meeting", days=9)
    assert "omställningsmöte bokat" in fk.get(url).content.decode()
    assert "omställningsmöte bokat" not in fk.get(reverse("my-work")).content.decode()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE passages_transitionoffer SET answer = 'declined'",
        "UPDATE passages_transitionoffer SET offered_on = '2026-01-01'",
        "UPDATE passages_passage SET ends_on = '2026-01-01'",
        "UPDATE passages_passage SET reply_by = '2026-01-01'",
        "UPDATE passages_jobnote SET has_job = NOT has_job",
        "DELETE FROM passages_passage",
        "DELETE FROM passages_transitionoffer",
        "DELETE FROM passages_jobnote",
    ],
)
def test_direct_sql_rewrites_no_passage(world, sql):
    case, viewer = ending_case(world), world.viewer("fk_a")
    actions.offer_transition(viewer, case.pk, clock.today())
    actions.answer_offer(viewer, case.pk, "accepted", clock.today())
    actions.note_job(viewer, case.pk, has_job=False)
    assert Passage.objects.exists() and TransitionOffer.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
