"""The API: what its description says is what it does, for the party whose token it is."""

import json
import re

import jsonschema
import pytest
from django.test import Client

from handslag.foundation import clock
from handslag.foundation.ids import uuid7
from handslag.handovers.models import Handover
from handslag.parties.models import Token
from tests.strictness import holds_number
from tests.worlds import contact_in


@pytest.fixture
def call(world):
    """call("fk", "get", "/cases") as the party's system; the answer is checked against the description."""
    description = Client().get("/api/v1/openapi.json").json()
    secrets = {name: world.token(name) for name in ("fk", "af")}

    def send(party, method, path, body=None, template=None):
        headers = {"Authorization": f"Bearer {secrets[party]}"} if party else {}
        url = "/api/v1" + path
        kind = {"content_type": "application/json"} if body is not None else {}
        response = getattr(Client(headers=headers), method)(url, json.dumps(body) if kind else None, **kind)
        described = description["paths"]["/api/v1" + (template or path).split("?")[0]][method]["responses"]
        assert str(response.status_code) in described, f"{response.status_code} is not described for {path}"
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"
            assert response.json()["status"] == response.status_code
        (schema,) = (kind["schema"] for kind in described[str(response.status_code)]["content"].values())
        jsonschema.validate(response.json(), {**schema, "components": description["components"]})
        return response

    return send


def test_the_description_follows_the_national_profile(db):
    description = Client().get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path in description["paths"]:
        assert path == path.lower() and "_" not in re.sub(r"\{\w+\}", "", path)
    info = Client().get("/api/v1/api-info").json()
    assert {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"} == set(info)


def test_a_party_sees_its_own_cases_page_by_page(world, call):
    cases = [world.case() for _ in range(3)]
    world.case("af_a")
    first = call("fk", "get", "/cases?limit=2").json()
    second = call("fk", "get", "/cases?limit=2&page=2").json()
    assert (len(first["items"]), first["has_next"], len(second["items"]), second["has_next"]) == (2, True, 1, False)
    assert {c["case_ref"] for c in first["items"] + second["items"]} == {c.reference for c in cases}
    assert not holds_number(json.dumps(first))
    whole = call("fk", "get", f"/cases/{cases[0].public_id}", template="/cases/{case_id}").json()
    assert whole["identity_number"] == cases[0].person.identity.number


def test_another_partys_case_is_as_one_that_does_not_exist(world, call):
    hidden = call("af", "get", f"/cases/{world.case().public_id}", template="/cases/{case_id}")
    missing = call("af", "get", f"/cases/{uuid7()}", template="/cases/{case_id}")
    assert hidden.status_code == missing.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**missing.json(), "instance": ""}


def test_search_takes_the_number_in_the_body(world, call):
    case = world.case()
    found = call("fk", "post", "/cases/search", {"text": case.person.identity.number}).json()
    assert [c["case_ref"] for c in found["items"]] == [case.reference]
    assert not call("af", "post", "/cases/search", {"text": case.person.identity.number}).json()["items"]


def test_without_a_valid_token_nothing_is_told(world, call):
    for path in ("/cases", "/handovers", "/watch"):
        assert call(None, "get", path).status_code == 401
    Token.objects.update(revoked_at=clock.now())
    assert call("fk", "get", "/cases").status_code == 401


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?page=0", "?page=x", "?limit=99999999999999999999"])
def test_a_wrong_page_is_told_with_its_field(world, call, query):
    problem = call("fk", "get", f"/cases{query}")
    assert problem.status_code == 422 and problem.json()["errors"][0]["field"].startswith("query.")


def offer(world, case, **changes):
    world.consent(case)
    return {
        "acting_as": "fk_a@test.example", "case_id": str(case.public_id), "to_party": "AF", "to_unit": "E-af",
        "reason": "benefit_ends", "brief": "Ord", "needed_by": clock.today().isoformat(),
        "proposed_contact_at": contact_in(3).isoformat(), **changes,
    }  # fmt: skip


def test_a_handover_is_offered_asked_about_and_accepted_in_somebodys_name(world, call):
    case = world.case()
    made = call("fk", "post", "/handovers", offer(world, case))
    assert made.status_code == 201
    world.confirm("af_a")
    path, template = f"/handovers/{made.json()['id']}", "/handovers/{handover_id}"
    as_af = {"acting_as": "af_a@test.example"}
    world.confirm("af_a")
    steps = [
        ("af", "/ask", {**as_af, "text": "Vad?"}, 200),
        ("fk", "/answer", {"acting_as": "fk_a@test.example", "text": "Så."}, 200),
        ("fk", "/accept", {**as_af, "first_contact_at": contact_in(2).isoformat()}, 403),
        ("af", "/accept", {**as_af, "first_contact_at": contact_in(-2).isoformat()}, 422),
        ("af", "/accept", {**as_af, "first_contact_at": contact_in(2).isoformat()}, 200),
        ("af", "/decline", {**as_af, "decline_reason": "not_ready", "goes_back": True}, 409),
    ]
    for party, step, body, status in steps:
        assert call(party, "post", path + step, body, template + step).status_code == status, step
    case.refresh_from_db()
    assert case.holder == world.posts["af_a"]
    assert {m.by for m in Handover.objects.get().messages.order_by("id")} == {world.posts["fk_a"], world.posts["af_a"]}


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"acting_as": "af_a@test.example"}, 403), ({"acting_as": "fk_b@test.example"}, 403), ({"to_unit": "X"}, 422),
     ({"reason": "x"}, 422), ({"brief": ""}, 422), ({"needed_by": "2001-01-01"}, 422), ({"case_id": str(uuid7())}, 404),
     ({"to_person": "fk_a@test.example"}, 422), ({"brief": "a\x00b"}, 422), ({"acting_as": "\x00"}, 422),
     ({"case_id": 10**30}, 422)],
)  # fmt: skip
def test_an_offer_that_is_wrong_changes_nothing(world, call, changes, status):
    assert call("fk", "post", "/handovers", offer(world, world.case(), **changes)).status_code == status
    assert not Handover.objects.exists()


def test_the_watch_board(world, call):
    world.case(livelihood_ends_on=clock.today())
    board = call("fk", "get", "/watch").json()
    assert board["unprepared_count"] == 1 and call("af", "get", "/watch").json()["unprepared_count"] == 0


def test_an_unknown_path_is_told_as_a_problem(db):
    response = Client().get("/api/v1/nothing")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"text": 5}', "null"])
def test_a_body_that_is_no_search_is_told(world, call, body):
    headers = {"Authorization": f"Bearer {world.token('fk')}"}
    response = Client(headers=headers).post("/api/v1/cases/search", body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response.headers["Content-Type"] == "application/problem+json"
