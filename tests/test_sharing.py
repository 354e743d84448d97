"""Consent and law on a case: recording, withdrawing, joining, parting, and what the watch catches."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.check.proof import prove
from handslag.disclosure.actions import Statutory
from handslag.disclosure.models import Disclosure
from handslag.disclosure.rules import HEALTH, IDENTITY, LIVELIHOOD, PLAN
from handslag.foundation import clock, days
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.handovers.models import Handover
from handslag.journal.models import Entry
from handslag.parties.models import Post, Unit
from handslag.sharing import actions
from handslag.sharing.queries import losses, parted_by
from handslag.watch.actions import go_round
from handslag.watch.queries import board_consents_ending
from tests.worlds import contact_in, numbers


def ids(**conditions) -> list[int]:
    return list(
        Disclosure.objects.filter(ended_at__isnull=True, **conditions).order_by("id").values_list("pk", flat=True)
    )


def public_ids(**conditions) -> list[str]:
    return [str(Disclosure.objects.get(pk=pk).public_id) for pk in ids(**conditions)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"purpose": " "}, "purpose"), ({"manner": "shouted"}, "manner"), ({"manner": "oral"}, "witness"),
     ({"gdpr_basis": "consent"}, "gdpr_basis"), ({"flows": frozenset()}, None),
     ({"given_on": days.add_days(clock.today(), 1)}, "given_on"), ({"until": days.add_days(clock.today(), -1)}, "until"),
     ({"until": days.add_days(clock.today(), 800)}, "until")],
)  # fmt: skip
def test_a_consent_that_does_not_say_all_is_refused_and_opens_nothing(world, changes, field):
    case = world.case()
    with pytest.raises(Refused) as refused:
        world.consent(case, **changes)
    assert refused.value.field == field and not Disclosure.objects.exists()


def test_nobody_or_too_many_chosen_for_a_consent_is_told(world, browse):
    url, fk = reverse("consent", args=[world.case().public_id]), browse("fk_a")
    assert "Välj minst en enhet" not in fk.get(url).content.decode()
    assert "Välj minst en enhet" in fk.get(f"{url}?chosen=1").content.decode()
    for n in range(7):
        unit = Unit.objects.create(party=world.parties["af"], code=f"n{n}", name=f"Enhet nr {n}", county_code="13")
        world.hire(f"new_{n}", "caseworker", party=unit.party, unit=unit)
        url += f"{'&' if n else '?chosen=1&'}unit={unit.public_id}"
        assert ("Välj högst 6" in fk.get(url).content.decode()) == (n == 6)
    assert "Vad är samtycket till för?" not in fk.get(url).content.decode(), "nobody is left out unseen"


def test_a_consent_is_recorded_in_a_page_printed_and_withdrawn_in_part(world, browse):
    case, af = world.case(), world.units["af"]
    fk, other = browse("fk_a"), browse("af_a")
    url = reverse("consent", args=[case.public_id])
    assert "Enhet af" in fk.get(url).content.decode()
    url += f"?unit={af.public_id}"
    page = fk.get(url).content.decode()
    assert "Part FK berättar för Enhet af" in page and "GDPR" in page
    fields = {"purpose": "Planera ihop", f"out_{af.public_id}": [IDENTITY, HEALTH, PLAN], f"in_{af.public_id}": [PLAN], "manner": "oral",
              "given_on": clock.today().isoformat(), "until": days.add_days(clock.today(), 90).isoformat(),
              "gdpr_basis": "public_task"}  # fmt: skip
    assert "Välj vem mer som hörde" in fk.post(url, fields).content.decode()
    assert "Fk_A" not in page[page.index('name="witness"') :], "the witness is another than the one who records"
    fields["witness"] = world.posts["fk_b"].public_id
    printed = fk.post(url, {**fields, "print": "1"})
    assert printed.headers["Content-Type"] == "application/pdf" and not Disclosure.objects.exists()
    assert fk.post(url, fields).headers["Location"] == reverse("sharing", args=[case.public_id])
    assert Disclosure.objects.count() == 4
    name = case.person.identity.family_name
    assert name in other.get(reverse("case", args=[case.public_id])).content.decode()
    assert "Långtidssjukskriven" in other.get(reverse("case", args=[case.public_id])).content.decode()
    withdraw = reverse("withdraw", args=[case.public_id])
    chosen = public_ids(group=HEALTH)
    preview = fk.post(withdraw, {"disclosure": chosen}).content.decode()
    assert "Enhet af" in preview and "Hälsa och diagnos" in preview and len(ids(group=HEALTH)) == 1, "only shown so far"
    fk.post(withdraw, {"disclosure": chosen, "confirm": "1"})
    page = other.get(reverse("case", args=[case.public_id])).content.decode()
    assert name in page and "Långtidssjukskriven" not in page
    sharing = fk.get(reverse("sharing", args=[case.public_id])).content.decode()
    assert "upphört" in sharing, "what was told stays on record"
    fk.post(withdraw, {"disclosure": public_ids(), "confirm": "1"})
    assert other.get(reverse("case", args=[case.public_id])).status_code == 404
    assert other.post(reverse("search"), {"q": name}).content.decode().count(f"/cases/{case.public_id}/") == 0
    verbs = list(
        Entry.objects.filter(subject="case", subject_id=case.pk)
        .exclude(verb="looked")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == ["opened", "consent_given", "consent_withdrawn", "consent_withdrawn"]


def test_withdrawal_stops_the_api_too_and_never_drops_the_person(world):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    with time_machine.travel(contact_in(2)):
        contact.record_contact(world.viewer("af_a"), handover.pk, "held", "Vidare", clock.today())
        actions.withdraw(world.viewer("af_a"), ids(), case.pk)
    case.refresh_from_db()
    assert case.holder == world.posts["af_a"], "the person is still held"
    seen = visible_cases(world.viewer("af_a")).get(pk=case.pk)
    from handslag.cases.visibility import visibility

    shown = visibility(world.viewer("af_a"), seen)
    assert shown.identity.name == case.person.identity.name, "whom it has met is its own record"
    assert not shown.sees("livelihood") and shown.sees("next_step"), "own plan, nothing of the sender's"
    with pytest.raises(NotAllowed):
        cases.change_livelihood(world.viewer("af_a"), case.pk, "wage", None, clock.today(), None)
    assert not any(finding.broken for finding in prove(clock.today()).values())


def test_what_another_basis_covers_is_not_lost(world):
    case = world.case()
    world.consent(case, "af", out=(IDENTITY, LIVELIHOOD), back=())
    law = Statutory(
        world.parties["fk"].pk, world.units["af"], "osl_10_28", "Begärt av AF", days.add_days(clock.today(), 5)
    )
    actions.tell_by_law(world.viewer("fk_a"), case.pk, law)
    (loss,) = losses(Disclosure.objects.filter(consent__isnull=False))
    assert loss.groups == (IDENTITY,) and "Af_A Test" in loss.people


@pytest.mark.parametrize("who", ["kom_a", "fk_officer", "association", "measure", "analyst", "admin"])
def test_strangers_can_neither_record_nor_withdraw(world, who):
    case = world.case()
    world.consent(case)
    with pytest.raises(NotAllowed):
        actions.withdraw(world.viewer(who), ids(), case.pk)
    with pytest.raises(NotAllowed):
        actions.tell_by_law(world.viewer(who), case.pk, Statutory(world.parties["fk"].pk, world.units["af"], "osl_10_2", "x", clock.today()))  # fmt: skip


def test_who_works_at_two_parties_withdraws_from_the_one_that_is_concerned(world):
    case = world.case()
    consent = world.consent(case, "af", out=(IDENTITY,), back=())
    post = {"role": "caseworker", "party": world.parties["fk"], "unit": world.units["fk"]}
    Post.objects.create(user=world.posts["kom_a"].user, **post)
    actions.withdraw(world.viewer("kom_a"), list(consent.disclosures.values_list("pk", flat=True)), case.pk)
    assert consent.disclosures.get().ended_by.party == world.parties["fk"]


def test_an_officer_who_is_caseworker_elsewhere_withdraws_nothing(world):
    case = world.case()
    consent = world.consent(case, "af", out=(IDENTITY,), back=())
    Post.objects.create(user=world.posts["kom_a"].user, role="cooperation_officer", party=world.parties["fk"])
    with pytest.raises(NotAllowed):
        actions.withdraw(world.viewer("kom_a"), list(consent.disclosures.values_list("pk", flat=True)), case.pk)


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM disclosure_disclosure", "UPDATE disclosure_disclosure SET until = '2099-01-01'",
     "UPDATE disclosure_disclosure SET \"group\" = 'health'", "UPDATE disclosure_disclosure SET to_unit_id = to_unit_id + 1",
     "DELETE FROM disclosure_consent", "UPDATE disclosure_consent SET purpose = 'annat'",
     "UPDATE disclosure_consent SET until = '2099-01-01'"],
)  # fmt: skip
def test_what_was_disclosed_stands_as_recorded_against_any_sql(world, sql):
    world.consent(world.case(), out=(IDENTITY,), back=())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_refuses_words_to_another_party_without_a_basis(world):
    case = world.case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(
            case=case, sender=case.holder, to_unit=world.units["af"], reason="moved", brief="Ord", needed_by=clock.today(),
            proposed_contact_at=contact_in(1), offered_at=clock.now(), awaiting_since=clock.now())  # fmt: skip


def test_without_consent_an_offer_tells_only_that_a_person_is_coming(world, browse):
    case = world.case(family_name="Hemlig")
    offer = handovers.Offer(world.units["af"], None, "moved", "", "", clock.today(), contact_in(3))
    handover = handovers.offer_handover(world.viewer("fk_a"), case.pk, offer)
    page = browse("af_a").get(reverse("handover", args=[handover.public_id])).content.decode()
    assert "Ingen grund täcker" in page and "Hemlig" not in page and "Fk_A Test" in page
    for act in (lambda: handovers.ask_back(world.viewer("af_a"), handover.pk, "Vem?"),
                lambda: handovers.decline_handover(world.viewer("af_a"), handover.pk, "not_ready", None, goes_back=True,
                                                   text="Nej")):  # fmt: skip
        with pytest.raises(Refused, match="Ingen grund"):
            act()
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(1))
    page = browse("af_a").get(reverse("case", args=[case.public_id])).content.decode()
    assert "Hemlig" not in page and "Första kontakt" in page


def test_consents_that_run_out_are_caught_thirty_days_before(world):
    case, later = world.case(), world.case()
    world.consent(case, until=29)
    world.consent(later, until=31)
    assert list(board_consents_ending(world.viewer("fk_a"))) == [case]
    assert go_round()["consents_ending"] == 1
    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert not visible_cases(world.viewer("af_a")).filter(pk=case.pk).exists(), "run out"
        assert visible_cases(world.viewer("af_a")).filter(pk=later.pk).exists()


def two_cases(world, **consent) -> tuple[Case, Case]:
    """The same person's cases at FK and AF, with consents in both directions."""
    one = world.case("fk_a", identity_number=numbers()[800])
    other = world.case("af_a", identity_number=numbers()[800], family_name="Annat")
    return one, other


def joined(world) -> tuple[Case, Case, Handover]:
    one, other = two_cases(world)
    world.consent(one, "af")
    handover = actions.propose_joining(world.viewer("fk_a"), one.pk, other.pk, contact_in(2))
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    one.refresh_from_db(), other.refresh_from_db()
    return one, other, handover


def test_neither_party_knows_of_the_others_case_without_consent(world, browse):
    one, other = two_cases(world)
    for name, hidden in (("fk_a", other), ("af_a", one)):
        assert browse(name).get(reverse("case", args=[hidden.public_id])).status_code == 404
        found = browse(name).post(reverse("search"), {"q": numbers()[800]}).content.decode()
        assert f"/cases/{hidden.public_id}/" not in found
    assert actions.joinable(world.viewer("fk_a"), one) == []
    world.consent(one, "af", back=())
    assert actions.joinable(world.viewer("fk_a"), one) == [], "in one direction it covers one"
    assert actions.joinable(world.viewer("af_a"), other) == [], "who is told of the other's case cannot join it either"
    with pytest.raises(NotAllowed):
        actions.propose_joining(world.viewer("fk_a"), one.pk, other.pk, contact_in(2))


def test_a_consent_that_covers_both_joins_them_into_one_with_one_holder(world, browse):
    one, other, handover = joined(world)
    assert (one.holder, one.joined_to, other.holder) == (world.posts["af_a"], other, world.posts["af_a"])
    assert one.next_step == other.next_step and "Första kontakt" in one.next_step
    page = browse("af_a").get(reverse("my-work")).content.decode()
    held = page[page.index('id="held"') : page.index("</section>", page.index('id="held"'))]
    assert f"/cases/{other.public_id}/" in held and f"/cases/{one.public_id}/" not in held, "one line for one person"
    with pytest.raises(Overtaken):
        cases.take_next_step(world.viewer("af_a"), one.pk, "x", clock.today())
    world.record_contact("af_a", handover, next_step="Kartläggning")
    one.refresh_from_db(), other.refresh_from_db()
    assert one.next_step == other.next_step == "Kartläggning"
    cases.suspend(world.viewer("af_a"), other.pk, days.add_days(clock.today(), 5), "treatment")
    cases.resume(world.viewer("af_a"), other.pk)
    cases.reassign(world.viewer("af_lead"), [other.public_id], world.posts["af_b"])
    one.refresh_from_db()
    assert one.holder == world.posts["af_b"] == one.next_step_by, "they move together"
    cases.close(world.viewer("af_b"), other.pk, "work", "Chefen")
    one.refresh_from_db()
    assert one.closed_at and one.outcome == "work"
    assert not any(finding.broken for finding in prove(clock.today()).values())


def test_joined_cases_go_on_together_to_a_third_party(world):
    one, other, handover = joined(world)
    world.record_contact("af_a", handover, next_step="Vidare")
    onward = world.offer(other, "kom")
    handovers.accept_handover(world.viewer("kom_a"), onward.pk, contact_in(3))
    one.refresh_from_db(), other.refresh_from_db()
    assert one.holder == other.holder == world.posts["kom_a"]
    assert not any(finding.broken for finding in prove(clock.today()).values())


def test_withdrawal_parts_them_and_each_keeps_its_own(world, browse):
    one, other, handover = joined(world)
    world.record_contact("af_a", handover, next_step="Vidare")
    chosen = list(Disclosure.objects.filter(ended_at__isnull=True))
    assert parted_by(chosen) == [one]
    actions.withdraw(world.viewer("af_a"), [d.pk for d in chosen], other.pk)
    one.refresh_from_db(), other.refresh_from_db()
    assert one.joined_to is None and one.holder == world.posts["af_a"], "held by name until it is taken back"
    back = one.handovers.order_by("-id").first()
    assert (back.reason, back.to_unit, back.to_post, back.brief) == (
        "consent_ended",
        world.units["fk"],
        world.posts["fk_a"],
        "",
    )
    assert world.case("kom_a")  # life goes on
    page = browse("fk_a").get(reverse("case", args=[one.public_id])).content.decode()
    assert one.person.identity.family_name in page, "its own record"
    assert browse("fk_a").get(reverse("case", args=[other.public_id])).status_code == 404
    hidden = browse("af_a").get(reverse("case", args=[one.public_id])).content.decode()
    assert one.person.identity.family_name not in hidden and one.reference in hidden
    handovers.accept_handover(world.viewer("fk_a"), back.pk, contact_in(2))
    one.refresh_from_db()
    assert (one.holder, other.holder) == (world.posts["fk_a"], world.posts["af_a"])
    assert not any(finding.broken for finding in prove(clock.today()).values())


def test_the_watch_parts_what_a_run_out_consent_held_together(world):
    one, other = two_cases(world)
    world.consent(one, "af", until=10)
    handover = actions.propose_joining(world.viewer("fk_a"), one.pk, other.pk, contact_in(2))
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    world.record_contact("af_a", handover, next_step="Vidare")
    with time_machine.travel(clock.now() + timedelta(days=11)):
        go_round()
    one.refresh_from_db()
    assert one.joined_to is None and one.handovers.filter(reason="consent_ended").exists()


def test_the_database_joins_only_one_persons_cases_under_one_holder(world):
    one, other = two_cases(world)
    stranger = world.case("fk_a")
    for target in (stranger, other):  # another person; another holder
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=one.pk).update(joined_to=target)


def test_a_line_of_the_journal_is_read_by_the_rule_of_what_it_tells(world, browse):
    case = world.case()
    cases.change_livelihood(world.viewer("fk_a"), case.pk, "sickness_compensation", None, clock.today(), None)
    world.consent(case, "af", out=(IDENTITY,), back=())
    url, told = reverse("case", args=[case.public_id]), "antecknade försörjningen"
    page = browse("af_a").get(url).content.decode()
    assert "öppnade ärendet" in page and told not in page and "Sjukersättning" not in page
    assert told in browse("fk_b").get(url).content.decode(), "the own party reads its own lines"
    world.consent(case, "af", out=(LIVELIHOOD,), back=())
    assert told in browse("af_a").get(url).content.decode()
    entry = Entry.objects.get(verb="livelihood_changed")
    assert (entry.group, entry.party) == (LIVELIHOOD, world.parties["fk"].pk)
