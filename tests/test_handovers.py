"""The handshake, step by step, and races between hands."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from handslag.cases.actions import close
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.foundation import clock, days
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions, contact, rules
from handslag.handovers.models import Handover
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from handslag.watch.queries import unprepared, waits
from tests.worlds import contact_in


def holder(case) -> int:
    return Case.objects.get(pk=case.pk).holder_id


def test_the_transition_table_is_sound():
    assert rules.problems() == []


@pytest.mark.parametrize("index", range(len(rules.TRANSITIONS)))
def test_a_table_without_one_of_its_steps_differs(index):
    """Each step is there for a reason: without it something is unreachable, a dead end, or no longer offered."""
    fewer = rules.TRANSITIONS[:index] + rules.TRANSITIONS[index + 1 :]
    offered = {(t.verb, s) for t in fewer for s in t.sources}
    assert rules.problems(fewer) or offered != {(t.verb, s) for t in rules.TRANSITIONS for s in t.sources}


def test_dead_ends_and_islands_are_found():
    assert rules.problems((*rules.TRANSITIONS, rules.Transition("lose", ("offered",), "lost", "sender")))
    assert rules.problems((*rules.TRANSITIONS, rules.Transition("wake", ("island",), "offered", "sender")))
    assert rules.problems((*rules.TRANSITIONS, rules.Transition("again", ("declined",), "offered", "sender")))


def test_the_sender_holds_until_the_receiver_accepts(world):
    case = world.case()
    handover = world.offer(case)
    assert holder(case) == world.posts["fk_a"].pk
    actions.ask_back(world.viewer("af_a"), handover.pk, "Vad menas?")
    assert holder(case) == world.posts["fk_a"].pk
    actions.answer_question(world.viewer("fk_a"), handover.pk, "Så här.")
    actions.accept_handover(world.viewer("af_b"), handover.pk, contact_in(3))
    case.refresh_from_db()
    assert case.holder_id == world.posts["af_b"].pk
    assert case.next_step == "Första kontakt med personen"
    assert case.next_step_by_id == case.holder_id
    assert [m.verb for m in handover.messages.order_by("id")] == ["offer", "ask", "answer", "accept"]


def test_accepting_needs_a_first_contact_ahead(world):
    handover = world.offer(world.case())
    with pytest.raises(Refused) as refused:
        actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(-1))
    assert refused.value.field == "first_contact_at"


def test_a_lead_lets_a_colleague_take_over_but_a_colleague_does_not(world):
    first, second = world.case(), world.case()
    with pytest.raises(NotAllowed):
        actions.accept_handover(world.viewer("af_a"), world.offer(first).pk, contact_in(3), world.posts["af_b"])
    actions.accept_handover(world.viewer("af_lead"), world.offer(second).pk, contact_in(3), world.posts["af_b"])
    assert holder(second) == world.posts["af_b"].pk


@pytest.mark.parametrize(
    ("reason", "next_unit", "goes_back", "field"),
    [("", None, True, "decline_reason"), ("not_ready", None, False, "next_unit"), ("not_ready", "kom", True, "next_unit"),
     ("not_ready", "af", False, "next_unit"), ("not_ready", "fk", False, "next_unit")],
)  # fmt: skip
def test_no_decline_without_a_reason_and_a_next(world, reason, next_unit, goes_back, field):
    handover = world.offer(world.case())
    unit = world.units[next_unit] if next_unit else None
    with pytest.raises(Refused) as refused:
        actions.decline_handover(world.viewer("af_a"), handover.pk, reason, unit, goes_back=goes_back)
    assert refused.value.field == field
    handover.refresh_from_db()
    assert handover.state == rules.OFFERED


@pytest.mark.parametrize("consents", [True, False])
def test_a_decline_goes_on_to_the_next_with_all_that_a_basis_covers(world, consents):
    case = world.case()
    handover = world.offer(case)
    if consents:
        world.consent(case, "kom")
    actions.decline_handover(world.viewer("af_a"), handover.pk, "outside_mission", world.units["kom"])
    following = Handover.objects.get(previous=handover)
    said = handover.brief if consents else ""
    assert (following.to_unit, following.brief, following.state) == (world.units["kom"], said, rules.OFFERED)
    with pytest.raises(Refused):
        actions.decline_handover(world.viewer("kom_a"), following.pk, "not_ready", world.units["af"])
    actions.accept_handover(world.viewer("kom_a"), following.pk, contact_in(2))
    assert holder(case) == world.posts["kom_a" if consents else "fk_a"].pk, "not told who it is, they meet first"


def test_a_decline_back_makes_the_way_forward_the_next_step(world):
    case = world.case()
    actions.decline_handover(world.viewer("af_a"), world.offer(case).pk, "not_ready", None, goes_back=True)
    case.refresh_from_db()
    assert "avböjdes" in case.next_step
    assert case.next_step_on == days.add_working_days(clock.today(), 3)
    assert case.past_steps.get().text == "Ring"


def test_a_case_cannot_be_closed_or_offered_anew_under_an_open_handover(world):
    case = world.case()
    handover = world.offer(case)
    for act in (lambda: world.offer(case, "kom"), lambda: close(world.viewer("fk_a"), case.pk, "work", "Chefen")):
        with pytest.raises(Overtaken):
            act()
    actions.withdraw_handover(world.viewer("fk_a"), handover.pk)
    close(world.viewer("fk_a"), case.pk, "work", "Chefen")


def test_the_first_contact_is_recorded_with_what_follows(world):
    case = world.case()
    handover = world.offer(case)
    actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    contact.rebook_contact(world.viewer("af_a"), handover.pk, contact_in(9), "Sjuk")
    case.refresh_from_db()
    assert case.next_step_on == (clock.today() + timedelta(days=9))
    with pytest.raises(Refused, match="(?i)skriv vad"):
        world.record_contact("af_a", handover, next_step="")
    world.record_contact("af_a", handover)
    case.refresh_from_db()
    handover.refresh_from_db()
    assert (handover.state, case.next_step) == (rules.COMPLETED, "Kartläggning")


def test_a_first_contact_within_a_pause_ends_the_pause(world):
    from handslag.cases.actions import suspend

    case, receiver = world.case(), world.viewer("af_a")
    handover = world.offer(case)
    actions.accept_handover(receiver, handover.pk, contact_in(3))
    suspend(receiver, case.pk, clock.today() + timedelta(days=28), "treatment")
    contact.rebook_contact(receiver, handover.pk, contact_in(40))
    case.refresh_from_db()
    assert case.suspended_until
    contact.rebook_contact(receiver, handover.pk, contact_in(5))
    case.refresh_from_db()
    assert not case.suspended_until and case.next_step_on == clock.today() + timedelta(days=5)


def race(*acts) -> list:
    """Runs all acts at once, each on a connection of its own; returns what each gave or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        barrier.wait()
        try:
            results[index] = act()
        except Exception as error:  # the test looks at it
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("rival", ["accept", "withdraw", "decline", "close"])
def test_of_two_hands_at_the_same_instant_one_wins_and_the_other_is_told(lasting_world, rival, turn):
    world = lasting_world
    case = world.case()
    handover = world.offer(case)
    first, second, sender = (world.viewer(name) for name in ("af_a", "af_b", "fk_a"))
    rivals = {
        "accept": lambda: actions.accept_handover(second, handover.pk, contact_in(4)),
        "withdraw": lambda: actions.withdraw_handover(sender, handover.pk),
        "decline": lambda: actions.decline_handover(second, handover.pk, "not_ready", None, goes_back=True),
        "close": lambda: close(sender, case.pk, "work", "Chefen"),
    }
    results = race(lambda: actions.accept_handover(first, handover.pk, contact_in(3)), rivals[rival])
    losers = [r for r in results if isinstance(r, Exception)]
    assert len(losers) == 1
    assert isinstance(losers[0], Overtaken | NotAllowed), losers[0]
    handover.refresh_from_db()
    winner = handover.accepted_by_id or world.posts["fk_a"].pk
    assert holder(case) == winner


@pytest.mark.parametrize("turn", range(3))
def test_nobody_leaves_while_a_case_arrives(lasting_world, turn):
    """Ending a post and handing it a case at once: never both."""
    from handslag.cases.actions import reassign
    from handslag.parties.actions import end_post
    from handslag.parties.models import Post

    world = lasting_world
    case, lead = world.case(), world.viewer("fk_lead")
    results = race(
        lambda: reassign(lead, [case.public_id], world.posts["fk_b"]), lambda: end_post(lead, world.posts["fk_b"])
    )
    assert sum(isinstance(r, Refused) for r in results) == 1, results
    assert Post.objects.get(pk=holder(case)).is_active


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time")
def test_two_offers_of_one_case_at_once(lasting_world):
    world = lasting_world
    case = world.case()
    results = race(lambda: world.offer(case, "af"), lambda: world.offer(case, "kom"))
    assert sum(isinstance(r, Overtaken) for r in results) == 1, results
    assert Handover.objects.filter(state__in=rules.OPEN).count() == 1


def test_only_the_unit_that_it_was_offered_to_accepts_also_by_direct_sql(world):
    handover = world.offer(world.case())
    accept = (
        "UPDATE handovers_handover SET state = 'accepted', answered_at = offered_at, "
        "first_contact_at = proposed_contact_at, accepted_by_id = %s"
    )
    for stranger in ("kom_a", "fk_b", "af_officer"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(accept, [world.posts[stranger].pk])
    handover.refresh_from_db()
    assert handover.state == rules.OFFERED


def test_a_contact_is_not_noted_before_its_time(world):
    handover = world.offer(world.case())
    actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    receiver = world.viewer("af_a")
    for act in (
        lambda: contact.record_contact(receiver, handover.pk, "held", "Kartläggning", clock.today()),
        lambda: contact.miss_contact(receiver, handover.pk, contact_in(5)),
    ):
        with pytest.raises(Refused, match="bokad till") as refused:
            act()
        assert refused.value.field == "contact_result"
    handover.refresh_from_db()
    assert (handover.state, handover.missed_since) == (rules.ACCEPTED, None)


@pytest.mark.parametrize("verb", ["miss_contact", "rebook_contact"])
def test_who_was_not_reached_is_not_met_and_it_climbs_from_the_first_time(world, browse, verb):
    case = world.case(livelihood_ends_on=clock.today() + timedelta(days=60))
    handover = world.offer(case)
    actions.accept_handover(world.viewer("af_a"), handover.pk, contact_in(1))
    booked = Handover.objects.get().first_contact_at
    assert not unprepared(Case.objects.all(), clock.today()), "a contact is booked"
    with time_machine.travel(booked + timedelta(days=1), tick=False):
        for days_on in (5, 9):
            with time_machine.travel(clock.now() + timedelta(days=days_on), tick=False):
                getattr(contact, verb)(world.viewer("af_a"), handover.pk, contact_in(3), "Svarade inte")
        handover.refresh_from_db()
        assert (handover.state, handover.contact_result, handover.missed_since) == (rules.ACCEPTED, "", booked)
        assert list(unprepared(Case.objects.all(), clock.today())) == [case], "nobody has been met"
        with pytest.raises(Overtaken):
            close(world.viewer("af_a"), case.pk, "work", "Chefen")
    on = clock.day_of(booked) + timedelta(days=12)
    with time_machine.travel(booked + timedelta(days=12), tick=False):
        (wait,) = (wait for wait in waits(on, range(case.pk, case.pk + 1)) if wait.kind == "missed_contact")
        assert wait.since == clock.day_of(booked)
        go_round()
        assert Escalation.objects.filter(kind="missed_contact", cleared_on=None).count() >= 2
        assert not prove(on)["3"].broken
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.update(missed_since=None)
        page = browse("af_a").get(reverse("handover", args=[handover.public_id])).content.decode()
        assert "nådde inte personen" in page or verb == "rebook_contact"
