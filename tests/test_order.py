"""Nothing is lost and nothing is done twice: stale forms, repeated requests, and cases that end as what they are."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from handslag.cases import actions as cases
from handslag.cases.models import Case, PastStep
from handslag.cases.order import Stale, in_order, version_of
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.handovers import actions as handovers
from handslag.handovers.models import Handover, Message
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
        return lambda: in_order(viewer, case.pk, version, None, act)

    results = race(change("fk_a"), change("fk_lead"))
    assert sum(isinstance(result, Stale) for result in results) == 1, results
    assert PastStep.objects.count() == 1


@pytest.mark.parametrize("outcome", ["deceased", "misregistered"])
def test_a_death_and_a_mistake_close_as_what_they_are(world, browse, outcome):
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    handovers.record_contact(world.viewer("af_a"), handover.pk, outcome, "Avsluta", clock.today())
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
