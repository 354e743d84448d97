"""What stands between the product and the outside: headers, cookies, errors, and the API under a fuzzer."""

import gzip
import json
import logging
import os
import re
import subprocess
import sys

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from handslag.api.service import api
from tests import scanning
from tests.worlds import contact_in, numbers

API = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))
API.app = get_wsgi_application()
NOT_ASKED = [ignored_auth, negative_data_rejection, positive_data_acceptance]
"""The roles give their own tokens; what is well formed may be refused by the rules of the field; unknown parameters are let pass."""
ROLES = ("fk", "af", "kom", "nobody")


@pytest.mark.parametrize("name", ["start", "sign-in", "my-work", "case", "sharing", "nowhere"])
def test_every_answer_carries_the_whole_set_of_security_headers(world, browse, name):
    case = world.case()
    url = (
        "/nowhere/"
        if name == "nowhere"
        else reverse(name, args=[case.public_id] if name in ("case", "sharing") else [])
    )
    headers = browse("fk_a").get(url).headers
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin" and headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'",
                 "frame-ancestors 'none'"):  # fmt: skip
        assert part in policy
    assert "unsafe" not in policy and "*" not in policy


PADDED = re.compile(rb"\x1f\x8b\x08\x08.{6}[^\x00]{0,100}\x00", re.DOTALL)
"""How gzip begins that carries a file name: Django's random padding."""


def test_our_own_pages_ask_for_compressed_answers_of_a_random_length(world):
    client = Client()
    client.force_login(world.posts["fk_a"].user)
    asked = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
    answers = [client.get("/my-work/", headers=asked) for _ in range(20)]
    assert all(answer["Content-Encoding"] == "gzip" and PADDED.match(answer.content) for answer in answers)
    assert all(b"Mitt arbete" in gzip.decompress(answer.content) for answer in answers)
    assert len({len(answer.content) for answer in answers}) > 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_no_other_site_sees_how_well_a_page_is_compressed(browse, site):
    asked = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": site} if site else {})
    answer = browse("fk_a").get("/my-work/", headers=asked)
    assert "Content-Encoding" not in answer and b"Mitt arbete" in answer.content


PRODUCTION = """
import django; django.setup()
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,
      s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN, s.SECURE_HSTS_SECONDS >= 31536000 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_SSL_REDIRECT,
      s.HANDSLAG_LOCAL_ACCOUNTS, s.HANDSLAG_ROLE_PICKER, s.DEBUG)
"""


def test_production_sets_host_cookies_over_tls_alone_and_no_local_accounts(tmp_path):
    env = {**os.environ, "HANDSLAG_HOME": str(tmp_path), "HANDSLAG_MODE": "production", "HANDSLAG_SECRET_KEY": "x" * 50,
           "DJANGO_SETTINGS_MODULE": "handslag.settings", "DATABASE_URL": ""}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", PRODUCTION], env=env, capture_output=True, text=True, check=True)
    told = done.stdout.split()
    assert told == ["__Host-handslag", "__Host-csrf", "True", "True", "True", "/", "None", "True", "True", "False", "False",
                    "False"]  # fmt: skip


def test_the_scan_sees_what_it_is_for(world, browse):
    number = numbers()[900]
    assert scanning.numbers_in(f"x {number[:8]}-{number[8:]} y") and not scanning.numbers_in("202601011234")
    logging.getLogger("handslag").warning("a person: %s", number)
    assert any("log line" in told for told in scanning.found())


def _world_of_the_api(world) -> str:
    """Something of everything at FK and AF; the word that KOM alone may read."""
    case = world.case()
    world.offer(case)
    world.consent(world.case("af_a"), "fk", out=("identity",), back=())
    world.case("kom_a", family_name="Komsson", next_step="Kommunens steg")
    return "Komsson"


@pytest.mark.django_db
@API.parametrize()
@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
def test_the_api_answers_any_request_as_described(case, world_of_the_api):
    tokens, secret_word = world_of_the_api
    for role in ROLES:
        headers = {"Authorization": f"Bearer {tokens[role]}"} if role in tokens else {}
        response = case.call(headers=headers)
        case.validate_response(response, excluded_checks=NOT_ASKED)
        assert response.status_code < 500
        if role != "kom":
            assert secret_word not in response.text and "Kommunens steg" not in response.text


@pytest.fixture
def world_of_the_api(world):
    """Tokens by party, and what no other party may see."""
    word = _world_of_the_api(world)
    for signal in (request_started, request_finished):  # keep the test's connection, as Django's own client does
        signal.disconnect(close_old_connections)
    yield {name: world.token(name) for name in ("fk", "af", "kom")}, word
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_errors_of_the_api_tell_no_other_partys_words(world):
    _world_of_the_api(world)
    case = world.case("kom_a", family_name="Komsson")
    secret = world.token("fk")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"acting_as": "fk_a@test.example", "case_id": str(case.public_id), "to_party": "AF", "to_unit": "E-af", "reason": "moved",
            "needed_by": "2030-01-01", "proposed_contact_at": contact_in(3).isoformat()}  # fmt: skip
    response = client.post("/api/v1/handovers", json.dumps(body), content_type="application/json")
    assert response.status_code == 404 and "Komsson" not in response.content.decode()
