"""Nothing is lost and nothing is done twice: stale forms, repeated requests, and cases that end as what they are."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handslag.cases import actions as cases
from handslag.cases.models import Case, PastStep
from handslag.cases.order import Stale, in_order, version_of
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.handovers.models import Handover, Message
from handslag.journal.models import Entry
from handslag.meetings import calling
from handslag.meetings.models import Meeting
from handslag.parties.actions import end_absence
from handslag.parties.models import Absence
from tests.test_handovers import race
from tests.worlds import contact_in


def _carried(client, url: str) -> dict:
    """What a form's page carries unseen."""
    found = re.findall(r'<input type="hidden" name="(version|once)" value="([^"]+)"', client.get(url).content.decode())
    assert {name for name, _value in found} == {"version", "once"}
    return dict(found)


def _step(case, text: str) -> dict:
    return {"was_done": "yes", "next_step": text, "next_step_on": clock.today().isoformat(),
            "next_step_by": case.holder.public_id}  # fmt: skip


def test_a_stale_form_is_refused_with_both_texts(world, browse):
    case = world.case()
    url, holder, lead = reverse("next-step", args=[case.public_id]), browse("fk_a"), browse("fk_lead")
    mine, theirs = _carried(holder, url), _carried(lead, url)
    assert lead.post(url, {**_step(case, "Boka läkaren"), **theirs}).status_code == 302
    page = holder.post(url, {**_step(case, "Ring chefen"), **mine})
    told = page.content.decode()
    assert page.status_code == 200 and "Någon har ändrat ärendet" in told
    assert "Boka läkaren" in told and 'value="Ring chefen"' in told and "fk_lead@test.example" in told
    case.refresh_from_db()
    assert case.next_step == "Boka läkaren", "nothing is overwritten"
    again = dict(re.findall(r'<input type="hidden" name="(version|once)" value="([^"]+)"', told))
    assert holder.post(url, {**_step(case, "Ring chefen"), **again}).status_code == 302
    case.refresh_from_db()
    assert case.next_step == "Ring chefen", "saved with open eyes"


def test_a_form_that_is_posted_twice_is_carried_out_once(world, browse):
    case, client = world.case(), browse("fk_a")
    url = reverse("next-step", args=[case.public_id])
    fields = {**_step(case, "Ring chefen"), **_carried(client, url)}
    for _time in range(3):
        assert client.post(url, fields).status_code == 302
    assert PastStep.objects.filter(case=case).count() == 1


def test_a_handovers_step_is_stale_too(world, browse):
    handover = world.offer(world.case())
    url = reverse("handover-step", args=[handover.public_id, "ask"])
    client = browse("af_a")
    fields = {"text": "Vilken läkare?", **_carried(client, url)}
    handovers.withdraw_handover(world.viewer("fk_a"), handover.pk, "")
    assert "Någon har ändrat ärendet" in client.post(url, fields).content.decode()


def test_the_api_recognises_a_repeated_request(world):
    case = world.case()
    world.consent(case)
    client = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    offer = {"acting_as": "fk_a@test.example", "case_id": str(case.public_id), "to_party": "AF", "to_unit": "E-af",
             "reason": "moved", "brief": "Ord", "needed_by": clock.today().isoformat(),
             "proposed_contact_at": contact_in(3).isoformat()}  # fmt: skip
    key = {"Idempotency-Key": "a\"'1"}
    send = lambda path, body, **headers: client.post(f"/api/v1/{path}", body, "application/json", headers=headers)  # noqa: E731
    first, second = (send("handovers", offer, **key) for _time in range(2))
    assert first.status_code == second.status_code == 201 and first.json()["id"] == second.json()["id"]
    assert send("handovers", offer, **{"Idempotency-Key": "2"}).status_code == 409
    path = f"handovers/{first.json()['id']}/withdraw"
    for _time in range(2):
        assert send(path, {"acting_as": "fk_a@test.example"}, **{"Idempotency-Key": "3"}).status_code == 200
    assert Handover.objects.count() == 1 and Message.objects.filter(verb="withdraw").count() == 1


def test_of_two_on_one_version_at_once_one_is_stale(lasting_world):
    world = lasting_world
    case = world.case()
    version = version_of(case.pk)

    def change(name):
        viewer = world.viewer(name)
        act = lambda: cases.take_next_step(viewer, case.pk, name, clock.today())  # noqa: E731
        return lambda: in_order(viewer, {case.pk: version}, None, act)

    results = race(change("fk_a"), change("fk_lead"))
    assert sum(isinstance(result, Stale) for result in results) == 1, results
    assert PastStep.objects.count() == 1


@pytest.mark.parametrize("outcome", ["deceased", "misregistered"])
def test_a_death_and_a_mistake_close_as_what_they_are(world, browse, outcome):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    contact.record_contact(world.viewer("af_a"), handover.pk, outcome, "Avsluta", clock.today())
    page = browse("af_a").post(reverse("close", args=[case.public_id]), {"outcome": outcome})
    assert page.status_code == 302
    case.refresh_from_db()
    assert (case.outcome, case.next_responsible, case.person_wants_no_more) == (outcome, "", False)
    assert not any(finding.broken for finding in prove(clock.today()).values())
    other = world.case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=other.pk).update(
            closed_at=contact_in(0), outcome=outcome, person_wants_no_more=True, next_responsible="x"
        )


def _buttons(page: str) -> dict:
    """What a page's buttons carry unseen."""
    return dict(re.findall(r'<input type="hidden" name="(version|once)" value="([^"]+)"', page))


def test_a_button_that_is_pressed_twice_or_late_is_answered_in_words(world, browse):
    case, holder = world.case(), browse("fk_a")
    shown, url = reverse("case", args=[case.public_id]), reverse("resume", args=[case.public_id])
    pause = lambda: cases.suspend(  # noqa: E731
        world.viewer("fk_a"), case.pk, clock.today() + timedelta(days=9), "treatment"
    )
    pause()
    told = _buttons(holder.get(shown).content.decode())
    for _time in range(2):
        page = holder.post(url, told, follow=True).content.decode()
        assert "Vilan är över" in page and "vilar inte" not in page
    assert Entry.objects.filter(verb="resumed").count() == 1
    pause()
    told = _buttons(holder.get(shown).content.decode())
    cases.take_next_step(world.viewer("fk_lead"), case.pk, "Boka läkaren", clock.today() + timedelta(days=20))
    page = holder.post(url, told, follow=True).content.decode()
    assert "Någon har ändrat ärendet" in page and "fk_lead@test.example" in page and "tryck igen" in page
    case.refresh_from_db()
    assert case.suspended_until, "nothing is done"
    assert "Vilan är över" in holder.post(url, _buttons(page), follow=True).content.decode()


def test_meetings_are_kept_one_after_the_other(world, browse):
    case, holder, lead = world.case(), browse("fk_a"), browse("fk_lead")
    url = reverse("book-meeting", args=[case.public_id])
    at = timezone.localtime(contact_in(3)).strftime("%Y-%m-%dT%H:%M")
    fields = {"kind": "follow_up", "purpose": "Läget", "at": at, "minutes": 60, "place": "Rum 3"}
    told = {**fields, **_carried(holder, url)}
    for _time in range(2):
        assert holder.post(url, told).status_code == 302
    meeting = Meeting.objects.get()
    step = reverse("meeting-step", args=[meeting.public_id, "move"])
    mine, theirs = _carried(holder, step), _carried(lead, step)
    moved = {"at": at, "minutes": 60, "place": "Rum 9", "reason": "another_time"}
    assert lead.post(step, {**moved, **theirs}).status_code == 302
    page = holder.post(step, {**moved, "place": "Rum 1", **mine}).content.decode()
    assert "Någon har ändrat ärendet" in page and 'value="Rum 1"' in page and "fk_lead@test.example" in page
    assert Meeting.objects.get().place == "Rum 9" and meeting.past_times.count() == 1
    calling.invite(world.viewer("fk_a"), meeting.pk, world.units["fk2"])
    guest = meeting.participants.get(unit=world.units["fk2"])
    off = reverse("uninvite", args=[guest.public_id])
    told = _buttons(holder.get(reverse("meeting", args=[meeting.public_id])).content.decode())
    for _time in range(2):
        assert "inte längre kallade" in holder.post(off, told, follow=True).content.decode()
    assert Entry.objects.filter(verb="call_taken_back").count() == 1


def test_the_meetings_api_recognises_a_repeated_request(world):
    case = world.case()
    client = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    body = {"acting_as": "fk_a@test.example", "case_id": str(case.public_id), "kind": "follow_up", "purpose": "Ses",
            "at": contact_in(3).isoformat(), "minutes": 30, "place": "Rum 3"}  # fmt: skip
    send = lambda path, body, key: client.post(  # noqa: E731
        f"/api/v1/meetings{path}", body, "application/json", headers={"Idempotency-Key": key}
    )
    first, second = (send("", body, "1") for _time in range(2))
    assert first.status_code == second.status_code == 201 and first.json()["id"] == second.json()["id"]
    for _time in range(2):
        off = {"acting_as": "fk_a@test.example", "reason": "not_needed"}
        assert send(f"/{first.json()['id']}/call-off", off, "2").status_code == 200
    assert Meeting.objects.count() == 1 and Entry.objects.filter(verb="meeting_not_held").count() == 1


def test_what_was_confirmed_already_is_answered_in_words(world, browse):
    case = world.case()
    other = world.case("af_a", identity_number=case.person.identity.number)
    consent = world.consent(case, confirms=False)
    url = reverse("confirm-consent", args=[other.public_id, consent.public_id])
    af = browse("af_a")
    told = {"seen": "document", "is_tested": "on", **_carried(af, url),
            "lines": [str(d.public_id) for d in consent.disclosures.filter(begins_at__isnull=True)]}  # fmt: skip
    cases.take_next_step(world.viewer("af_lead"), other.pk, "Ring", clock.today())
    assert "Någon har ändrat ärendet" in af.post(url, told).content.decode()
    told |= _carried(af, url)
    assert af.post(url, told).status_code == 302
    assert "Inget väntar" in af.post(url, told, follow=True).content.decode()
    assert af.get(url).status_code == 404
    assert Entry.objects.filter(verb="consent_confirmed").count() == 1


def test_a_withdrawal_that_is_pressed_twice_is_done_once(world, browse):
    case = world.case()
    consent = world.consent(case)
    url, fk = reverse("withdraw", args=[case.public_id]), browse("fk_a")
    chosen = {"disclosure": [str(d.public_id) for d in consent.disclosures.all()]}
    told = {**chosen, "confirm": "1", **_buttons(fk.post(url, chosen).content.decode())}
    for _time in range(2):
        page = fk.post(url, told, follow=True).content.decode()
        assert "Delningen har upphört" in page and "minst en rad" not in page
    assert Entry.objects.filter(verb="consent_withdrawn").count() == 1


def test_the_leads_forms_move_nothing_twice_and_nothing_unseen(world, browse):
    world.case()
    other, lead = world.case(), browse("fk_lead")
    url = reverse("unit-cases", args=[world.units["fk"].public_id])
    page = lead.get(url).content.decode()
    ticked = re.findall(r'name="case" value="([^"]+)"', page)
    told = {"to": str(world.posts["fk_b"].public_id), "case": ticked, **_buttons(page)}
    assert len(ticked) == 2
    cases.take_next_step(world.viewer("fk_a"), other.pk, "Boka läkaren", clock.today())
    page = lead.post(url, told).content.decode()
    assert "Någon har ändrat ärendet" in page and other.reference in page and "fk_a@test.example" in page
    assert not Case.objects.filter(holder=world.posts["fk_b"]).exists(), "all or none"
    told["case"] = re.findall(r'name="case" value="([^"]+)"', page)
    told |= _buttons(page)
    for _time in range(2):
        assert lead.post(url, told).status_code == 302
    assert Entry.objects.filter(verb="reassigned").count() == 2
    leave = reverse("leave", args=[world.posts["fk_a"].public_id])
    for words in ("allt har flyttats", "har redan slutat"):
        assert words in lead.post(leave, {"to": str(world.posts["fk_b"].public_id)}, follow=True).content.decode()


def test_an_absence_is_noted_once_and_ended_once(world, browse):
    lead, unit = browse("fk_lead"), world.units["fk"]
    url = reverse("absence", args=[unit.public_id])
    first, last = clock.today(), clock.today() + timedelta(days=5)
    told = {"post": str(world.posts["fk_a"].public_id), "from_on": first.isoformat(), "until_on": last.isoformat(),
            "stand_in": str(world.posts["fk_b"].public_id)}  # fmt: skip
    for _time in range(2):
        assert lead.post(url, told).status_code == 302
    absence = Absence.objects.get()
    page = lead.post(url, {**told, "until_on": "", "stand_in": ""}).content.decode()
    assert "redan antecknad som frånvarande" in page and "Fk_B" in page and Absence.objects.count() == 1
    end = reverse("end-absence", args=[absence.public_id])
    for words in ("Frånvaron är avslutad", "Frånvaron är redan avslutad"):
        assert words in lead.post(end, {"unit": str(unit.public_id)}, follow=True).content.decode()
    begun = Absence.objects.create(post=world.posts["fk_a"], from_on=first - timedelta(days=9), until_on=None)
    with time_machine.travel(clock.now() - timedelta(days=4), tick=False):
        end_absence(world.viewer("fk_lead"), begun)
    ended = Absence.objects.get().until_on
    with pytest.raises(Overtaken):
        end_absence(world.viewer("fk_lead"), begun)
    assert Absence.objects.get().until_on == ended, "it ended when it ended"
    assert browse("fk2_lead").post(end, {"unit": str(unit.public_id)}).status_code == 404
