"""What a party tells by a consent that another party recorded begins when the party itself has confirmed it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from handslag.check.proof import prove
from handslag.disclosure.actions import Statutory
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import GROUPS, IDENTITY, PLAN
from handslag.foundation import clock, guards
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers.actions import accept_handover
from handslag.journal.models import Entry
from handslag.rights.rectification import present, rectify
from handslag.sharing import actions
from handslag.sharing.queries import to_confirm, unconfirmed_of
from handslag.sharing.waits import TO_CONFIRM, UNCONFIRMED
from handslag.watch.actions import go_round
from handslag.watch.models import Called, Escalation
from tests.strictness import StrictClient
from tests.worlds import contact_in, numbers


@pytest.fixture
def asked(world):
    """AF has opened a case of somebody whom the municipality knows, and recorded that the municipality tells all."""
    theirs = world.case("kom_a", identity_number=numbers()[700], family_name="Hemligsson", next_step="Hemlig plan")
    ours = world.case("af_a", identity_number=numbers()[700], family_name="Gissad")
    consent = world.consent(ours, "kom", out=(), back=GROUPS, confirms=False)
    return theirs, ours, consent


def lines(consent) -> list[int]:
    return list(consent.disclosures.order_by("id").values_list("pk", flat=True))


def test_a_consent_recorded_by_the_receiver_opens_nothing_of_what_another_party_noted(world, asked, browse):
    theirs, _ours, _consent = asked
    af = browse("af_a")
    assert af.get(reverse("case", args=[theirs.public_id])).status_code == 404
    for text in ("Hemligsson", theirs.reference):
        assert f"/cases/{theirs.public_id}/" not in af.post(reverse("search"), {"q": text}).content.decode()
    assert actions.joinable(world.viewer("af_a"), _ours) == []


def test_it_opens_when_somebody_there_has_seen_it_and_made_the_secrecy_test(world, asked, browse):
    theirs, ours, consent = asked
    kom, url = browse("kom_b"), reverse("confirm-consent", args=[theirs.public_id, consent.public_id])
    work = kom.get(reverse("my-work")).content.decode()
    assert "Samtycken som vi ska bekräfta" in work and reverse("sharing", args=[theirs.public_id]) in work
    assert url in kom.get(reverse("sharing", args=[theirs.public_id])).content.decode()
    assert "Samtycken som väntar på andra parter" in browse("af_a").get(reverse("my-work")).content.decode()
    page = kom.get(url).content.decode()
    assert "Af_A Test" in page and "Så att vi kan planera tillsammans" in page
    chosen = [str(d.public_id) for d in consent.disclosures.filter(group__in=(IDENTITY, PLAN))]
    answer = {"lines": chosen, "seen": "document"}
    assert "sekretessprövningen" in kom.post(url, answer).content.decode() and not begun(consent)
    assert kom.post(url, {**answer, "is_tested": "on"}).status_code == 302
    assert begun(consent) == {IDENTITY, PLAN}
    page = browse("af_a").get(reverse("case", args=[theirs.public_id])).content.decode()
    assert "Hemligsson" in page and "Hemlig plan" in page and "Långtidssjukskriven" not in page
    rest = [str(d.public_id) for d in consent.disclosures.filter(begins_at__isnull=True)]
    assert kom.post(url, {"lines": rest, "refuse": "1"}).status_code == 302
    assert not to_confirm(world.viewer("kom_b")) and not unconfirmed_of(world.viewer("af_a"))
    assert kom.get(url).status_code == 404, "nothing waits any more"


def begun(consent) -> set[str]:
    return set(consent.disclosures.filter(begins_at__isnull=False).values_list("group", flat=True))


def test_what_a_partys_own_staff_records_begins_at_once(world):
    case = world.case()
    consent = world.consent(case, "af", out=(IDENTITY,), back=(PLAN,), confirms=False)
    assert begun(consent) == {IDENTITY}
    told = consent.disclosures.get(group=IDENTITY)
    assert told.confirmed_by == told.recorded_by == world.posts["fk_a"]


def test_a_handover_without_consent_lets_the_receiver_record_none_of_the_senders_facts(world, asked):
    theirs, _ours, _consent = asked
    handed = world.case("fk_a", identity_number=numbers()[701], family_name="Hemlig")
    world.consent(handed, "af", out=(IDENTITY,), back=())
    taken = world.offer(handed, "af")
    accept_handover(world.viewer("af_a"), taken.pk, contact_in(2))
    handed.refresh_from_db()
    consent = world.consent(handed, "fk", out=(), back=("health",), confirms=False)
    assert not begun(consent)
    with pytest.raises(NotAllowed):
        actions.confirm_telling(world.viewer("af_a"), lines(consent), "document", is_tested=True)
    actions.confirm_telling(world.viewer("fk_b"), lines(consent), "witness", is_tested=True)
    assert begun(consent) == {"health"}


def test_the_law_binds_the_party_whose_facts_they_are(world, asked):
    _theirs, ours, _consent = asked
    law = Statutory(world.parties["kom"].pk, world.units["af"], "osl_10_28", "Begärt", clock.today())
    with pytest.raises(Refused):
        actions.tell_by_law(world.viewer("af_a"), ours.pk, law)


@pytest.mark.parametrize("who", ["af_a", "af_b", "fk_a", "hylte_a", "kom_officer", "admin", "association"])
def test_nobody_else_confirms_or_refuses(world, asked, who):
    consent = asked[2]
    for act in (
        lambda: actions.confirm_telling(world.viewer(who), lines(consent), "document", is_tested=True),
        lambda: actions.refuse_telling(world.viewer(who), lines(consent)),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not begun(consent)


def test_the_one_who_recorded_it_confirms_it_from_no_other_post_either(world, asked):
    consent = asked[2]
    world.posts["twice"] = type(world.posts["kom_a"]).objects.create(
        user=world.posts["af_a"].user, role="caseworker", party=world.parties["kom"], unit=world.units["kom"]
    )
    with pytest.raises(NotAllowed):
        actions.confirm_telling(world.viewer("af_a"), lines(consent), "document", is_tested=True)


def test_it_is_confirmed_once_with_what_was_seen_and_after_the_test(world, asked):
    consent = asked[2]
    for seen, is_tested, field in (("document", False, "is_tested"), ("", True, "seen")):
        with pytest.raises(Refused) as refused:
            actions.confirm_telling(world.viewer("kom_a"), lines(consent), seen, is_tested=is_tested)
        assert refused.value.field == field and not begun(consent)
    actions.confirm_telling(world.viewer("kom_a"), lines(consent), "document", is_tested=True)
    for act in (
        lambda: actions.confirm_telling(world.viewer("kom_a"), lines(consent), "document", is_tested=True),
        lambda: actions.refuse_telling(world.viewer("kom_a"), lines(consent)),
    ):
        with pytest.raises(Overtaken):
            act()


@pytest.mark.parametrize("witness", [None, "af_a"])
def test_oral_consent_needs_a_witness_who_works_here_and_is_another(world, asked, witness):
    _theirs, ours, _consent = asked
    with pytest.raises(Refused) as refused:
        world.consent(ours, "kom", manner="oral", witness=witness and world.posts[witness], confirms=False)
    assert refused.value.field == "witness"
    world.consent(ours, "kom", manner="oral", witness=world.posts["af_b"], confirms=False)


@pytest.mark.parametrize("who", ["af_a", "af_b", "fk_a", "kom_officer"])
def test_the_database_lets_nobody_of_another_party_confirm(world, asked, who):
    sql = "UPDATE disclosure_disclosure SET begins_at = %s, seen = 'document', confirmed_by_id = %s"
    refused(sql, [instant(), world.posts[who].pk])
    with connection.cursor() as cursor:
        cursor.execute(sql, [instant(), world.posts["kom_b"].pk])


def instant():
    return connection.ops.adapt_datetimefield_value(clock.now())


def refused(sql, values=()):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_confirmation_never_changes_and_none_is_written_with_the_record(world, asked):
    consent = asked[2]
    waiting = Disclosure.objects.filter(consent=consent).first()
    written = {f.name: getattr(waiting, f.name) for f in Disclosure._meta.fields if f.name not in ("id", "public_id")}
    with pytest.raises(IntegrityError), transaction.atomic():
        by_kom = {"begins_at": clock.now(), "confirmed_by": world.posts["kom_a"], "seen": "document"}
        Disclosure.objects.create(**{**written, **by_kom})
    actions.confirm_telling(world.viewer("kom_a"), lines(consent), "document", is_tested=True)
    refused("UPDATE disclosure_disclosure SET confirmed_by_id = %s", [world.posts["kom_b"].pk])
    refused("UPDATE disclosure_disclosure SET begins_at = NULL, confirmed_by_id = NULL, seen = ''")
    refused("UPDATE disclosure_disclosure SET seen = 'witness'")
    refused("UPDATE disclosure_consent SET witness_id = %s", [world.posts["af_b"].pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        row = {f.name: getattr(consent, f.name) for f in Consent._meta.fields if f.name not in ("id", "public_id")}
        Consent.objects.create(**{**row, "manner": "oral", "witness": world.posts["af_a"]})


def called(kind: str) -> set[str]:
    calls = Called.objects.filter(escalation__kind=kind, escalation__cleared_on__isnull=True)
    return {email.partition("@")[0] for email in calls.values_list("post__user__email", flat=True)}


@pytest.fixture
def me(world):
    """Somebody signed in with e-ID: me(case) is the client of the person of a case."""

    def sign_in(case) -> StrictClient:
        client = StrictClient()
        session = client.session
        session["subject"] = case.person.subject
        session.save()
        return client

    return sign_in


def test_the_person_signs_and_the_party_still_makes_its_secrecy_test(world, asked, browse, me):
    theirs, ours, consent = asked
    url = reverse("confirm-consent", args=[theirs.public_id, consent.public_id])
    kom = browse("kom_a")
    assert "underskrift" not in kom.get(url).content.decode()
    with pytest.raises(Refused) as refused_:
        actions.confirm_telling(world.viewer("kom_a"), lines(consent), "signature", is_tested=True)
    assert refused_.value.field == "seen" and not begun(consent)
    person = me(ours)
    page = person.get(reverse("me")).content.decode()
    assert "Så att vi kan planera tillsammans" in page and reverse("own-sign", args=[consent.public_id]) in page
    assert person.post(reverse("own-sign", args=[consent.public_id])).status_code == 302
    consent.refresh_from_db()
    assert consent.signed_at and not begun(consent), "a signature opens nothing by itself"
    assert reverse("own-sign", args=[consent.public_id]) not in person.get(reverse("me")).content.decode()
    entry = Entry.objects.get(verb="consent_signed")
    assert (entry.actor, entry.subject) == ("person", "person") and str(consent.pk) in entry.details
    page = kom.get(url).content.decode()
    assert "Underskrivet av personen med e-legitimation" in page
    answer = {"lines": [str(d.public_id) for d in consent.disclosures.all()], "seen": "signature", "is_tested": "on"}
    assert kom.post(url, answer).status_code == 302 and begun(consent) == set(GROUPS)


def test_nobody_else_signs_and_a_signature_stands(world, asked, me):
    theirs, ours, consent = asked
    stranger = me(world.case())
    stranger.post(reverse("own-sign", args=[consent.public_id]))
    consent.refresh_from_db()
    assert consent.signed_at is None
    with pytest.raises(NotAllowed):
        actions.sign_own("", consent.public_id)
    refused("UPDATE disclosure_disclosure SET begins_at = %s, seen = 'signature', confirmed_by_id = %s",
            [instant(), world.posts["kom_b"].pk])  # fmt: skip
    actions.sign_own(theirs.person.subject, consent.public_id)
    with pytest.raises(Overtaken):
        actions.sign_own(theirs.person.subject, consent.public_id)
    refused("UPDATE disclosure_consent SET signed_at = NULL")


def test_what_is_taken_back_is_not_signed_any_more(world, asked, me):
    _theirs, ours, consent = asked
    actions.withdraw_own(ours.person.subject, list(consent.disclosures.values_list("public_id", flat=True)))
    with pytest.raises(Overtaken):
        actions.sign_own(ours.person.subject, consent.public_id)


def test_a_partys_system_reads_what_waits_and_confirms_in_somebodys_name(world, asked):
    theirs, _ours, consent = asked
    client = Client(headers={"Authorization": f"Bearer {world.token('kom')}"})
    (waits,) = client.get("/api/v1/consents").json()
    assert waits["id"] == str(consent.public_id) and waits["case_id"] == str(theirs.public_id)
    assert {line["group"] for line in waits["lines"]} == set(GROUPS)
    chosen = [line["id"] for line in waits["lines"] if line["group"] == IDENTITY]
    url = f"/api/v1/consents/{consent.public_id}"
    sent = {"acting_as": "kom_a@test.example", "lines": chosen, "seen": "document", "is_tested": False}
    for changes, status in (
        ({}, 422),
        ({"is_tested": True, "acting_as": "kom_officer@test.example"}, 403),
        ({"is_tested": True, "lines": []}, 403),
        ({"is_tested": True}, 200),
        ({"is_tested": True}, 409),
    ):
        answer = client.post(f"{url}/confirm", {**sent, **changes}, content_type="application/json")
        assert answer.status_code == status, answer.content
    assert begun(consent) == {IDENTITY}
    rest = [line["id"] for line in client.get("/api/v1/consents").json()[0]["lines"]]
    assert chosen[0] not in rest
    answer = client.post(f"{url}/refuse", {**sent, "lines": rest}, content_type="application/json")
    assert answer.status_code == 200 and all(line["ended_at"] for line in answer.json())
    for party in ("kom", "af", "fk"):
        others = Client(headers={"Authorization": f"Bearer {world.token(party)}"})
        assert others.get("/api/v1/consents").json() == []
        assert others.post(f"{url}/confirm", sent, content_type="application/json").status_code == 404


def test_unanswered_it_climbs_on_both_sides_each_within_its_party(world, asked):
    with time_machine.travel(clock.now() + timedelta(days=6)):
        go_round()
    assert called(TO_CONFIRM) == {"kom_lead"} and called(UNCONFIRMED) == {"af_lead"}
    with time_machine.travel(clock.now() + timedelta(days=30)):
        go_round()
    assert called(TO_CONFIRM) == {"kom_lead", "kom_officer"} and called(UNCONFIRMED) == {"af_lead", "af_officer"}
    assert not prove(clock.today())["3"].broken
    actions.confirm_telling(world.viewer("kom_a"), lines(asked[2]), "document", is_tested=True)
    go_round()
    assert not called(TO_CONFIRM) and not called(UNCONFIRMED)


@pytest.mark.parametrize("kind", [TO_CONFIRM, UNCONFIRMED])
def test_check_sees_a_consent_that_waits_in_silence(world, asked, kind):
    with time_machine.travel(clock.now() + timedelta(days=6)):
        go_round()
        assert not prove(clock.today())["3"].broken
        Escalation.objects.filter(kind=kind).update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken


def test_where_the_party_knows_nobody_the_recorders_side_climbs_just_the_same(world):
    ours = world.case("af_a", identity_number=numbers()[702])
    world.consent(ours, "kom", out=(), back=GROUPS, confirms=False)
    assert list(unconfirmed_of(world.viewer("af_a"))) == list(Consent.objects.all())
    with time_machine.travel(clock.now() + timedelta(days=6)):
        go_round()
    assert not called(TO_CONFIRM) and called(UNCONFIRMED) == {"af_lead"}


@pytest.mark.parametrize("table", ["disclosure_consent", "disclosure_disclosure"])
def test_what_was_agreed_of_one_person_is_told_of_no_other_by_any_sql(world, table):
    """Nor where the party that recorded it has no record of the one person, or of the other."""
    one, other, strangers = world.case(), world.case(), world.case("kom_a")
    world.consent(one, "af", out=GROUPS, back=())
    for case in (other, strangers):
        refused(f"UPDATE {table} SET subject = %s", [case.person.subject])
    held = world.case("af_a")
    handover = world.offer(held, "fk")
    accept_handover(world.viewer("fk_a"), handover.pk, contact_in(2))
    consent = world.consent(held, "kom", out=GROUPS, back=(), confirms=False)
    column = "id" if table == "disclosure_consent" else "consent_id"
    refused(f"UPDATE {table} SET subject = %s WHERE {column} = %s", [strangers.person.subject, consent.pk])


def test_what_was_confirmed_of_one_person_is_not_told_of_another(world, asked):
    theirs, ours, consent = asked
    other = world.case("kom_a", identity_number=numbers()[703], family_name="Annan")
    actions.confirm_telling(world.viewer("kom_a"), lines(consent), "document", is_tested=True)
    refused("UPDATE disclosure_disclosure SET subject = %s", [other.person.subject])
    values = {**present(ours), "identity_number": numbers()[703]}
    rectify(world.viewer("af_a"), ours.pk, values, "Fel person")
    assert not consent.disclosures.filter(ended_at__isnull=True).exists()


def test_check_sees_what_was_told_without_the_party(world, asked):
    _theirs, ours, consent = asked
    guards.drop(connection)
    Disclosure.objects.filter(consent=consent).update(
        begins_at=clock.now(), confirmed_by=world.posts["af_b"], seen="document"
    )
    try:
        assert prove(clock.today())["6"].broken
    finally:
        guards.install(connection)
