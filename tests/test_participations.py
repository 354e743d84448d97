"""Taking part in a measure: the start, the end and what came of it; whose each step is, and what the database refuses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from handslag.cases import actions as cases
from handslag.cases.reopening import reopen
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.measures.actions import change_measure
from handslag.measures.models import Measure
from handslag.measures.queries import free_places
from handslag.participations import actions, anonymous, queries, rules
from handslag.participations.models import Anonymous, Interruption, Participation
from handslag.participations.waits import FOLLOW_UP, waits
from handslag.plans.rules import months_after, months_before
from handslag.referrals import actions as referrals
from handslag.referrals import line
from handslag.referrals.models import Referral
from tests.test_handovers import race
from tests.worlds import described

TODAY = clock.today()


def days_ago(days: int):
    return clock.today() - timedelta(days=days)


@pytest.fixture
def measure(world):
    return world.staffed(places=2, starts_on=days_ago(800))


def placed(world, measure, holder="fk_a", *, consents=True) -> Referral:
    referral = world.refer(world.case(holder), measure, consents=consents)
    return line.accept_referral(world.viewer("measure"), referral.pk, clock.today())


def started(world, measure, holder="fk_a", days=30, *, consents=True, **before) -> Participation:
    referral = placed(world, measure, holder, consents=consents)
    given = {"livelihood": "sickness_benefit", "occupation": "other", **before}
    about = actions.Before(days_ago(days), "long_term_sick", **given)
    return actions.start_participation(world.viewer("measure"), referral.pk, about)


def after(days=0, **changes) -> actions.After:
    given = {
        "ended_on": days_ago(days),
        "outcome": "work",
        "livelihood": "wage",
        "occupation": "work_subsidised",
        "next_step": "Börja jobba.",
    }
    return actions.After(**{"reason": "completed", **given, **changes})


def test_from_the_first_day_to_the_last_and_the_holder_takes_it_in_hand(world, measure, browse):
    one, staff = started(world, measure), world.viewer("measure")
    actions.interrupt(staff, one.pk, days_ago(10), "illness")
    assert free_places([measure])[measure.pk] == 1, "who is away keeps the place"
    actions.come_back(staff, one.pk, days_ago(5))
    actions.note_attendance(staff, one.pk, days_ago(4), came=True)
    actions.end_participation(staff, one.pk, after())
    assert free_places([measure])[measure.pk] == 2
    fk = browse("fk_a")
    assert "Insatser som har avslutats" in fk.get("/my-work/").content.decode()
    page = fk.get(f"/participations/{one.public_id}/").content.decode()
    assert "Börja jobba." in page and "3 steg närmare arbete" in page and "Återfått arbetsförmåga" in page
    assert fk.post(f"/participations/{one.public_id}/see/", {}).status_code == 302
    assert "Insatser som har avslutats" not in fk.get("/my-work/").content.decode()
    assert "Gröna steget" in fk.get(f"/cases/{one.referral.case.public_id}/").content.decode()


def test_an_end_says_why_what_came_of_it_and_what_is_next(world, measure):
    one, staff = started(world, measure), world.viewer("measure")
    for wrong, field in (
        ({"reason": ""}, "end_reason"),
        ({"reason": "mis_registered"}, "end_reason"),
        ({"outcome": ""}, "outcome"),
        ({"next_step": " "}, "next_step"),
        ({"days": 31}, "ended_on"),
        ({"days": -1}, "ended_on"),
        ({"livelihood": "gold"}, "livelihood_after"),
    ):
        with pytest.raises(Refused) as refused:
            actions.end_participation(staff, one.pk, after(**wrong))
        assert refused.value.field == field, wrong
    actions.end_participation(staff, one.pk, after(reason="deceased", next_step=""))
    with pytest.raises(Overtaken):
        actions.end_participation(staff, one.pk, after())


def test_words_pass_to_the_holder_by_a_basis_alone(world, measure):
    one, staff = started(world, measure, consents=False), world.viewer("measure")
    with pytest.raises(Refused) as refused:
        actions.end_participation(staff, one.pk, after())
    assert refused.value.field == "next_step"
    actions.end_participation(staff, one.pk, after(next_step=""))


def test_staff_see_their_own_and_what_a_basis_shows_and_reach_no_case(world, measure, browse):
    told, hidden = started(world, measure), started(world, measure, consents=False)
    staff = browse("measure")
    page = staff.get("/participations/").content.decode()
    assert page.count("Test Person") == 1 and "En person" in page
    assert "Test Person" not in staff.get(f"/participations/{hidden.public_id}/").content.decode()
    assert staff.get(f"/cases/{told.referral.case.public_id}/").status_code == 403
    for stranger in ("af_a", "hylte_lead", "analyst", "association"):
        assert browse(stranger).get(f"/participations/{told.public_id}/").status_code in (403, 404), stranger


def test_only_the_measures_staff_and_the_holder_take_their_steps(world, measure):
    one = started(world, measure)
    for viewer in ("fk_a", "af_a", "association", "analyst"):
        with pytest.raises(NotAllowed):
            actions.end_participation(world.viewer(viewer), one.pk, after())
    with pytest.raises(NotAllowed):
        actions.see_end(world.viewer("measure"), one.pk)


def test_a_place_is_kept_while_somebody_takes_part_and_the_case_stays_open(world, measure):
    one, staff = started(world, measure), world.viewer("measure")
    started(world, measure)
    with pytest.raises(Overtaken):
        line.leave_place(staff, one.referral_id)
    with pytest.raises(Overtaken):
        referrals.decline_referral(staff, one.referral_id, "full")
    with pytest.raises(Overtaken):
        cases.close(world.viewer("fk_a"), one.referral.case_id, "work", "Arbetsgivaren")
    with pytest.raises(Refused):
        change_measure(world.viewer("association"), measure.pk, measure.changed_at, replace(described(world), places=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(places=1)
    with pytest.raises(Overtaken):
        actions.start_participation(staff, one.referral_id, actions.Before(TODAY, "long_term_sick"))


def test_what_was_registered_by_mistake_leaves_the_statistics_also_after_its_end(world, measure):
    staff = world.viewer("measure")
    first, second = started(world, measure), started(world, measure)
    actions.mis_register(staff, first.pk)
    actions.end_participation(staff, second.pk, after())
    actions.mis_register(staff, second.pk)
    assert set(Participation.objects.values_list("end_reason", flat=True)) == {rules.MIS_REGISTERED}
    assert free_places([measure])[measure.pk] == 2
    from handslag.participations.microdata import participations

    assert not list(participations(days_ago(400), TODAY))


def test_somebody_moves_between_measures_and_takes_part_again(world, measure):
    one, staff = started(world, measure), world.viewer("measure")
    other = world.staffed(name="Röda steget")
    case = one.referral.case
    referral = referrals.refer(world.viewer("fk_a"), case.pk, referrals.Asked(other, world.units["kom"], "Ord"))
    line.accept_referral(staff, referral.pk, TODAY)
    two = actions.start_participation(staff, referral.pk, actions.Before(TODAY, "long_term_sick", moved_from=one))
    assert two.moved_from == one and Participation.objects.filter(ended_on=None).count() == 2, "several at once"
    stranger = placed(world, measure)
    with pytest.raises(Refused) as refused:
        actions.start_participation(staff, stranger.pk, actions.Before(TODAY, "long_term_sick", moved_from=one))
    assert refused.value.field == "moved_from"


def test_a_participant_without_a_name_takes_a_place_and_nothing_else_is_kept(world, measure, browse):
    staff, unit = world.viewer("measure"), world.units["kom"]
    nobody = anonymous.note_anonymous(staff, unit.pk, measure.pk, "woman", TODAY.year)
    started(world, measure)
    assert free_places([measure])[measure.pk] == 0
    with pytest.raises(Refused):
        anonymous.note_anonymous(staff, unit.pk, measure.pk, "man", TODAY.year)
    late = world.refer(world.case(), measure)
    with pytest.raises(Refused):
        line.accept_referral(staff, late.pk, TODAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.filter(pk=late.pk).update(
            state="accepted", starts_on=TODAY, said_yes_at=clock.now(), answered_at=clock.now()
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Anonymous.objects.create(measure=measure, unit=unit, sex="man", start_year=TODAY.year)
    assert browse("measure").post(f"/participations/anonymous/{nobody.public_id}/left/").status_code == 302
    assert free_places([measure])[measure.pk] == 1
    assert {f.name for f in Anonymous._meta.fields} == {
        "id",
        "public_id",
        "measure",
        "unit",
        "sex",
        "start_year",
        "has_left",
    }
    for stranger in ("fk_a", "association"):
        with pytest.raises(NotAllowed):
            anonymous.note_anonymous(world.viewer(stranger), unit.pk, measure.pk, "man", TODAY.year)


def test_of_sixteen_who_take_places_at_once_three_win_with_and_without_a_name_and_each_loser_is_told(lasting_world):
    world = lasting_world
    measure, staff, unit = world.staffed(places=3), world.viewer("measure"), world.units["kom"]
    named = [world.refer(world.case(), measure).pk for _ in range(8)]
    acts = [lambda pk=pk: line.accept_referral(staff, pk, clock.today()) for pk in named]
    nameless = [lambda: anonymous.note_anonymous(staff, unit.pk, measure.pk, "man", TODAY.year)] * 8
    results = race(*(act for both in zip(acts, nameless, strict=True) for act in both))
    won = [result for result in results if isinstance(result, Referral | Anonymous)]
    lost = [result for result in results if isinstance(result, Refused)]
    assert (len(won), len(lost)) == (3, 13), results
    assert all("ledig" in error.message for error in lost)
    assert Referral.objects.filter(state="accepted").count() + Anonymous.objects.count() == 3
    assert free_places([measure]) == {measure.pk: 0}


def test_nobody_starts_in_a_closed_case(world, measure):
    referral, staff = placed(world, measure), world.viewer("measure")
    cases.close(world.viewer("fk_a"), referral.case_id, "work", "Arbetsgivaren")
    about = actions.Before(clock.today(), "long_term_sick")
    with pytest.raises(Overtaken, match="avslutat"):
        actions.start_participation(staff, referral.pk, about)
    with pytest.raises(DatabaseError), transaction.atomic():
        Participation.objects.create(
            referral=referral,
            started_on=clock.today(),
            target_group="long_term_sick",
            started_by=world.posts["measure"],
            started_at=clock.now(),
        )
    reopen(world.viewer("fk_lead"), referral.case_id, "need_returned", world.posts["fk_a"], "Ring", clock.today())
    assert actions.start_participation(staff, referral.pk, about).pk


def test_it_is_asked_how_it_went_after_6_12_and_24_months_also_by_who_held_last(world, measure):
    one, staff = started(world, measure, days=400), world.viewer("measure")
    actions.end_participation(staff, one.pk, after(days=200))
    fk = world.viewer("fk_a")
    assert [found.pk for found in queries.to_follow_up.rows(fk)] == [one.pk]
    cases.close(fk, one.referral.case_id, "work", "Arbetsgivaren")
    with pytest.raises(Refused) as refused:
        actions.follow_up(fk, one.pk, actions.Told(6, is_reached=True))
    assert refused.value.field == "livelihood"
    with pytest.raises(Refused):
        actions.follow_up(fk, one.pk, actions.Told(12, is_reached=False))
    with pytest.raises(NotAllowed):
        actions.follow_up(staff, one.pk, actions.Told(6, is_reached=False))
    actions.follow_up(fk, one.pk, actions.Told(6, is_reached=True, livelihood="wage", occupation="work_unsubsidised"))
    assert not queries.to_follow_up.rows(fk)
    with pytest.raises(Overtaken):
        actions.follow_up(fk, one.pk, actions.Told(6, is_reached=False))


def test_which_follow_up_is_due():
    ended = TODAY.replace(day=15)
    due = [rules.follow_up_due(ended, "completed", (), months_after(ended, m)) for m in (5, 6, 11, 12, 23, 24, 47, 48)]
    assert due == [None, 6, 6, 12, 12, 24, 24, None]
    assert rules.follow_up_due(ended, "completed", {6}, months_after(ended, 7)) is None
    assert rules.follow_up_due(ended, "deceased", (), months_after(ended, 7)) is None
    assert rules.follow_up_due(None, "", (), TODAY) is None


@pytest.mark.parametrize("months", [*rules.FOLLOW_UPS, rules.ASKED_UNTIL])
def test_what_was_so_many_months_ago_is_what_comes_after_so_many(months):
    """Two ways to count agree on each day of five years: 28 February, a leap day and the ends of short months too."""
    for day in (date(2023, 1, 1) + timedelta(days=n) for n in range(5 * 366)):
        last = months_before(day, months)
        assert months_after(last, months) <= day < months_after(last + timedelta(days=1), months), day


@pytest.mark.parametrize("ended", [date(2027, 8, 29), date(2027, 8, 31), date(2027, 11, 30), date(2028, 2, 29)])
def test_at_month_ends_the_list_and_the_form_ask_from_the_same_day(world, measure, ended):
    staff, fk = world.viewer("measure"), world.viewer("fk_a")
    with time_machine.travel(clock.midnight(ended) + timedelta(hours=9), tick=False):
        one = started(world, measure)
        actions.end_participation(staff, one.pk, after(livelihood="", ended_on=ended))
    for months in (6, 12, 24):
        due = months_after(ended, months)
        for day, expected in ((due - timedelta(days=1), None if months == 6 else months // 2), (due, months)):
            with time_machine.travel(clock.midnight(day) + timedelta(hours=9), tick=False):
                assert [found.pk for found in queries.to_follow_up.rows(fk)] == ([one.pk] if expected else []), day
                told = [(wait.about, wait.since) for wait in waits(day, range(10**9)) if wait.kind == FOLLOW_UP]
                assert told == ([(one.public_id, months_after(ended, expected))] if expected else []), day
                assert rules.follow_up_due(ended, "completed", (), day) == expected


def test_nobody_is_away_or_comes_after_the_last_day(world, measure):
    one, staff = started(world, measure), world.viewer("measure")
    actions.interrupt(staff, one.pk, days_ago(20), "illness")
    with pytest.raises(Refused, match=f"borta från {days_ago(20)}") as refused:
        actions.end_participation(staff, one.pk, after(days=21))
    assert refused.value.field == "ended_on"
    actions.come_back(staff, one.pk, days_ago(15))
    with pytest.raises(Refused, match=f"borta till {days_ago(15)}"):
        actions.end_participation(staff, one.pk, after(days=16))
    actions.note_attendance(staff, one.pk, days_ago(9), came=True)
    with pytest.raises(Refused, match=f"kom {days_ago(9)}"):
        actions.end_participation(staff, one.pk, after(days=10))
    actions.note_attendance(staff, one.pk, days_ago(9), came=False)
    actions.end_participation(staff, one.pk, after(days=10))
    for away in Interruption.objects.all():
        assert one.started_on <= away.from_on < away.until_on <= days_ago(10)


def test_an_interruption_that_lasts_is_over_with_the_last_day(world, measure):
    one, staff = started(world, measure), world.viewer("measure")
    actions.interrupt(staff, one.pk, days_ago(20), "illness")
    actions.end_participation(staff, one.pk, after(days=20))
    assert Interruption.objects.get().until_on == days_ago(19)


def test_who_is_away_is_told_so_everywhere(world, measure, browse):
    one = started(world, measure)
    actions.interrupt(world.viewer("measure"), one.pk, days_ago(20), "illness")
    for name, address in (
        ("measure", "/participations/"),
        ("measure", f"/participations/{one.public_id}/"),
        ("fk_a", f"/cases/{one.referral.case.public_id}/"),
    ):
        assert "Borta en tid" in browse(name).get(address).content.decode(), address
    page = browse("measure").get(f"/participations/{one.public_id}/").content.decode()
    assert f"från {days_ago(20)}, pågår, Sjukdom" in page


def test_a_mistake_is_never_the_first_thing_to_press(world, measure, browse):
    one, staff = started(world, measure), world.viewer("measure")
    actions.end_participation(staff, one.pk, after())
    page = browse("measure").get(f"/participations/{one.public_id}/").content.decode()
    assert "/mis-register/" in page and "button--primary" not in page


def test_of_who_has_died_nobody_is_asked(world, measure, browse):
    one, staff, fk = started(world, measure, days=400), world.viewer("measure"), world.viewer("fk_a")
    actions.end_participation(staff, one.pk, after(days=200, reason="deceased", next_step=""))
    assert not queries.to_follow_up.rows(fk)
    assert "/follow-up/" not in browse("fk_a").get(f"/participations/{one.public_id}/").content.decode()
    with pytest.raises(NotAllowed):
        actions.follow_up(fk, one.pk, actions.Told(6, is_reached=False))


def test_what_is_derived_follows_the_written_definitions():
    assert rules.steps_forward("other", "work_unsubsidised") == 4 and rules.steps_forward("studies", "other") == -2
    assert rules.steps_forward("", "other") is None
    assert rules.regained("sickness_benefit", "wage", "work_subsidised") is True
    assert rules.regained("sickness_benefit", "sickness_compensation", "other") is False
    assert rules.regained("sickness_benefit", "wage", "other") is False
    assert rules.regained("social_assistance", "wage", "work_subsidised") is None, "there was nothing to leave"


WRONG = {
    "a start without a place": "INSERT INTO participations_participation (public_id, referral_id, started_on, "
    "target_group, livelihood_before, occupation_before, education, started_by_id, started_at, end_reason, "
    "livelihood_after, occupation_after, outcome, next_step) SELECT {uuid}, {offered}, started_on, target_group, '', "
    "'', '', started_by_id, started_at, '', '', '', '', '' FROM participations_participation WHERE id = {ended}",
    "an end that changes": "UPDATE participations_participation SET ended_on = started_on WHERE id = {ended}",
    "an outcome that changes": "UPDATE participations_participation SET outcome = 'studies' WHERE id = {ended}",
    "words written anew": "UPDATE participations_participation SET next_step = 'Annat' WHERE id = {ended}",
    "an end without a reason": "UPDATE participations_participation SET ended_on = started_on WHERE id = {going}",
    "somebody else takes part": "UPDATE participations_participation SET referral_id = {offered} WHERE id = {going}",
    "a participation goes": "DELETE FROM participations_participation WHERE id = {ended}",
    "a place is given up": "UPDATE referrals_referral SET state = 'ended' WHERE id = {placed}",
    "away before the start": "INSERT INTO participations_interruption (participation_id, from_on, reason, by_id) "
    "SELECT id, '2001-01-01', 'illness', started_by_id FROM participations_participation WHERE id = {going}",
    "followed up before the end": "INSERT INTO participations_followup (participation_id, months, is_reached, "
    "livelihood, occupation, by_id, at) SELECT id, 6, {no}, '', '', started_by_id, started_at FROM "
    "participations_participation WHERE id = {going}",
    "an end before who is away was so": "UPDATE participations_participation SET ended_on = started_on, end_reason = "
    "'completed', ended_by_id = started_by_id, ended_at = started_at WHERE id = {away}",
    "an end before somebody came": "UPDATE participations_participation SET ended_on = started_on, end_reason = "
    "'completed', ended_by_id = started_by_id, ended_at = started_at WHERE id = {going}",
    "attendance before the start": "INSERT INTO participations_attendance (participation_id, day, came, by_id) SELECT id, "
    "'2001-01-01', {no}, started_by_id FROM participations_participation WHERE id = {going}",
    "attendance after the end": "INSERT INTO participations_attendance (participation_id, day, came, by_id) SELECT id, "
    "ended_on, {no}, started_by_id FROM participations_participation WHERE id = {ended}",
    "attendance that changes after the end": "UPDATE participations_attendance SET came = {no} WHERE participation_id = "
    "{ended}",
    "followed up who has died": "INSERT INTO participations_followup (participation_id, months, is_reached, livelihood, "
    "occupation, by_id, at) SELECT id, 6, {no}, '', '', started_by_id, started_at FROM participations_participation "
    "WHERE id = {dead}",
    "the case closes": "UPDATE cases_case SET closed_at = opened_at, outcome = 'work', next_responsible = 'AG' "
    "WHERE id = {case}",
}


@pytest.mark.parametrize("what", WRONG)
def test_the_database_refuses_what_the_steps_do_not_allow(world, measure, what):
    ended, staff = started(world, measure), world.viewer("measure")
    actions.note_attendance(staff, ended.pk, TODAY, came=True)
    actions.end_participation(staff, ended.pk, after())
    dead = started(world, measure)
    actions.end_participation(staff, dead.pk, after(reason="deceased"))
    going, away = started(world, measure), started(world, measure)
    actions.note_attendance(staff, going.pk, TODAY, came=True)
    actions.interrupt(staff, away.pk, days_ago(1), "illness")
    actions.come_back(staff, away.pk, TODAY)
    offered = world.refer(world.case(), measure)
    given = {
        "ended": ended.pk,
        "going": going.pk,
        "offered": offered.pk,
        "placed": going.referral_id,
        "away": away.pk,
        "dead": dead.pk,
    }
    given |= {"case": going.referral.case_id, "no": "false", "uuid": "gen_random_uuid()"}
    given |= {"no": "0", "uuid": "'00000000000000000000000000000001'"} if connection.vendor == "sqlite" else {}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRONG[what].format(**given))
