"""What is done with a case, within its unit."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases import actions, rules
from handslag.cases.models import Case
from handslag.cases.queries import holdings
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.models import Entry
from handslag.parties import actions as parties
from handslag.parties.models import Post

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))


def test_a_step_is_never_without_words_date_and_person(world):
    case, viewer, today = world.case(), world.viewer("fk_a"), clock.today()
    for text, on, by in (("  ", today, None), ("Ring", today - timedelta(days=1), None), ("Ring", today, "af_a")):
        with pytest.raises(Refused):
            actions.take_next_step(viewer, case.pk, text, on, world.posts[by] if by else None)
    actions.take_next_step(viewer, case.pk, "Besök", today, world.posts["fk_b"], note="Ringde")
    case.refresh_from_db()
    assert (case.next_step, case.next_step_by) == ("Besök", world.posts["fk_b"])
    assert case.past_steps.get().was_done


def test_a_pause_moves_the_step_and_an_early_end_moves_it_back(world):
    case, viewer, today = world.case(), world.viewer("fk_a"), clock.today()
    actions.suspend(viewer, case.pk, today + timedelta(days=30), "treatment")
    case.refresh_from_db()
    assert case.next_step_on == today + timedelta(days=40)
    with pytest.raises(Refused):
        actions.take_next_step(viewer, case.pk, "Ring", today + timedelta(days=5))
    with pytest.raises(Overtaken):
        actions.suspend(viewer, case.pk, today + timedelta(days=50), "treatment")
    actions.resume(viewer, case.pk)
    case.refresh_from_db()
    assert case.next_step_on == today + timedelta(days=10)


@given(due=DAYS, begun=DAYS, length=st.integers(1, 400), rested=st.integers(0, 400))
def test_dates_keep_their_distance_over_any_pause(due, begun, length, rested):
    until = begun + timedelta(days=length)
    moved = rules.moved_by_suspension(due, begun, until)
    assert moved >= until
    back = rules.moved_by_resumption(moved, until, min(begun + timedelta(days=rested), until))
    left = max(due - begun, timedelta(0))
    assert back - min(begun + timedelta(days=rested), until) == left


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8), st.integers(1, 80))
def test_holes_are_exactly_the_days_that_nothing_covers(pairs, length):
    begin = date(2026, 1, 1)
    end = begin + timedelta(days=length)
    spells = [rules.Spell(begin + timedelta(days=a), begin + timedelta(days=a + n), "") for a, n in pairs]
    days = [begin + timedelta(days=n) for n in range(length)]
    bare = {d for d in days if not any(s.since <= d < s.until for s in spells)}
    found = rules.holes(spells, begin, end)
    assert {d for d in days if any(h.since <= d < h.until for h in found)} == bare
    assert all(a.until < b.since for a, b in zip(found, found[1:], strict=False))


def test_livelihoods_follow_each_other_and_leave_holes(world):
    case, viewer, today = world.case(livelihood_ends_on=clock.today() - timedelta(days=20)), world.viewer("fk_a"), None
    today = clock.today()
    actions.change_livelihood(viewer, case.pk, "activity_support", 100, today - timedelta(days=5), None)
    case.refresh_from_db()
    past = case.past_livelihoods.get()
    assert (past.kind, past.until) == ("sickness_benefit", today - timedelta(days=19))
    for kind, degree, since, ends in (
        ("nonsense", None, today, None), ("wage", 33, today, None), ("wage", None, today - timedelta(days=50), None),
        ("wage", None, today, today - timedelta(days=1)),
    ):  # fmt: skip
        with pytest.raises(Refused):
            actions.change_livelihood(viewer, case.pk, kind, degree, since, ends)


@pytest.mark.parametrize(
    ("outcome", "following", "no_more", "field"),
    [
        ("", "Chefen", False, "outcome"),
        ("work", "", False, "next_responsible"),
        ("work", "Chefen", True, "next_responsible"),
    ],
)
def test_no_closing_without_outcome_and_next(world, outcome, following, no_more, field):
    case = world.case()
    with pytest.raises(Refused) as refused:
        actions.close(world.viewer("fk_a"), case.pk, outcome, following, person_wants_no_more=no_more)
    case.refresh_from_db()
    assert case.is_open and refused.value.field == field


def test_a_closed_case_is_done_with(world):
    case, viewer = world.case(), world.viewer("fk_a")
    actions.close(viewer, case.pk, "own_request", person_wants_no_more=True)
    with pytest.raises(Overtaken):
        actions.take_next_step(viewer, case.pk, "Ring", clock.today())


def test_a_lead_moves_many_cases_at_once_or_none(world):
    cases = [world.case() for _ in range(3)]
    foreign = world.case("af_a")
    lead, ids = world.viewer("fk_lead"), [c.public_id for c in cases]
    told = []
    for other in (foreign.public_id, uuid4()):
        with pytest.raises(Refused) as refused:
            actions.reassign(lead, [*ids, other], world.posts["fk_b"])
        told.append((type(refused.value), refused.value.message, refused.value.field))
    assert told[0] == told[1], "whether there is such a case elsewhere is not told"
    assert not Case.objects.filter(holder=world.posts["fk_b"]).exists()
    assert actions.reassign(lead, ids, world.posts["fk_b"]) == 3
    assert Case.objects.filter(next_step_by=world.posts["fk_b"]).count() == 3
    assert [s.what.user.email for s in holdings(Case.objects.get(public_id=ids[0]))] == [
        "fk_a@test.example",
        "fk_b@test.example",
    ]


def test_nobody_leaves_with_a_case_in_hand(world):
    case, lead, leaver = world.case(), world.viewer("fk_lead"), world.posts["fk_a"]
    with pytest.raises(Refused):
        parties.end_post(lead, leaver)
    assert actions.move_everything(lead, leaver, world.posts["fk_b"]) == 1
    parties.end_post(lead, leaver)
    leaver = Post.objects.get(pk=leaver.pk)
    assert not leaver.is_active and not leaver.user.is_active
    case.refresh_from_db()
    assert (case.holder_id, case.next_step_by_id) == (world.posts["fk_b"].pk, world.posts["fk_b"].pk)


def test_a_stand_in_acts_and_the_journal_says_for_whom(world):
    case, today = world.case(), clock.today()
    with pytest.raises(NotAllowed):
        actions.take_next_step(world.viewer("fk_b"), case.pk, "Ring", today)
    parties.register_absence(world.viewer("fk_lead"), world.posts["fk_a"], today, None, world.posts["fk_b"])
    actions.take_next_step(world.viewer("fk_b"), case.pk, "Ring", today)
    entry = Entry.objects.filter(verb="next_step_set").get()
    assert (entry.actor, entry.acting_for) == ("fk_b@test.example", "fk_a@test.example")


def test_absences_need_order_and_a_stand_in_from_the_unit(world):
    lead, today = world.viewer("fk_lead"), clock.today()
    for until, stand_in in ((today - timedelta(days=1), None), (None, "af_a"), (None, "fk_a")):
        with pytest.raises(Refused):
            parties.register_absence(lead, world.posts["fk_a"], today, until, stand_in and world.posts[stand_in])
    with pytest.raises(NotAllowed):
        parties.register_absence(world.viewer("af_lead"), world.posts["fk_a"], today, None, None)
