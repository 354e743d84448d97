"""Promise 3: silence climbs a ladder of named people; an empty rung is an alarm of its own; nothing expires."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases.actions import change_livelihood
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.cli.server import pause
from handslag.foundation import clock, days
from handslag.foundation.waiting import Wait
from handslag.handovers import actions, rules
from handslag.parties.actions import register_absence
from handslag.parties.models import Absence
from handslag.watch.actions import go_round
from handslag.watch.models import Called, Escalation, Round
from handslag.watch.queries import board_unprepared, climbed_to, climbing
from handslag.watch.rules import Ladder, calls, rung_reached
from tests.test_handovers import race
from tests.worlds import contact_in


def called(kind: str, rung: int, is_gap: bool = False) -> set[str]:
    """Who stands called by open escalations of a kind on a rung."""
    found = Called.objects.filter(
        escalation__kind=kind, escalation__rung=rung, escalation__is_gap=is_gap, escalation__cleared_on__isnull=True
    )
    return {email.split("@")[0] for email in found.order_by("id").values_list("post__user__email", flat=True)}


def after(working_days: int) -> date:
    """The day that lies so many working days after today."""
    return days.add_working_days(clock.today(), working_days)


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-06-19", False), ("2026-06-20", False), ("2026-06-22", True), ("2026-12-24", False), ("2026-12-28", True),
     ("2026-12-31", False), ("2026-04-03", False), ("2026-04-02", True), ("2026-05-14", False), ("2026-05-15", True),
     ("2026-06-06", False), ("2026-11-21", False), ("2026-11-22", False), ("2026-11-23", True)],
)  # fmt: skip
def test_working_days_follow_the_swedish_calendar(day, works):
    assert days.is_working_day(date.fromisoformat(day)) == works


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 30))
def test_working_days_counted_forth_and_back(day, count):
    later = days.add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(map(days.is_working_day, between)) == count
    assert days.add_working_days(later, -count) <= max(day, days.add_working_days(days.add_days(day, 1), -1))


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 40))
def test_a_rung_is_reached_after_exactly_so_many_working_days(since, worked):
    on = days.add_working_days(since, worked) if worked else since
    reached = rung_reached(since, Ladder(3, 7, 14).deadlines(on))
    assert reached == sum(worked >= days for days in (3, 7, 14))


@pytest.mark.parametrize(
    ("worked", "rung", "who"),
    [(2, 1, set()), (3, 1, {"af_lead"}), (6, 2, set()), (7, 2, {"af_officer"}), (13, 3, set()),
     (14, 3, {"af_officer", "fk_officer"})],
)  # fmt: skip
def test_an_unanswered_handover_climbs_rung_by_rung(world, worked, rung, who):
    world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)))
    go_round(after(worked))
    assert called("unanswered_handover", rung) == who


def test_a_question_waits_for_the_sender(world):
    handover = world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)))
    actions.ask_back(world.viewer("af_a"), handover.pk, "Vad menas?")
    go_round(after(7))
    assert called("unanswered_question", 1) == {"fk_lead"}
    assert called("unanswered_question", 2) == {"fk_officer"}
    assert not called("unanswered_handover", 1)


def test_a_missed_first_contact_climbs_and_hides_its_own_overdue_step(world):
    case = world.case()
    handover = world.offer(case)
    actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    go_round(days.add_working_days(days.add_days(clock.today(), 2), 14))
    assert called("missed_contact", 1) == {"af_lead"}
    assert called("missed_contact", 3) == {"af_officer", "fk_officer"}
    assert not called("overdue_step", 1)


def test_an_overdue_step_climbs_within_its_party(world):
    world.case(next_step_on=clock.today())
    go_round(after(20))
    assert called("overdue_step", 1) == {"fk_lead"}
    assert called("overdue_step", 2) == {"fk_officer"}
    assert not Escalation.objects.filter(rung=3).exists()


def test_an_absent_lead_is_skipped_and_missed(world):
    world.case(next_step_on=clock.today())
    register_absence(world.viewer("fk_lead"), world.posts["fk_lead"], clock.today(), None, None)
    go_round(after(3))
    assert called("overdue_step", 1, is_gap=True) == {"fk_officer"}
    assert called("overdue_step", 2) == {"fk_officer"}
    assert not called("overdue_step", 1)


def test_a_stand_in_stands_on_the_rung(world):
    world.case(next_step_on=clock.today())
    register_absence(world.viewer("fk_lead"), world.posts["fk_lead"], clock.today(), None, world.posts["fk_b"])
    go_round(after(3))
    assert called("overdue_step", 1) == {"fk_b"}
    assert not Escalation.objects.filter(is_gap=True).exists()


def test_an_absent_ower_climbs_at_once(world):
    world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)), to="af_a")
    register_absence(world.viewer("af_lead"), world.posts["af_a"], clock.today(), None, None)
    go_round(clock.today())
    assert called("unanswered_handover", 0, is_gap=True) == {"af_lead"}
    assert called("unanswered_handover", 1) == {"af_lead"}


def test_a_party_with_its_own_days(world):
    party = world.parties["af"]
    party.lead_after_days, party.officer_after_days, party.joint_after_days = 1, 2, 3
    party.save()
    world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)))
    go_round(after(3))
    assert called("unanswered_handover", 3) == {"af_officer", "fk_officer"}


def test_an_answer_clears_the_calls_and_nothing_was_closed(world):
    case = world.case(next_step_on=clock.today() + timedelta(days=90))
    handover = world.offer(case)
    go_round(after(30))
    handover.refresh_from_db()
    assert handover.state == rules.OFFERED and Case.objects.get().is_open
    actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(80))
    assert go_round(after(31))["cleared"] == 3
    assert not Escalation.objects.filter(cleared_on__isnull=True).exists()


def test_a_second_round_changes_nothing(world):
    world.offer(world.case(next_step_on=clock.today()))
    go_round(after(14))
    before = list(Escalation.objects.order_by("id").values()), list(Called.objects.order_by("id").values())
    figures = go_round(after(14))
    assert (figures["raised"], figures["cleared"]) == (0, 0)
    assert before == (list(Escalation.objects.order_by("id").values()), list(Called.objects.order_by("id").values()))


def test_two_rounds_at_once_are_as_one(lasting_world):
    world = lasting_world
    for _ in range(5):
        world.offer(world.case(next_step_on=clock.today()))
    results = race(*[lambda: go_round(after(14))] * 3)
    assert not [r for r in results if isinstance(r, Exception)]
    standing = Escalation.objects.filter(cleared_on__isnull=True)
    keys = [(e.kind, e.case_id, e.rung, e.is_gap) for e in standing.order_by("id")]
    assert len(keys) == len(set(keys)) and len(keys) == 5 * (3 + 2)
    assert Called.objects.count() == 5 * (4 + 2)


PEOPLE = st.dictionaries(st.tuples(st.sampled_from([(1, 1), (1, 2)]), st.integers(0, 3)), st.booleans())


@given(
    present=st.fixed_dictionaries({n: st.booleans() for n in range(4)}), reached=st.integers(0, 3), two=st.booleans()
)
def test_no_rung_is_passed_in_silence(present, reached, two):
    """Whatever rungs are empty: each reached rung is called or reported, and gaps name the first people above."""
    wait = Wait("overdue_step", 1, None, date(2026, 1, 1), (1,), 1, 1, 2 if two else 1)
    top = 3 if two else 2
    found = calls(wait, reached, lambda _w, rung: frozenset({rung + 10}) if present[rung] else frozenset())
    rungs = {c.rung: c for c in found}
    for rung in range(min(reached, top) + 1):
        if present[rung]:
            assert rung == 0 or (not rungs[rung].is_gap and rungs[rung].posts == {rung + 10})
        else:
            above = [r for r in range(rung + 1, top + 1) if present[r]]
            assert rungs[rung].is_gap and rungs[rung].posts == ({above[0] + 10} if above else frozenset())
            if above:
                assert above[0] in rungs


def test_the_board_shows_unprepared_livelihoods_until_a_handover_is_accepted(world):
    soon, later = clock.today() + timedelta(days=89), clock.today() + timedelta(days=90)
    case = world.case(livelihood_ends_on=soon)
    world.case(livelihood_ends_on=later)
    world.case(livelihood_ends_on=None)
    assert [c.pk for c in board_unprepared(world.viewer("fk_lead"))] == [case.pk]
    handover = world.offer(case, "fk2")
    assert [c.pk for c in board_unprepared(world.viewer("fk_lead"))] == [case.pk]
    actions.accept_handover(world.viewer("fk2_a"), handover.pk, contact_in(2))
    assert not board_unprepared(world.viewer("fk2_lead")).exists()


def test_the_board_shows_what_climbs_once_at_its_highest_rung(world):
    world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)))
    go_round(after(14))
    assert [e.rung for e in climbing(world.viewer("fk_lead"))] == [3]


def test_what_climbed_reaches_the_named_and_nobody_else(world):
    world.offer(world.case(next_step_on=clock.today() + timedelta(days=90)))
    go_round(after(7))
    assert climbed_to(world.viewer("af_lead")).count() == 1
    assert climbed_to(world.viewer("af_officer")).count() == 1
    assert not climbed_to(world.viewer("af_a")).exists() and not climbed_to(world.viewer("fk_officer")).exists()


def test_a_watch_that_sleeps_breaks_the_promise(world):
    world.case(next_step_on=days.add_working_days(clock.today(), -5), opened_on=clock.today() - timedelta(days=90))
    assert prove(clock.today())["3"].broken == 1
    go_round()
    assert prove(clock.today())["3"].broken == 0
    Round.objects.update(at=clock.now() - timedelta(days=3), on=clock.today() - timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM watch_called")
    assert prove(clock.today())["3"].broken == 1


def test_absences_are_only_those_of_the_day(world):
    Absence.objects.create(post=world.posts["fk_lead"], from_on=after(10), until_on=after(12))
    world.case(next_step_on=clock.today())
    go_round(after(3))
    assert called("overdue_step", 1) == {"fk_lead"}


@pytest.mark.parametrize("kind", ["none", "ended"])
def test_who_lives_on_nothing_climbs_until_a_livelihood_is_noted(world, browse, kind):
    today = clock.today()
    if kind == "none":
        case = world.case(
            livelihood="none", livelihood_degree=None, livelihood_ends_on=None, opened_on=today - timedelta(30)
        )
    else:
        case = world.case(livelihood_ends_on=today - timedelta(days=30))
    world.case()
    go_round()
    calls = Escalation.objects.filter(kind="no_livelihood", cleared_on=None)
    assert {(e.case_id, e.rung) for e in calls} == {(case.pk, 1), (case.pk, 2)}, "the lead and the party's officer"
    assert "Saknar försörjning" in browse("fk_lead").get(reverse("my-work")).content.decode()
    found = prove(today)["3"]
    assert (found.checked, found.broken) == (1, 0)
    Called.objects.all().delete()
    assert prove(today)["3"].broken == 1, "the proof sees it by itself"
    change_livelihood(world.viewer("fk_a"), case.pk, "wage", None, today, None)
    go_round()
    assert not calls.all().exists()


def test_a_holder_without_basis_is_not_told_that_somebody_lives_on_nothing(world):
    case = world.case(livelihood="none", livelihood_degree=None, livelihood_ends_on=None)
    actions.accept_handover(world.viewer("af_a"), world.offer(case).pk, contact_in(3))
    go_round()
    assert not Escalation.objects.filter(kind="no_livelihood").exists()


def test_a_round_goes_when_the_day_changes():
    with time_machine.travel(clock.midnight(clock.today()) - timedelta(minutes=10), tick=False):
        assert pause(60) == 601 and pause(5) == 300
