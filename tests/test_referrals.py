"""The referral and the waiting list, step by step: whose each step is, what it leaves, and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from handslag.cases import actions as cases
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.referrals import actions, line, rules
from handslag.referrals.models import Move, Referral, Unmet
from handslag.referrals.queries import line_of

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
