"""The referral and the waiting list, step by step: whose each step is, what it leaves, and what the database refuses."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from handslag.cases import actions as cases
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.referrals import actions, line, rules
from handslag.referrals.models import Move, Referral, Unmet
from handslag.referrals.pages import parts
from handslag.referrals.queries import line_of
from handslag.rights.protection import protect
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from handslag.watch.queries import waits
from tests.test_handovers import race
from tests.worlds import contact_in

TODAY = clock.today()
SOON = TODAY + timedelta(days=20)


@pytest.fixture
def measure(world):
    return world.staffed()


def waiting(world, measure, holder="fk_a", reason="no_place") -> Referral:
    referral = world.refer(world.case(holder), measure)
    return line.put_on_list(world.viewer("measure"), referral.pk, line.Waits(reason))


def order(measure) -> list[int]:
    return [referral.pk for referral in line_of(measure.pk)]


def test_from_a_referral_by_a_question_to_a_place(world, measure):
    case = world.case()
    referral = world.refer(case, measure)
    actions.ask_referrer(world.viewer("measure"), referral.pk, "Vilka dagar?")
    actions.answer_measure(world.viewer("fk_a"), referral.pk, "Måndagar.")
    line.accept_referral(world.viewer("measure"), referral.pk, SOON)
    referral.refresh_from_db()
    case.refresh_from_db()
    assert (referral.state, referral.starts_on) == (rules.ACCEPTED, SOON)
    assert case.holder_id == world.posts["fk_a"].pk, "who holds does not change"
    assert [m.verb for m in referral.messages.order_by("id")] == ["refer", "ask", "answer", "accept"]


def test_the_list_keeps_the_order_in_which_they_came(world, measure):
    staff = world.viewer("measure")
    first, second, third = (waiting(world, measure) for _ in range(3))
    assert order(measure) == [first.pk, second.pk, third.pk]
    late = world.refer(world.case(), measure)
    with pytest.raises(Overtaken):
        line.accept_referral(staff, late.pk, SOON)
    with pytest.raises(Overtaken):
        line.offer_place(staff, second.pk, SOON, SOON)
    line.move_in_line(staff, third.pk, 1, "benefit_ends")
    assert order(measure) == [third.pk, first.pk, second.pk]
    line.offer_place(staff, third.pk, SOON, TODAY)
    line.pass_place(world.viewer("fk_a"), third.pk)
    assert order(measure) == [first.pk, third.pk, second.pk]
    line.offer_place(staff, first.pk, SOON, TODAY)
    line.take_place(world.viewer("fk_a"), first.pk)
    assert Referral.objects.get(pk=first.pk).state == rules.ACCEPTED
    assert list(Move.objects.order_by("id").values_list("reason", "from_place", "to_place")) == [
        ("benefit_ends", 3, 1),
        ("passed_place", 1, 2),
    ]


@pytest.mark.parametrize("holder", ["fk_a", "kom_b"])
def test_staff_read_what_their_unit_is_told_and_reach_no_case(world, measure, browse, holder):
    case = world.case(holder)
    told = world.refer(case, measure)
    other = world.refer(world.case(), measure, consents=False)
    staff = browse("measure")
    assert "Test Person" in staff.get(f"/referrals/{told.public_id}/").content.decode()
    hidden = staff.get(f"/referrals/{other.public_id}/").content.decode()
    assert "Test Person" not in hidden and "En person" in hidden
    page = staff.get("/referrals/").content.decode()
    assert page.count("Test Person") == 1 and staff.get(f"/cases/{case.public_id}/").status_code == 403
    for stranger in ("af_a", "hylte_lead", "analyst", "association"):
        assert browse(stranger).get(f"/referrals/{told.public_id}/").status_code in (403, 404), stranger


def test_without_a_basis_no_word_passes_either_way(world, measure):
    case = world.case()
    world.refer(case, measure, consents=False)
    with pytest.raises(NotAllowed):
        actions.refer(world.viewer("fk_b"), case.pk, actions.Asked(measure, world.units["kom"]))
    other = world.case()
    with pytest.raises(Refused) as refused:
        actions.refer(world.viewer("fk_a"), other.pk, actions.Asked(measure, world.units["kom"], "Ord"))
    assert refused.value.field == "asked_for"
    referral = Referral.objects.get()
    with pytest.raises(Refused):
        actions.ask_referrer(world.viewer("measure"), referral.pk, "Varför?")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO referrals_referral (public_id, case_id, measure_id, to_unit_id, referrer_id, asked_for, "
            "offered_at, awaiting_since, state, wait_reason, decline_reason) SELECT %s, %s, measure_id, to_unit_id, "
            "referrer_id, 'Ord', offered_at, awaiting_since, state, '', '' FROM referrals_referral",
            [other.public_id.hex if connection.vendor == "sqlite" else other.public_id, other.pk],
        )


def test_a_no_stands_with_the_holder_and_is_kept_for_the_analysis_of_needs_without_the_person(world, measure, browse):
    case = world.case()
    referral = world.refer(case, measure)
    other = world.measure()
    actions.decline_referral(world.viewer("measure"), referral.pk, "too_far", other, "Tyvärr.")
    unmet = Unmet.objects.values("measure", "asked_for", "municipality_code", "target_groups", "reason", "month").get()
    assert unmet == {
        "measure": measure.pk, "asked_for": "activating", "municipality_code": "1380", "target_groups": "long_term_sick",
        "reason": "too_far", "month": TODAY.replace(day=1),
    }  # fmt: skip
    fk = browse("fk_a")
    assert "Insatser som sagt nej" in fk.get("/my-work/").content.decode()
    assert "Remittera dit" in fk.get(f"/referrals/{referral.public_id}/").content.decode()
    answer = fk.post(f"/referrals/{referral.public_id}/settle/", {})
    assert answer.status_code == 302, answer.content.decode()
    assert "Insatser som sagt nej" not in fk.get("/my-work/").content.decode()


def test_everything_else_of_the_case_goes_on_meanwhile(world, measure):
    case, viewer = world.case(), world.viewer("fk_a")
    referral = world.refer(case, measure)
    assert world.refer(case, world.staffed(name="En till")).state == rules.OFFERED
    with pytest.raises(Overtaken):
        world.refer(case, measure)
    cases.take_next_step(viewer, case.pk, "Ring", SOON)
    cases.suspend(viewer, case.pk, SOON, "treatment")
    cases.resume(viewer, case.pk)
    cases.change_livelihood(viewer, case.pk, "wage", None, TODAY, None)
    world.meeting(case)
    with pytest.raises(Overtaken):
        cases.close(viewer, case.pk, "work", "Chefen")
    for going in case.referrals.all():
        actions.withdraw_referral(viewer, going.pk)
    with pytest.raises(Overtaken):
        line.accept_referral(world.viewer("measure"), referral.pk, SOON)


TAMPERINGS = {
    "the list is jumped": "UPDATE referrals_referral SET state = 'invited', starts_on = '{soon}', answer_by = '{soon}' "
    "WHERE id = {last}",
    "a turn changes without a reason": "UPDATE referrals_referral SET turn = -5 WHERE id = {last}",
    "a place is taken past the list": "UPDATE referrals_referral SET state = 'accepted', starts_on = '{soon}', "
    "answered_at = offered_at, said_yes_at = offered_at WHERE id = {new}",
    "who comes comes first": "UPDATE referrals_referral SET state = 'waiting', turn = 1, wait_reason = 'no_place', "
    "waiting_since = offered_at, said_yes_at = offered_at WHERE id = {new}",
    "a move without a reason": "INSERT INTO referrals_move (referral_id, turn, from_place, to_place, reason, by_id, at) "
    "SELECT id, -5, 2, 1, '', referrer_id, offered_at FROM referrals_referral WHERE id = {last}",
    "who does not wait is moved": "INSERT INTO referrals_move (referral_id, turn, from_place, to_place, reason, by_id, "
    "at) SELECT id, -5, 2, 1, 'mistake', referrer_id, offered_at FROM referrals_referral WHERE id = {new}",
    "somebody else is referred": "UPDATE referrals_referral SET case_id = case_id + 1 WHERE id = {new}",
    "a referral goes": "DELETE FROM referrals_referral WHERE id = {new}",
    "a step that there is not": "UPDATE referrals_referral SET state = 'asked' WHERE id = {last}",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_direct_sql_cannot_change_the_line(world, measure, tampering):
    waiting(world, measure)
    last, new = waiting(world, measure), world.refer(world.case(), measure)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAMPERINGS[tampering].format(last=last.pk, new=new.pk, soon=SOON))


def test_no_more_have_a_place_than_there_are(world):
    measure, staff = world.staffed(places=1), world.viewer("measure")
    first, second = (world.refer(world.case(), measure) for _ in range(2))
    line.accept_referral(staff, first.pk, SOON)
    with pytest.raises(Refused, match="ledig"):
        line.accept_referral(staff, second.pk, SOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.filter(pk=second.pk).update(
            state=rules.ACCEPTED, starts_on=SOON, answered_at=clock.now(), said_yes_at=clock.now()
        )
    line.put_on_list(staff, second.pk, line.Waits("no_place"))
    with pytest.raises(Refused, match="ledig"):
        line.offer_place(staff, second.pk, SOON, SOON)
    line.leave_place(staff, first.pk)
    line.offer_place(staff, second.pk, SOON, SOON)
    line.take_place(world.viewer("fk_a"), second.pk)


def test_of_sixteen_accepts_at_once_no_more_win_than_there_are_places_and_each_loser_is_told(lasting_world):
    world = lasting_world
    measure, staff = world.staffed(places=3), world.viewer("measure")
    referrals = [world.refer(world.case(), measure) for _ in range(16)]
    results = race(*(lambda pk=r.pk: line.accept_referral(staff, pk, SOON) for r in referrals))
    won = [result for result in results if isinstance(result, Referral)]
    lost = [result for result in results if isinstance(result, Refused)]
    assert (len(won), len(lost)) == (3, 13), results
    assert all(error.message for error in lost)
    assert Referral.objects.filter(state=rules.ACCEPTED).count() == 3


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("rival", ["withdraw", "decline", "wait"])
def test_of_two_hands_at_the_same_instant_one_wins_and_the_other_is_told(lasting_world, rival, turn):
    world = lasting_world
    referral = world.refer(world.case(), world.staffed())
    staff, fk = world.viewer("measure"), world.viewer("fk_a")
    rivals = {
        "withdraw": lambda: actions.withdraw_referral(fk, referral.pk),
        "decline": lambda: actions.decline_referral(world.viewer("kom_lead"), referral.pk, "full"),
        "wait": lambda: line.put_on_list(staff, referral.pk, line.Waits("no_place")),
    }
    results = race(lambda: line.accept_referral(staff, referral.pk, SOON), rivals[rival])
    won = [result for result in results if isinstance(result, Referral)]
    told = [result for result in results if isinstance(result, Refused)]
    referral.refresh_from_db()
    if rival == "decline" and len(won) == 2:
        assert referral.state == rules.DECLINED and referral.said_yes_at, "a no after the yes"
        return
    assert (len(won), len(told)) == (1, 1), results
    assert referral.state == won[0].state


@pytest.mark.parametrize("rival", ["come", "move"])
def test_two_who_change_the_line_at_once_leave_one_order(lasting_world, rival):
    world = lasting_world
    measure, staff = world.staffed(), world.viewer("measure")
    first, second, third = (waiting(world, measure) for _ in range(3))
    new = world.refer(world.case(), measure)
    rivals = {
        "come": lambda: line.put_on_list(staff, new.pk, line.Waits("no_place")),
        "move": lambda: line.move_in_line(staff, second.pk, 1, "mistake"),
    }
    results = race(lambda: line.move_in_line(staff, third.pk, 1, "benefit_ends"), rivals[rival])
    assert all(isinstance(result, Referral) for result in results), results
    turns = list(Referral.objects.filter(state=rules.WAITING).values_list("turn", flat=True))
    assert len(set(turns)) == len(turns)
    if rival == "come":
        assert order(measure) == [third.pk, first.pk, second.pk, new.pk]
    else:
        assert order(measure)[2] == first.pk


def test_silence_climbs_on_both_sides_and_a_no_after_a_yes_has_a_name_of_its_own(world, measure):
    late = TODAY + timedelta(days=9)
    kinds = lambda on: {w.kind: w for w in waits(on, range(10**9))}  # noqa: E731
    referral = world.refer(world.case(), measure)
    owed = kinds(TODAY)["unanswered_referral"]
    assert (owed.owers, owed.unit_id) == ((world.posts["measure"].pk,), world.units["kom"].pk)
    with time_machine.travel(clock.midnight(late)):
        go_round()
        climbed = Escalation.objects.get(kind="unanswered_referral", rung=1)
        assert climbed.calls.get().post == world.posts["kom_lead"]
        actions.ask_referrer(world.viewer("measure"), referral.pk, "Vad?")
        assert kinds(late)["unanswered_measure_question"].owers == (world.posts["fk_a"].pk,)
        actions.answer_measure(world.viewer("fk_a"), referral.pk, "Så.")
        line.put_on_list(world.viewer("measure"), referral.pk, line.Waits("no_place"))
        assert kinds(late)["free_place"].since == late, "the place was free, and nobody was offered it"
        line.offer_place(world.viewer("measure"), referral.pk, late, late)
        assert not kinds(late).keys() & {"free_place", "unanswered_place"}
        day_after = late + timedelta(days=1)
        assert kinds(day_after)["unanswered_place"].since == late
        actions.decline_referral(world.viewer("kom_lead"), referral.pk, "called_off")
        assert kinds(day_after)["referral_no_after_yes"].owers == (world.posts["fk_a"].pk,)
        actions.settle_no(world.viewer("fk_lead"), referral.pk)
        assert not {kind for kind in kinds(day_after) if "referral" in kind}


@pytest.mark.parametrize("kind", ["unanswered_referral", "unanswered_measure_question"])
def test_the_proof_finds_a_referral_whose_silence_reached_nobody(world, measure, kind):
    referral = world.refer(world.case(next_step_on=TODAY + timedelta(days=40)), measure)
    if kind == "unanswered_measure_question":
        actions.ask_referrer(world.viewer("measure"), referral.pk, "Vad?")
    late = TODAY + timedelta(days=20)
    with time_machine.travel(clock.midnight(late)):
        go_round()
        before = prove(late)["3"]
        Escalation.objects.filter(kind=kind).update(cleared_on=late)
        after = prove(late)["3"]
    assert (before.broken, after.broken) == (0, 1)


def test_who_waits_for_a_day_ahead_is_not_waited_with(world, measure):
    referral = world.refer(world.case(), measure)
    line.put_on_list(world.viewer("measure"), referral.pk, line.Waits("group_start", SOON))
    assert not [wait for wait in waits(TODAY, range(10**9)) if wait.kind == "free_place"]
    (wait,) = [wait for wait in waits(SOON, range(10**9)) if wait.kind == "free_place"]
    assert wait.since == SOON


def test_referrer_and_person_read_place_reason_and_every_change(world, measure, browse):
    first, second = waiting(world, measure), waiting(world, measure)
    third = world.refer(world.case(), measure)
    line.put_on_list(world.viewer("measure"), third.pk, line.Waits("group_start", SOON))
    line.move_in_line(world.viewer("measure"), second.pk, 1, "benefit_ends")
    page = browse("fk_a").get(f"/referrals/{third.public_id}/").content.decode()
    assert f"plats 3; väntar på gruppstart {SOON}" in page
    page = browse("fk_a").get(f"/referrals/{first.public_id}/").content.decode()
    assert (
        "plats 2" in page
        and "någon annan flyttades från plats 2 till 1" in page
        and "ersättning tar snart slut" in page
    )
    (told,) = parts.own(third.case.person.subject)["referrals"]
    assert told["waits"] == f"plats 3; väntar på gruppstart {SOON}"
    (told,) = parts.own(first.case.person.subject)["referrals"]
    assert "plats 2" in told["waits"] and [move.why for move in told["moves"]] == [
        "Personens ersättning tar snart slut"
    ]
    assert parts.own("nobody") is None


def test_between_two_turns_forty_moves_find_room_and_the_next_is_refused_in_words():
    before, after, found = 0, rules.GAP, 0
    while (turn := rules.turn_before(after, [before, after])) is not None:
        assert before < turn < after
        before, found = turn, found + 1
    assert found == 40
    assert rules.turn_before(rules.GAP, [rules.GAP]) == 0, "before the first there is always room"


def test_free_places_stand_in_the_catalogue_and_are_a_filter(world, browse):
    full, free = world.staffed(places=1), world.staffed(name="Blå steget", places=2)
    for measure in (full, free):
        line.accept_referral(world.viewer("measure"), world.refer(world.case(), measure).pk, SOON)
    everyone = browse("hylte_a")
    page = everyone.get("/measures/").content.decode()
    assert "0 av 1 plats ledig" in page and "1 av 2 platser lediga" in page
    filtered = everyone.get("/measures/", {"has_free_places": "on"}).content.decode()
    assert "Blå steget" in filtered and "Gröna steget" not in filtered
    client = Client(headers={"Authorization": f"Bearer {world.token('kom')}"})
    found = client.get("/api/v1/measures", {"has_free_places": "true"}).json()["items"]
    assert [(item["name"], item["free_places"]) for item in found] == [("Blå steget", 1)]


def test_after_a_handover_the_new_holder_answers_and_the_old_one_does_not(world, measure):
    case = world.case()
    referral = world.refer(case, measure)
    taken = handovers.accept_handover(world.viewer("af_a"), world.offer(case).pk, contact_in(2))
    world.record_contact("af_a", taken)
    world.consent(case, "kom")
    actions.ask_referrer(world.viewer("measure"), referral.pk, "Vilka dagar?")
    with pytest.raises(NotAllowed):
        actions.answer_measure(world.viewer("fk_a"), referral.pk, "Tisdag.")
    actions.answer_measure(world.viewer("af_a"), referral.pk, "Tisdag.")
    (owed,) = [wait for wait in waits(TODAY, range(10**9)) if wait.kind == "unanswered_referral"]
    assert owed.other_party_id == world.parties["af"].pk


def test_what_nobody_answers_stands_on_my_work_and_the_board_of_those_who_must(world, measure, browse):
    declined, invited = world.refer(world.case(), measure), waiting(world, measure)
    actions.decline_referral(world.viewer("measure"), declined.pk, "full")
    line.offer_place(world.viewer("measure"), invited.pk, SOON, TODAY)
    new = world.refer(world.case(), measure)
    for name, address in (("fk_a", "/my-work/"), ("fk_officer", "/watch/"), ("fk_lead", "/watch/")):
        page = browse(name).get(address).content.decode()
        for referral in (declined, invited):
            assert str(referral.public_id) in page, (name, address)
    assert str(new.public_id) in browse("kom_lead").get("/my-work/").content.decode()
    assert str(new.public_id) not in browse("kom_a").get("/my-work/").content.decode()


def test_a_protected_person_leaves_no_words(world, measure, browse):
    case = world.case()
    referral = world.refer(case, measure)
    actions.ask_referrer(world.viewer("measure"), referral.pk, "Var bor hon?")
    protect(world.viewer("fk_a"), case.pk)
    referral.refresh_from_db()
    assert referral.asked_for == "" and not [m.text for m in referral.messages.all() if m.text]
    assert "Test Person" not in browse("measure").get(f"/referrals/{referral.public_id}/").content.decode()
