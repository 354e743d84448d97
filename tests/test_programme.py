"""The mirror passage, out of a programme into sickness insurance: each section of law, and each step from facts."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.passages import programme, rules
from handslag.passages import programme_actions as actions
from handslag.passages.models import Adaptation, Discharge, SickLeave
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests import worlds
from tests.worlds import contact_in

JOB = "job_development_guarantee"
DAYS = st.dates(date(2025, 10, 1), date(2032, 1, 1))


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def participant(world) -> Case:
    return world.case("af_a", livelihood="activity_support", livelihood_ends_on=None)


def ill(world, case, days: int, degree: int = 100):
    """Ill since that many days ago: today is the next day of the illness."""
    return actions.note_sick_leave(world.viewer("af_a"), case.pk, ago(days), degree, JOB)


def stage_of(case) -> str | None:
    found = programme.illnesses_of([Case.objects.select_related("holder__party").get(pk=case.pk)])
    return found[case.pk].stage if found else None


def climbing() -> set[str]:
    go_round()
    return set(Escalation.objects.filter(cleared_on__isnull=True).values_list("kind", flat=True))


@given(DAYS)
def test_2007_414_13a_who_is_wholly_ill_for_more_than_30_days_in_a_row_leaves(since):
    thirtieth = since + timedelta(days=29)
    assert rules.day_of_illness(since, since) == 1 and rules.day_of_illness(since, thirtieth) == 30
    assert rules.leaves_from(since) == thirtieth + timedelta(days=1)
    for can_adapt in (True, False):
        for is_offered in (True, False):
            stages = [rules.ill_stage(day, can_adapt=can_adapt, is_offered=is_offered) for day in (30, 31)]
            assert stages[0] != rules.TO_LEAVE and stages[1] == rules.TO_LEAVE


@given(st.integers(1, 400), st.booleans())
def test_2007_414_13a_para_2_adaptation_is_examined_first(day, is_offered):
    told = rules.ill_stage(day, can_adapt=None, is_offered=is_offered)
    assert told == (rules.WATCHED if day < 15 else rules.TO_EXAMINE)
    cannot = rules.ill_stage(day, can_adapt=False, is_offered=is_offered)
    if 15 <= day <= 30:
        assert cannot == (rules.HANDED if is_offered else rules.TO_HAND_OVER)


@given(DAYS)
def test_2007_414_14a_the_way_back_is_open_for_a_year_and_no_longer(left_on):
    last = rules.last_day_back(left_on)
    assert 365 <= (last - left_on).days <= 366 or (left_on.month, left_on.day) == (2, 29)
    assert (last.month, last.day) in ((left_on.month, left_on.day), (2, 28))
    assert rules.out_stage(left_on, last, is_offered=True) == rules.BACK_ENDS
    assert rules.out_stage(left_on, last + timedelta(days=1), is_offered=True) == rules.BACK_ENDED
    assert rules.out_stage(left_on, left_on + timedelta(days=300), is_offered=True) == rules.OUT
    assert rules.out_stage(left_on, last, is_offered=False) == rules.TO_HAND_OVER


def test_2017_819_4_2_the_certificate_is_due_on_the_eighth_day():
    assert rules.day_number(date(2026, 3, 2), rules.CERTIFICATE_FROM) == date(2026, 3, 9)


def test_from_day_15_to_the_way_back_each_step_is_a_fact(world):
    case, viewer = participant(world), world.viewer("af_a")
    with time_machine.travel(clock.now() - timedelta(days=40), tick=False) as traveller:
        ill(world, case, 0)
        traveller.shift(timedelta(days=13))
        assert stage_of(case) == rules.WATCHED and not programme.mine_to_prepare(viewer)
        traveller.shift(timedelta(days=1))
        assert stage_of(case) == rules.TO_EXAMINE and programme.mine_to_prepare(viewer)
        actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=False)
        assert stage_of(case) == rules.TO_HAND_OVER
        offered = world.offer(case, "fk")
        assert stage_of(case) == rules.HANDED
        traveller.shift(timedelta(days=15))
        with pytest.raises(Refused, match="30"):
            actions.note_discharge(viewer, case.pk, clock.today())
        traveller.shift(timedelta(days=1))
        assert stage_of(case) == rules.TO_LEAVE
        left = actions.note_discharge(viewer, case.pk, clock.today())
        assert stage_of(case) == rules.OUT and not programme.mine_to_prepare(viewer)
        with pytest.raises(Overtaken):
            actions.note_discharge(viewer, case.pk, clock.today())
        handovers.accept_handover(world.viewer("fk_a"), offered.pk, contact_in(2))
        traveller.shift(timedelta(days=335))
        fk = world.viewer("fk_a")
        assert stage_of(case) == rules.BACK_ENDS
        world.consent(case, "af", out=("livelihood",), back=("livelihood",))
        assert programme.mine_to_prepare(fk)
        actions.note_way_back(fk, case.pk, rules.RETURNED, clock.today())
        left.refresh_from_db()
        assert (left.result, stage_of(case)) == (rules.RETURNED, None)


def test_nobody_leaves_before_its_adaptation_was_examined(world):
    case, viewer = participant(world), world.viewer("af_a")
    ill(world, case, 30)
    with pytest.raises(Refused):
        actions.note_discharge(viewer, case.pk, clock.today())
    with pytest.raises(DatabaseError), transaction.atomic():
        Discharge.objects.create(case=case, left_on=clock.today(), by=world.posts["af_a"], noted_at=clock.now())
    actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=True)
    actions.note_discharge(viewer, case.pk, clock.today())


def test_nobody_comes_back_after_more_than_a_year(world):
    case, viewer = participant(world), world.viewer("af_a")
    with time_machine.travel("2026-01-31T09:00:00+01:00", tick=False):
        ill(world, case, 30)
        actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=False)
        actions.note_discharge(viewer, case.pk, clock.today())
    with time_machine.travel("2027-02-01T09:00:00+01:00", tick=False):
        with pytest.raises(Refused, match="2027-01-31"):
            actions.note_way_back(viewer, case.pk, rules.RETURNED, clock.today())
        actions.note_way_back(viewer, case.pk, rules.RETURNED, date(2027, 1, 31))
        with pytest.raises(Overtaken):
            actions.note_way_back(viewer, case.pk, rules.STAYS_OUT, clock.today())


def test_only_af_notes_sick_leave_from_its_programmes(world):
    with pytest.raises(NotAllowed):
        actions.note_sick_leave(world.viewer("fk_a"), world.case().pk, ago(3), 100, JOB)


def test_what_does_not_hold_is_refused_and_changes_nothing(world):
    case, viewer = participant(world), world.viewer("af_a")
    for since, degree, code in ((ago(-1), 100, JOB), (ago(3), 60, JOB), (ago(3), 100, "x"), (ago(3), 0, "")):
        with pytest.raises(Refused):
            actions.note_sick_leave(viewer, case.pk, since, degree, code)
    assert not SickLeave.objects.exists()
    ill(world, case, 20)
    for since, degree in ((ago(10), 100), (ago(30), 50)):
        with pytest.raises(Refused):
            actions.note_sick_leave(viewer, case.pk, since, degree, JOB)
    with pytest.raises(Refused):
        actions.note_adaptation(viewer, case.pk, ago(25), can_adapt=True)


def test_a_part_time_return_breaks_the_days_in_a_row(world):
    case, viewer = participant(world), world.viewer("af_a")
    ill(world, case, 40)
    actions.note_sick_leave(viewer, case.pk, ago(20), 50, JOB)
    assert stage_of(case) == rules.WATCHED and not programme.mine_to_prepare(viewer)
    actions.note_sick_leave(viewer, case.pk, ago(5), 100, JOB)
    assert stage_of(case) == rules.WATCHED and programme.going_on(case.pk).since == ago(5)


LEAVES = st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 25, 100, 100])), max_size=6)


@settings(max_examples=25)
@given(LEAVES)
def test_days_never_overlap_and_what_is_noted_last_holds(db, steps):
    with transaction.atomic():
        world = worlds.build()
        case, model = participant(world), {}
        for days, degree in steps:
            try:
                with transaction.atomic():
                    actions.note_sick_leave(world.viewer("af_a"), case.pk, ago(days), degree, JOB)
            except Refused:
                continue
            model = {day: at for day, at in model.items() if day < ago(days)}
            model |= {ago(n): degree for n in range(days + 1) if degree}
        noted = {}
        for leave in SickLeave.objects.filter(case=case):
            end = leave.until or ago(-1)
            for n in range((end - leave.since).days):
                day = leave.since + timedelta(days=n)
                assert day not in noted, "two sick leaves on one day"
                noted[day] = leave.degree
        assert noted == model
        going = programme.going_on(case.pk)
        if going and model.get(clock.today()) == 100:
            run = 0
            while model.get(ago(run)) == 100:
                run += 1
            assert rules.day_of_illness(going.since, clock.today()) == run
        transaction.set_rollback(True)


FACTS = st.lists(st.sampled_from(["can", "cannot", "offer", "leave", "back", "out"]), max_size=5)


@settings(max_examples=25)
@given(days=st.sampled_from([3, 13, 14, 29, 30, 45]), later=st.sampled_from([0, 334, 335, 400]), facts=FACTS)
def test_lists_hold_exactly_those_for_whom_something_is_to_do(db, days, later, facts):
    with transaction.atomic():
        world = worlds.build()
        case, viewer = participant(world), world.viewer("af_a")
        ill(world, case, days)
        acts = {
            "can": lambda: actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=True),
            "cannot": lambda: actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=False),
            "offer": lambda: world.offer(case, "fk"),
            "leave": lambda: actions.note_discharge(viewer, case.pk, clock.today()),
            "back": lambda: actions.note_way_back(viewer, case.pk, rules.RETURNED, clock.today()),
            "out": lambda: actions.note_way_back(viewer, case.pk, rules.STAYS_OUT, clock.today()),
        }
        for fact in facts:
            try:
                with transaction.atomic():
                    acts[fact]()
            except Refused:
                pass
        with time_machine.travel(clock.now() + timedelta(days=later), tick=False):
            stage = stage_of(case)
            found = programme.to_prepare(
                Case.objects.filter(pk=case.pk), clock.today(), SickLeave.objects.all(), Discharge.objects.all()
            )
            assert found.exists() == (stage not in (None, rules.WATCHED, rules.OUT)), (stage, facts)
        transaction.set_rollback(True)


def test_a_handover_of_long_ago_is_none_for_this_illness(world):
    viewer = world.viewer("af_a")
    with time_machine.travel(clock.now() - timedelta(days=300), tick=False) as traveller:
        case = participant(world)
        there = world.offer(case, "fk")
        handovers.accept_handover(world.viewer("fk_a"), there.pk, contact_in(2))
        traveller.shift(timedelta(days=7))
        world.record_contact("fk_a", there)
        case.refresh_from_db()
        handovers.accept_handover(viewer, world.offer(case, "af").pk, contact_in(2))
    ill(world, case, 35)
    actions.note_adaptation(viewer, case.pk, ago(5), can_adapt=False)
    actions.note_discharge(viewer, case.pk, clock.today())
    assert stage_of(case) == rules.TO_HAND_OVER and programme.mine_to_prepare(viewer)
    assert not programme.going_on(case.pk), "who left a programme is on sick leave from it no more"
    with pytest.raises(Overtaken):
        actions.note_sick_leave(viewer, case.pk, clock.today(), 100, JOB)


@pytest.mark.parametrize(
    ("days", "done", "kind"),
    [
        (14 + 6, (), "to_examine"),
        (30 + 6, ("can",), "to_leave"),
        (25, ("cannot",), "to_hand_over"),
    ],
)
def test_what_the_law_asks_climbs_when_nothing_happens(world, days, done, kind):
    case, viewer = participant(world), world.viewer("af_a")
    leave = ill(world, case, days)
    assert kind not in climbing() or not done
    for fact in done:
        Adaptation.objects.create(
            leave=leave, examined_on=ago(7), can_adapt=fact == "can", by=world.posts["af_a"], noted_at=clock.now()
        )
    assert kind in climbing() and not prove(clock.today())["3"].broken
    actions.note_sick_leave(viewer, case.pk, clock.today(), 0)
    assert kind not in climbing()


def test_the_end_of_the_way_back_climbs(world):
    case, viewer = participant(world), world.viewer("af_a")
    with time_machine.travel(clock.now() - timedelta(days=345), tick=False):
        ill(world, case, 30)
        actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=False)
        actions.note_discharge(viewer, case.pk, clock.today())
    assert "to_hand_over" in climbing()
    world.offer(case, "fk")
    assert "back_ends" in climbing()
    actions.note_way_back(viewer, case.pk, rules.STAYS_OUT, clock.today())
    assert "back_ends" not in climbing()


def test_it_goes_by_pages_and_another_party_sees_it_by_basis_alone(world, browse):
    case, af = participant(world), browse("af_a")
    url = reverse("case", args=[case.public_id])

    def step(verb, **data):
        address = reverse("programme-step", args=[case.public_id, verb])
        assert af.get(address).status_code == 200
        return af.post(address, data)

    assert "Sjukfrånvaro" in af.get(url).content.decode()
    assert step("sick-leave", since=ago(30), degree=100, programme=JOB).status_code == 302
    page = af.get(url).content.decode()
    for word in ("Övergång ur programmet", "Sjukdag 31", "anpassning inte undersökt", "Undersök anpassning"):
        assert word in page
    for listed in ("my-work", "watch"):
        assert "anpassning inte undersökt" in af.get(reverse(listed)).content.decode()
    assert step("adaptation", examined_on=clock.today(), can_adapt="no").status_code == 302
    assert "ska skrivas ut ur programmet" in af.get(url).content.decode()
    assert step("leave", left_on=clock.today()).status_code == 302
    page = af.get(url).content.decode()
    for word in (
        str(rules.last_day_back(clock.today())),
        "Notera återinträdet",
        "inte överlämnad till Försäkringskassan",
    ):
        assert word in page
    world.consent(case, "fk", out=("identity", "plan"), back=())
    assert "Övergång ur programmet" not in browse("fk_a").get(url).content.decode()
    world.consent(case, "fk", out=("livelihood",), back=())
    page = browse("fk_a").get(url).content.decode()
    assert "Övergång ur programmet" in page and "Sista dag för återinträde" in page
    assert "Sjukdag" not in page and "anpassas" not in page, "that somebody is ill is of the health group"
    assert step("way-back", result="stays_out", result_on=clock.today()).status_code == 302


def test_the_parties_systems_read_it_and_af_notes_sick_leave(world):
    case = participant(world)
    af = Client(headers={"Authorization": f"Bearer {world.token('af')}"})
    url = f"/api/v1/passages/{case.public_id}"
    told = {"acting_as": "af_a@test.example", "since": str(ago(20)), "degree": 100, "programme": JOB}
    answer = af.post(f"{url}/sick-leave", told, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found = af.get(url).json()["out_of_programme"]
    assert (found["stage"], found["leaves_from"]) == ("to_examine", str(rules.leaves_from(ago(20))))
    world.consent(case, "fk", out=("livelihood",), back=())
    fk = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    assert fk.get(url).json() == {"out_of_insurance": None, "out_of_programme": None}
    world.consent(case, "fk", out=("health",), back=())
    assert fk.get(url).json()["out_of_programme"]["degree"] == 100


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE passages_sickleave SET since = '2026-01-01'",
        "UPDATE passages_sickleave SET degree = 50",
        "UPDATE passages_adaptation SET can_adapt = NOT can_adapt",
        "UPDATE passages_discharge SET left_on = '2026-01-01'",
        "UPDATE passages_discharge SET result = 'returned'",
        "DELETE FROM passages_sickleave",
        "DELETE FROM passages_adaptation",
        "DELETE FROM passages_discharge",
        "INSERT INTO passages_sickleave (public_id, case_id, programme, degree, since, by_id, noted_at) "
        "SELECT '018f0000-0000-7000-8000-000000000000', case_id, programme, 50, since, by_id, noted_at "
        "FROM passages_sickleave",
    ],
)
def test_direct_sql_rewrites_none_of_it(world, sql):
    case, viewer = participant(world), world.viewer("af_a")
    ill(world, case, 31)
    actions.note_adaptation(viewer, case.pk, clock.today(), can_adapt=False)
    actions.note_discharge(viewer, case.pk, clock.today())
    actions.note_way_back(viewer, case.pk, rules.STAYS_OUT, clock.today())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
