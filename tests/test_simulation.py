"""The demo world at any size: every promise kept, each person once at a party, some cases at a time."""

from collections import Counter
from datetime import date

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from handslag.assessments import queries as assessments
from handslag.assessments.models import Assessment
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.foundation.planning import refresh_planner
from handslag.handovers.models import Handover
from handslag.meetings import queries as meetings
from handslag.meetings.models import Meeting
from handslag.parties.models import Post
from handslag.parties.queries import viewer_of
from handslag.passages import queries as passages
from handslag.passages.rules import STAGES
from handslag.plans.queries import steps_to_do
from handslag.simulation import world
from handslag.simulation.guide import sign_ins
from handslag.simulation.places import FOCUS_COUNTY, FOCUS_MUNICIPALITY

ON = date.fromisoformat("2026-11-22")
PARTIES = {"FK": 1, "AF": 1, "KOM": 290, "REG": 21}
FOCUS = ("FK", "AF", f"KOM-{FOCUS_MUNICIPALITY}", f"REG-{FOCUS_COUNTY}")


@given(st.integers(0, 3_000_000), st.integers(0, 12_000))
def test_shares_add_up_and_stay_below_how_many_people_there_are(cases, numbers):
    try:
        shares = world.spread(cases, numbers)
    except Refused:
        assert cases > sum(PARTIES.values()) * int(numbers * 0.9)
        return
    assert sum(shares.values()) == cases
    assert all(0 <= shares[kind] <= count * int(numbers * 0.9) for kind, count in PARTIES.items())
    if cases * 0.35 + 1 < int(numbers * 0.9):
        assert all(abs(shares[kind] - cases * weight / 100) <= 4 for kind, weight in world.WEIGHTS.items())


def test_the_official_numbers_suffice_for_two_million_cases():
    assert sum(world.spread(2_000_000, len(world.identity_numbers(ON))).values()) == 2_000_000


@pytest.fixture
def crowded(monkeypatch):
    """Few people, so that FK and AF are full, and a world of several chunks."""
    few = world.identity_numbers(ON)[:60]
    monkeypatch.setattr(world, "identity_numbers", lambda on: few)
    monkeypatch.setattr(world, "CHUNK", 170)


def test_a_crowded_world_keeps_every_promise_and_is_the_same_each_time(db, crowded):
    found = []
    for _ in range(2):
        with transaction.atomic():
            made = world.build_world(700, 3, ON)
            assert made["cases"] == Case.objects.count() == 700
            assert (made["handovers"], made["closed"]) == (
                Handover.objects.count(),
                Case.objects.filter(closed_at__isnull=False).count(),
            )
            assert all(f.checked and not f.broken for f in prove(ON).values()), prove(ON)
            persons = Case.objects.order_by("reference").values_list("party__kind", "party_id", "person__subject")
            assert Counter(kind for kind, *_rest in persons)["FK"] == 54, "the ceiling of 60 people"
            assert len(set(persons)) == 700, "a party has each person once"
            facts = Case.objects.filter(person__is_protected=False).order_by("reference")
            found.append(list(facts.values_list("reference", "person__subject", "holder__user__email", "closed_at")))
            transaction.set_rollback(True)
    assert found[0] == found[1]


def test_a_world_is_written_some_cases_at_a_time_and_whole_or_not_at_all(db, crowded, monkeypatch):
    written, told, whole = [], [], world.open_cases
    monkeypatch.setattr(world, "open_cases", lambda actor, drafts: written.append(len(drafts)) or whole(actor, drafts))
    monkeypatch.setattr(world, "go_round", lambda on: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.build_world(400, 3, ON, lambda what, done, of: told.append((what, done, of)))
    assert written == [170, 170, 60]
    assert told == [("cases", 170, 400), ("cases", 340, 400), ("cases", 400, 400)]
    assert not Case.objects.exists() and not Post.objects.exists()


def test_more_cases_than_there_are_people_for_are_refused(db, crowded):
    with pytest.raises(Refused, match=f"{313 * 54:,}"):
        world.build_world(313 * 54 + 1, 3, ON)
    assert not Post.objects.exists()


@pytest.mark.parametrize("cases", [2000, 3500])
def test_the_place_of_the_sign_ins_has_the_same_work_however_large_the_world(db, cases):
    world.build_world(cases, 1, ON)
    here = Case.objects.filter(party__code__in=FOCUS, holder__unit__county_code=FOCUS_COUNTY)
    assert here.count() == world.FOCUS_CASES
    codes = Case.objects.filter(holder__unit__in=here.order_by().values("holder__unit")).order_by()
    assert set(codes.values_list("party__code", flat=True)) == set(FOCUS)


def test_where_the_sign_ins_work_meetings_and_passages_of_every_kind_are_met(db):
    monday = date.fromisoformat("2026-11-23")
    with time_machine.travel(f"{monday}T09:00:00+01:00", tick=False):
        world.build_world(2000, 1, monday)
        viewers = [viewer_of(post.user) for post in sign_ins() if post.role == "caseworker"]
        for find in (meetings.upcoming, meetings.unrecorded, passages.mine_to_prepare):
            assert any(find(viewer).exists() for viewer in viewers), find
        assert all(meetings.upcoming(viewer).exists() for viewer in viewers)
        kinds = {(meeting.kind, meeting.state) for meeting in Meeting.objects.all()}
        for kind in ("transition_meeting", "reconciliation_meeting", "sip", "follow_up"):
            assert {(kind, "booked"), (kind, "held")} <= kinds, kind
        assert ("joint_contact", "booked") in kinds
        clocks = passages.clocks_of(Case.objects.filter(closed_at__isnull=True)).values()
        assert {clock.stage for clock in clocks} == set(STAGES)
        assert {clock.job.has_job for clock in clocks if clock.job} == {True, False}
        assert any(0 < clock.held_days_before < 90 for clock in clocks if clock.held)
        assert {clock.passage.cause for clock in clocks if clock.passage} == {"ends", "coming_decision"}


def test_where_the_sign_ins_work_joint_assessments_of_every_stage_are_met(db):
    world.build_world(300, 1, clock.today())
    states = {assessments.facts_of(found).state for found in Assessment.objects.select_related("plan")}
    assert states == {"waiting", "assessing", "completed", "planned_preparatory"}
    fk, af = (
        next(post for post in sign_ins() if post.party.code == code and post.role == "caseworker")
        for code in ("FK", "AF")
    )
    assert assessments.led_by(viewer_of(fk.user)).exists() and assessments.to_sign(viewer_of(af.user)).exists()
    assert steps_to_do(viewer_of(af.user)).exists()


def test_after_a_load_postgresql_sweeps_up_where_it_can(lasting_world):
    with CaptureQueriesContext(connection) as asked:
        refresh_planner()
        with transaction.atomic():
            refresh_planner()
    done = [query["sql"] for query in asked if "ANALYZE" in query["sql"]]
    assert done == ["VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE", "ANALYZE"]
