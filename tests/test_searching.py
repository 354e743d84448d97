"""Searching tells nobody more than the viewer may know: not by what is found, and not by trying again and again."""

import json

import pytest
from django.conf import settings as product
from django.db import connection
from django.test import Client
from django.urls import reverse

from handslag.cases.searching import found
from handslag.handovers.actions import accept_handover
from handslag.journal.models import Entry
from tests.worlds import contact_in, numbers


@pytest.fixture
def places(world):
    """Numbers that AF alone knows, that another unit of FK's knows, and that nobody does; with others of FK's around."""
    for _ in range(5):
        world.case("fk2_a")
    known = [world.case(who).person.identity.number for who in ("af_a", "fk2_a")]
    return world, [*known, numbers()[-1]]


def steps(world, number: str) -> int:
    """How many steps of its machine the database takes to find nothing."""
    viewer, taken = world.viewer("fk_a"), []
    connection.connection.set_progress_handler(lambda: taken.append(1), 1)
    try:
        assert not found(viewer, number)
    finally:
        connection.connection.set_progress_handler(None, 1)
    return len(taken)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="steps are counted on SQLite")
def test_a_number_that_is_known_elsewhere_takes_the_same_work_as_one_that_nobody_knows(places):
    world, sought = places
    steps(world, sought[0])
    taken = [steps(world, number) for number in sought]
    assert min(taken) > 100 and max(taken) - min(taken) < 25


def seeking(client, number: str):
    return client.post(reverse("search"), {"q": number})


def test_who_seeks_number_after_number_waits_and_is_told_so(world, browse):
    own = world.case().person.identity.number
    fk, most = browse("fk_a"), int(product.ACCOUNT_RATE_LIMITS["number_missed"].partition("/")[0])
    for _ in range(most):
        assert seeking(fk, own).status_code == 200, "whom one knows is found as often as one likes"
    for number in numbers()[-most:]:
        assert seeking(fk, number).status_code == 200
    answer = seeking(fk, own)
    assert json.loads(Entry.objects.order_by("id").last().details)["outcome"] == "refused"
    assert answer.status_code == 429 and "Vänta" in answer.content.decode() and own not in answer.content.decode()
    assert seeking(fk, "Person").status_code == 200 and seeking(browse("fk_b"), own).status_code == 200


def test_a_partys_system_is_told_too(world, settings):
    settings.ACCOUNT_RATE_LIMITS = {**product.ACCOUNT_RATE_LIMITS, "number_missed_by_system": "2/1h/key"}
    client = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    ask = {"data": {"text": numbers()[-1]}, "content_type": "application/json"}
    answers = [client.post("/api/v1/cases/search", **ask) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Content-Type"] == "application/problem+json"


def test_every_search_is_written_down_without_what_was_sought(world, browse):
    case = world.case(family_name="Hemligsson")
    fk = browse("fk_a")
    for text in (case.person.identity.number, numbers()[-1], "Hemligsson"):
        seeking(fk, text)
    lines = Entry.objects.filter(verb="searched").order_by("id")
    assert [json.loads(line.details) for line in lines] == [
        {"by": "number", "outcome": "found"},
        {"by": "number", "outcome": "nobody"},
        {"by": "words", "outcome": "found"},
    ]
    assert {(line.actor, line.party) for line in lines} == {("fk_a@test.example", world.parties["fk"].pk)}
    assert "Hemlig" not in "".join(line.details for line in lines)


def test_whom_ones_own_party_recorded_is_found_by_name_where_another_holds_and_tells_of_something_else(world, browse):
    case = world.case(family_name="Återfunnen")
    handover = world.offer(case)
    accept_handover(world.viewer("af_a"), handover.pk, contact_in(7))
    world.record_contact("af_a", handover)
    assert not found(world.viewer("fk2_a"), "Återfunnen")
    world.consent(case, "fk2", out=("livelihood",), back=())
    assert found(world.viewer("fk2_a"), "Återfunnen") == {case.pk}
