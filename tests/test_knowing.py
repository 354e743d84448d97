"""The holder knows whom: nobody holds a person whom they have not met and of whom they are not told who it is."""

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handslag.cases.knowing import held_unknown
from handslag.cases.models import Acquaintance, Case
from handslag.cases.searching import found
from handslag.check.proof import prove
from handslag.disclosure.models import Disclosure
from handslag.disclosure.rules import IDENTITY, PLAN
from handslag.foundation import clock, days, guards
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact, rules
from handslag.handovers.models import Handover
from handslag.parties.actions import end_post
from handslag.parties.models import Post
from handslag.persons.models import Person
from handslag.rights.protection import protect
from handslag.sharing import actions as sharing
from handslag.watch.actions import go_round
from handslag.watch.models import Called, Escalation
from tests.worlds import contact_in, numbers


def holder(case) -> str:
    return Case.objects.get(pk=case.pk).holder.user.email.partition("@")[0]


def withdraw_all(world, who: str, case, **told) -> None:
    standing = Disclosure.objects.filter(subject=case.person.subject, ended_at__isnull=True, **told)
    sharing.withdraw(world.viewer(who), list(standing.values_list("pk", flat=True)), case.pk)


def all_is_well() -> bool:
    return not any(finding.broken for finding in prove(clock.today()).values()) and not held_unknown().exists()


@pytest.fixture
def agreed(world):
    """A case that FK has offered AF without the person's consent, and that AF has accepted on the condition."""
    case = world.case(family_name="Hemligsson")
    handover = world.offer(case, consents=False)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    handover.refresh_from_db(), case.refresh_from_db()
    return case, handover


def met(world, handover) -> None:
    with time_machine.travel(handover.first_contact_at, tick=False):
        contact.record_joint_contact(world.viewer("fk_a"), handover.pk, person_agrees=True)


def test_without_a_basis_an_accept_books_a_meeting_and_the_sender_holds(world, agreed, browse):
    case, handover = agreed
    assert handover.state == rules.CONDITIONAL and handover.answered_at is None
    assert holder(case) == "fk_a" and "tillsammans" in case.next_step
    assert case.next_step_on == clock.day_of(handover.first_contact_at)
    for who in ("fk_a", "af_a"):
        assert reverse("handover", args=[handover.public_id]) in browse(who).get(reverse("my-work")).content.decode()
    assert all_is_well()


def test_responsibility_moves_when_they_have_met_and_the_person_agrees(world, agreed, browse):
    case, handover = agreed
    url = reverse("handover-step", args=[handover.public_id, "meet"])
    fk = browse("fk_a")
    assert "bokad till" in fk.post(url, {"person_agrees": "on"}).content.decode(), "not before its time"
    with time_machine.travel(handover.first_contact_at, tick=False):
        fk = browse("fk_a")
        assert fk.post(url).status_code == 200 and holder(case) == "fk_a", "not without the person"
        assert fk.post(url, {"person_agrees": "on"}).status_code == 302
        assert holder(case) == "af_a"
        page = browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()
        assert "Hemligsson" in page and "Identitet och kontakt</strong>: vår egen uppgift" in page
    assert all_is_well()
    known = Acquaintance.objects.get()
    assert (known.case, known.law, known.person.party) == (case, "AF", world.parties["af"])
    for text in (case.person.identity.number, "Hemligsson"):
        assert found(world.viewer("af_a"), text) == {case.pk}


def test_a_partys_system_notes_the_joint_contact_in_the_senders_name(world, agreed):
    case, handover = agreed
    client, url = (
        Client(headers={"Authorization": f"Bearer {world.token('fk')}"}),
        f"/api/v1/handovers/{handover.public_id}/meet",
    )
    sent = {"acting_as": "fk_a@test.example", "person_agrees": True}
    assert client.post(url, sent, content_type="application/json").status_code == 422, "not before its time"
    with time_machine.travel(handover.first_contact_at, tick=False):
        for changes, status in (
            ({"person_agrees": False}, 422),
            ({"acting_as": "fk_b@test.example"}, 403),
            ({}, 200),
            ({}, 403),
        ):
            answer = client.post(url, {**sent, **changes}, content_type="application/json")
            assert answer.status_code == status, answer.content
    assert holder(case) == "af_a" and all_is_well()


def test_the_page_says_before_that_the_accept_is_conditional(world, browse):
    handover = world.offer(world.case(family_name="Hemligsson"), consents=False)
    page = browse("af_a").get(reverse("handover-step", args=[handover.public_id, "accept"])).content.decode()
    assert "Du får inte veta vem personen är" in page and "ansvaret ditt" not in page
    page = browse("af_a").get(reverse("handover", args=[handover.public_id])).content.decode()
    assert "Acceptera, om personen går med på det" in page and "Hemligsson" not in page


def test_each_side_reads_what_is_meant_for_it_and_what_can_be_done_next(world, agreed, browse):
    _case, handover = agreed
    pages = {
        who: browse(who).get(reverse("handover", args=[handover.public_id])).content.decode()
        for who in ("fk_a", "af_a")
    }
    assert "Mottagaren får bara veta" in pages["fk_a"] and "Du får bara veta" not in pages["fk_a"]
    assert "Du får bara veta" in pages["af_a"] and "Mottagaren får bara veta" not in pages["af_a"]
    assert "Flytta den gemensamma första kontakten" in pages["af_a"] and "Acceptera" not in pages["af_a"]
    url, again = reverse("handover-step", args=[handover.public_id, "accept"]), contact_in(4)
    page = browse("af_a").get(url).content.decode()
    assert f'value="{timezone.localtime(handover.first_contact_at):%Y-%m-%dT%H:%M}"' in page
    told = {
        "first_contact_at": f"{timezone.localtime(again):%Y-%m-%dT%H:%M}",
        "holder": str(world.posts["af_a"].public_id),
    }
    assert browse("af_a").post(url, told).status_code == 302
    assert Handover.objects.get().first_contact_at.date() == again.date()


def test_until_then_sender_and_receiver_may_still_say_no_or_record_a_consent(world, agreed):
    case, handover = agreed
    with transaction.atomic():
        handovers.decline_handover(world.viewer("af_a"), handover.pk, "not_ready", None, goes_back=True)
        assert Handover.objects.get().first_contact_at is None and all_is_well()
        transaction.set_rollback(True)
    with transaction.atomic():
        handovers.withdraw_handover(world.viewer("fk_a"), handover.pk)
        assert all_is_well()
        transaction.set_rollback(True)
    world.consent(case, "af")
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    assert holder(case) == "af_a" and all_is_well()


def test_a_basis_that_ends_before_the_contact_is_no_basis_for_an_accept(world):
    case = world.case()
    world.consent(case, "af", until=2)
    handover = world.offer(case, consents=False, brief="Ord")
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(5))
    assert holder(case) == "fk_a"
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(1))
    assert holder(case) == "af_a"
    with pytest.raises(Refused, match="upphör"):
        contact.rebook_contact(world.viewer("af_a"), handover.pk, contact_in(5))


def test_a_withdrawal_before_the_first_contact_returns_the_case_at_once_and_alarms_the_lead(world, browse):
    case = world.case(family_name="Hemligsson")
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    withdraw_all(world, "af_a", case)
    assert holder(case) == "fk_a" and all_is_well()
    handover.refresh_from_db()
    back = Handover.objects.get(reason="consent_ended")
    assert (handover.state, back.state, back.accepted_by, back.brief) == (
        "returned",
        "accepted",
        world.posts["fk_a"],
        "",
    )
    for who in ("fk_a", "fk_lead"):
        page = browse(who).get(reverse("my-work")).content.decode()
        assert "Kom tillbaka för att samtycket upphörde" in page and reverse("handover", args=[back.public_id]) in page
    go_round()
    called = Called.objects.filter(escalation__kind="came_back", escalation__cleared_on__isnull=True)
    assert {c.post for c in called} == {world.posts["fk_lead"]}
    world.record_contact("fk_a", back)
    go_round()
    assert not called.all().exists()
    assert "Hemligsson" not in browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()


def test_check_sees_what_came_back_in_silence(world):
    case = world.case()
    handovers.accept_handover(world.viewer("af_a"), world.offer(case).pk, contact_in(9))
    withdraw_all(world, "af_a", case)
    with time_machine.travel(clock.midnight(days.add_days(clock.today(), 1)), tick=False):
        go_round()
        assert not prove(clock.today())["3"].broken
        Escalation.objects.filter(kind="came_back").update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken


def test_after_the_first_contact_a_withdrawal_stops_what_was_told_but_not_who_it_is(world, browse):
    case = world.case(family_name="Hemligsson", next_step="Hemlig plan")
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    world.record_contact("af_a", handover)
    withdraw_all(world, "af_a", case)
    page = browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()
    assert holder(case) == "af_a" and "Hemligsson" in page and "Hemlig plan" not in page
    assert "Försörjning</strong>: inte utlämnat" in page and all_is_well()


def test_who_was_not_met_is_not_known(world):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    world.record_contact("af_a", handover, "declined_by_person")
    assert not Acquaintance.objects.exists()
    withdraw_all(world, "af_a", case)
    assert holder(case) == "fk_a" and all_is_well()


def test_join_accept_withdraw_before_the_first_contact_and_the_case_is_back(world):
    one = world.case("fk_a", identity_number=numbers()[800])
    other = world.case("af_a", identity_number=numbers()[800], family_name="Annat")
    world.consent(one, "af")
    handover = sharing.propose_joining(world.viewer("fk_a"), one.pk, other.pk, contact_in(2))
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    assert holder(one) == "af_a"
    withdraw_all(world, "af_a", other)
    one.refresh_from_db()
    assert (holder(one), holder(other), one.joined_to) == ("fk_a", "af_a", None) and all_is_well()


def test_a_join_is_not_accepted_on_a_condition(world):
    one = world.case("fk_a", identity_number=numbers()[800])
    other = world.case("af_a", identity_number=numbers()[800])
    world.consent(one, "af")
    handover = sharing.propose_joining(world.viewer("fk_a"), one.pk, other.pk, contact_in(2))
    told = Disclosure.objects.filter(from_party=world.parties["fk"], group=IDENTITY)
    sharing.withdraw(world.viewer("fk_a"), list(told.values_list("pk", flat=True)), one.pk)
    with pytest.raises(Overtaken):
        handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))


def test_it_goes_back_to_the_last_one_who_knows_and_is_at_work(world):
    case = world.case("fk_b")
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_b"), handover.pk, contact_in(2))
    world.record_contact("af_b", handover)
    case.refresh_from_db()
    world.consent(case, "kom", out=(IDENTITY, PLAN), back=())
    onward = world.offer(case, "kom", consents=False, brief="Ord")
    handovers.accept_handover(world.viewer("kom_a"), onward.pk, contact_in(3))
    assert holder(case) == "kom_a", "AF tells whom it has met"
    end_post(world.viewer("af_lead"), world.posts["af_b"])
    withdraw_all(world, "kom_a", case, to_unit=world.units["kom"])
    assert holder(case) == "af_lead" and all_is_well()


def leave(world, *names) -> None:
    Post.objects.filter(pk__in=[world.posts[name].pk for name in names]).update(is_active=False)


@pytest.fixture
def left_behind(world):
    """A case that AF took over and has not met the person of; the unit that gave it is empty."""
    case = world.case("fk2_a")
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    leave(world, "fk2_a", "fk2_lead")
    return case


def test_where_nobody_is_left_at_the_unit_it_goes_to_another_of_the_party(world, left_behind):
    withdraw_all(world, "af_a", left_behind)
    assert holder(left_behind) == "fk_lead" and all_is_well()


def test_a_joined_case_goes_to_another_unit_of_its_party_too(world):
    one = world.case("fk2_a", identity_number=numbers()[800])
    other = world.case("af_a", identity_number=numbers()[800], family_name="Annat")
    world.consent(one, "af")
    handover = sharing.propose_joining(world.viewer("fk2_a"), one.pk, other.pk, contact_in(2))
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    leave(world, "fk2_a", "fk2_lead")
    withdraw_all(world, "af_a", other)
    assert (holder(one), holder(other)) == ("fk_lead", "af_a") and all_is_well()


def test_where_the_party_has_nobody_at_work_the_holder_and_both_parties_are_called_at_once(world, left_behind):
    leave(world, "fk_a", "fk_b", "fk_lead")
    withdraw_all(world, "af_a", left_behind)
    go_round()
    called = Called.objects.filter(escalation__kind="person_out_of_reach", escalation__cleared_on__isnull=True)
    assert holder(left_behind) == "af_a" and {c.post for c in called} == {world.posts["af_lead"]}
    Post.objects.filter(pk=world.posts["fk_b"].pk).update(is_active=True)
    go_round()
    assert holder(left_behind) == "fk_b" and not called.all().exists() and all_is_well()


def test_when_the_basis_runs_out_the_watch_gives_the_case_back(world):
    case = world.case()
    world.consent(case, "af", until=3)
    handover = world.offer(case, consents=False, brief="Ord")
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    with time_machine.travel(clock.midnight(days.add_days(clock.today(), 4)), tick=False):
        go_round()
        assert holder(case) == "fk_a" and not held_unknown().exists()


def test_a_person_who_becomes_protected_goes_back_to_who_knows(world):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    protect(world.viewer("af_a"), case.pk)
    assert holder(case) == "fk_a" and all_is_well()


def test_a_protected_person_is_handed_over_by_meeting(world, browse):
    case = world.case(is_protected=True, identity_number="", given_name="", family_name="", sex="woman")
    handover = world.offer(case, consents=False)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    handover.refresh_from_db()
    met(world, handover)
    assert holder(case) == "af_a" and Acquaintance.objects.get().person.is_protected and all_is_well()


def test_who_had_a_record_of_the_person_keeps_it_as_it_was(world, browse):
    """That AF knows somebody with the number is not told before they have met, and AF's own name is not changed."""
    case = world.case("fk_a", identity_number=numbers()[801], family_name="Hemligsson")
    world.case("af_b", identity_number=numbers()[801], family_name="Annat")
    handover = world.offer(case, consents=False)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    handover.refresh_from_db()
    url = reverse("case", args=[case.public_id])
    assert "Annat" not in browse("af_a").get(url).content.decode()
    met(world, handover)
    page = browse("af_a").get(url).content.decode()
    assert "Annat" in page and "Hemligsson" not in page
    assert Person.objects.filter(subject=case.person.subject).count() == 2


def test_our_own_record_never_stands_where_the_identity_is_hidden(world, agreed, browse):
    case, _handover = agreed
    page = browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()
    assert "Identitet och kontakt</strong>: inte utlämnat" in page and "vår egen uppgift" not in page


@pytest.mark.parametrize("who", ["af_a", "fk_b", "kom_a"])
def test_only_the_sender_notes_the_joint_contact(world, agreed, who):
    _case, handover = agreed
    with time_machine.travel(handover.first_contact_at, tick=False), pytest.raises(NotAllowed):
        contact.record_joint_contact(world.viewer(who), handover.pk, person_agrees=True)


def refused(sql, values=()):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_moves_no_case_to_who_could_not_reach_the_person(world, agreed):
    case, handover = agreed
    at = connection.ops.adapt_datetimefield_value(clock.now())
    post = world.posts["af_a"].pk
    later = connection.ops.adapt_datetimefield_value(handover.first_contact_at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE handovers_handover SET state = 'accepted', answered_at = %s", [at])
        refused("UPDATE cases_case SET holder_id = %s, holder_since = %s", [post, at])
        transaction.set_rollback(True)
    person = Person.objects.create(party=world.parties["af"], subject="x", sex="man")
    row = [case.pk, person.pk, "AF", post, later]
    refused("INSERT INTO cases_acquaintance (case_id, person_id, law, by_id, at) VALUES (%s, %s, %s, %s, %s)", row)


def test_whom_a_party_has_met_stands_against_any_sql(world, agreed):
    _case, handover = agreed
    met(world, handover)
    refused("DELETE FROM cases_acquaintance")
    refused("UPDATE cases_acquaintance SET law = 'FK'")
    refused("UPDATE cases_acquaintance SET person_id = person_id - 1")


def test_check_sees_a_holder_who_could_not_reach_the_person(world):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    guards.drop(connection)
    try:
        Disclosure.objects.update(ended_at=clock.now(), ended_by=world.posts["fk_a"])
        assert prove(clock.today())["1"].broken and held_unknown().exists()
    finally:
        guards.install(connection)
