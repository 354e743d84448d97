"""Signing in with e-ID: a real identity provider driven by a real browser; and sessions that end."""

import base64
import copy
import hmac
import json
import time
from datetime import timedelta

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as django_settings
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from oidc_provider_mock import run_server_in_thread
from oidc_provider_mock._storage import User as Known

from handslag.parties.models import User
from tests.browsing import CHROMIUM, open_page
from tests.strictness import StrictClient
from tests.worlds import numbers

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
STAFF, PERSON = django_settings.HANDSLAG_OIDC_STAFF_CLAIM, django_settings.HANDSLAG_OIDC_PERSON_CLAIM
AT_WORK = {STAFF: "a17@2021005521", "acr": LOA3}
KNOWN = {
    "staff": AT_WORK,
    "staff-of-two": {**AT_WORK, STAFF: ["x@1", "a17@2021005521"]},
    "low": {**AT_WORK, "acr": "http://id.elegnamnden.se/loa/1.0/loa2"},
    "no-level": {STAFF: "a17@2021005521"},
    "no-affiliation": {"acr": LOA3, "email": "fk_a@test.example", "email_verified": True},
    "unknown": {**AT_WORK, STAFF: "b18@2021005521"},
    "collision": {**AT_WORK, STAFF: "fk_a@test.example", "email": "fk_a@test.example", "email_verified": True},
    "left": {**AT_WORK, STAFF: "c19@2021005521"},
    "wrong-issuer": {**AT_WORK, "iss": "https://evil.example"},
    "wrong-audience": {**AT_WORK, "aud": "somebody-else"},
    "expired": {**AT_WORK, "exp": 1_600_000_000},
    "citizen": {PERSON: "", "acr": LOA3},
    "nonsense": {PERSON: "199001010000", "acr": LOA3},
}
browser_only = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def provider():
    """A real provider of OpenID Connect on this machine, and the people whom it knows."""
    KNOWN["citizen"][PERSON] = numbers()[700]
    people = [Known(sub=name, claims=claims) for name, claims in KNOWN.items()]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def eid(provider, settings, live_server, lasting_world, browser):
    """eid("staff") goes to the sign-in page and through the provider as that person; gives the page."""
    apps = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    apps["openid_connect"]["APPS"][0] |= {
        "client_id": "handslag", "secret": "test", "settings": {"server_url": provider},
    }  # fmt: skip
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"] += [provider]
    settings.SOCIALACCOUNT_PROVIDERS, settings.CONTENT_SECURITY_POLICY = apps, policy
    settings.HANDSLAG_OIDC_ISSUER = provider
    for name, staff_id in (("fk_a", "a17@2021005521"), ("fk_b", "c19@2021005521")):
        User.objects.filter(pk=lasting_world.posts[name].user_id).update(staff_id=staff_id)

    def go(name: str):
        page = open_page(browser, live_server.url)
        page.goto("/sign-in/")
        page.click("text=Logga in med e-legitimation")
        page.wait_for_url(f"{provider}/**")
        page.click(f"button[name=sub][value='{name}']")
        page.wait_for_url(f"{live_server.url}/**")
        return page

    return go


@browser_only
@pytest.mark.browser
@pytest.mark.parametrize("name", ["staff", "staff-of-two"])
def test_staff_sign_in_by_their_affiliation_and_out_at_both_places(eid, provider, live_server, name):
    page = eid(name)
    assert page.url.endswith("/my-work/") and "Fk_A Test" in page.content()
    page.click("text=Logga ut")
    page.wait_for_url(f"{provider}/**")
    page.goto(f"{live_server.url}/my-work/")
    assert "/sign-in/" in page.url


@browser_only
@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "told"),
    [("low", "tillitsnivå"), ("no-level", "tillitsnivå"), ("no-affiliation", "vem du är i tjänsten"),
     ("unknown", "tjänsteidentitet"), ("collision", "tjänsteidentitet"), ("wrong-issuer", "lyckades inte"),
     ("wrong-audience", "lyckades inte"), ("expired", "lyckades inte"), ("nonsense", "giltigt personnummer")],
)  # fmt: skip
def test_whom_the_register_does_not_know_by_identifier_is_told_and_let_in_nowhere(eid, name, told):
    before = set(User.objects.values_list("email", "staff_id"))
    page = eid(name)
    assert "/sign-in/" in page.url and told in page.content(), page.content()
    page.goto("/my-work/")
    assert "/sign-in/" in page.url
    assert set(User.objects.values_list("email", "staff_id")) == before, "no account is made or changed"


@browser_only
@pytest.mark.browser
def test_somebody_who_has_left_does_not_come_in(eid, lasting_world):
    post = lasting_world.posts["fk_b"]
    type(post).objects.filter(pk=post.pk).update(is_active=False)
    User.objects.filter(pk=post.user_id).update(is_active=False)
    assert "/sign-in/" in eid("left").url


@browser_only
@pytest.mark.browser
def test_an_answer_of_the_provider_counts_once(eid, live_server):
    answers = []

    def note(request):
        if "/callback/" in request.url:
            answers.append(request.url)

    page = eid("staff")
    page.on("request", note)
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.click("text=Logga in med e-legitimation")
    page.click("button[name=sub][value='staff']")
    page.wait_for_url("**/my-work/")
    assert len(answers) == 1
    page.goto(answers[0])  # with the session that it was meant for
    assert "lyckades inte" in page.content()
    page.context.clear_cookies()
    page.goto(answers[0])  # in somebody else's browser
    assert "lyckades inte" in page.content() and "/sign-in/" in page.url


@browser_only
@pytest.mark.browser
def test_the_person_comes_to_the_own_page_reads_it_and_takes_consent_back(eid, lasting_world):
    world = lasting_world
    case = world.case(identity_number=numbers()[700])
    world.consent(case, "af")
    client = StrictClient()
    client.force_login(world.posts["fk_a"].user)
    client.get(f"/cases/{case.public_id}/")
    page = eid("citizen")
    assert page.url.endswith("/me/")
    assert "Fk_A Test" in page.content() and "fk_a@test.example" in page.content()
    for box in page.query_selector_all("input[name=disclosure]"):
        box.check()
    page.click("text=Ta tillbaka det jag har valt")
    page.wait_for_selector("text=Det är tillbakataget")
    client.force_login(world.posts["af_a"].user)
    assert client.get(f"/cases/{case.public_id}/").status_code == 404
    for path in ("/my-work/", f"/cases/{case.public_id}/", "/watch/"):
        page.goto(path)
        assert "/sign-in/" in page.url, "a person has no role at work"


@pytest.mark.parametrize(
    ("minutes", "times", "stays"), [(29, 1, True), (31, 1, False), (25, 18, True), (25, 20, False)]
)
def test_sessions_end_when_idle_and_when_they_have_lasted_long(world, minutes, times, stays):
    client = StrictClient()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as traveller:
        client.force_login(world.posts["fk_a"].user)
        assert client.get("/my-work/").status_code == 200
        for _ in range(times):
            traveller.shift(timedelta(minutes=minutes))
            response = client.get("/my-work/")
        assert (response.status_code == 200) == stays


def test_a_persons_session_ends_when_somebody_at_work_signs_in_there(world):
    from handslag.foundation import keys
    from handslag.ui.sessions import KEY

    case = world.case()
    client = StrictClient()
    session = client.session
    session[KEY] = keys.blind(case.person.identity.number)
    session.save()
    assert client.get("/me/").status_code == 200 and "Den här" in client.get("/sessions/").content.decode()
    client.force_login(world.posts["fk_a"].user)
    assert KEY not in client.session and client.get("/me/").status_code != 200


@pytest.mark.parametrize("jump", [timedelta(hours=9), timedelta(hours=-9)])
def test_a_session_ends_by_a_clock_that_jumped_either_way(world, jump):
    client = StrictClient()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as traveller:
        client.force_login(world.posts["fk_a"].user)
        assert client.get("/my-work/").status_code == 200
        traveller.shift(jump)
        assert client.get("/my-work/").status_code == 302


def _tokens():
    """Tokens of a provider with an RSA and an EC key, each with what is wrong with it; the first is right."""
    rsa_key, ec_key = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    keys = [{**json.loads(RSAAlgorithm.to_jwk(rsa_key.public_key())), "kid": "r"},
            {**json.loads(ECAlgorithm.to_jwk(ec_key.public_key())), "kid": "e"}]  # fmt: skip
    now = int(time.time())
    right = {"iss": "https://eid.example", "aud": "handslag", "sub": "x", "iat": now, "exp": now + 60, "nonce": "N"}
    pem = rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def signed(key=rsa_key, alg="RS256", kid="r", **changes):
        claims = {name: value for name, value in (right | changes).items() if value is not None}
        return jwt.encode(claims, key, alg, headers={"kid": kid})

    def by_hand(head):
        parts = (json.dumps(head).encode(), json.dumps(right).encode())
        start = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        seal = base64.urlsafe_b64encode(hmac.digest(pem, start, "sha256")).rstrip(b"=")
        return b".".join((start, seal)).decode()

    return keys, {
        "right": signed(), "right by EC": signed(ec_key, "ES256", "e"), "right for two": signed(aud=["handslag", "b"], azp="handslag"),
        "another nonce": signed(nonce="M"), "no nonce": signed(nonce=None), "azp of another": signed(azp="b"),
        "two and no azp": signed(aud=["handslag", "b"]), "EC by the RSA key": signed(ec_key, "ES256", "r"),
        "RSA by the EC key": signed(rsa_key, "RS256", "e"), "the public key as a secret": by_hand({"alg": "HS256", "kid": "r"}),
        "unsigned": by_hand({"alg": "none", "kid": "r"}), "no algorithm": by_hand({"kid": "r"}),
        "a list as algorithm": by_hand({"alg": ["RS256"], "kid": "r"}), "an unknown key": signed(kid="z"), "words": "x.y.z",
        "nothing": "",
    }  # fmt: skip


def test_each_confused_or_foreign_token_is_a_refusal(rf, settings, monkeypatch):
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error

    from handslag.site.entrance import oidc

    keys, tokens = _tokens()
    app = type("App", (), {"client_id": "handslag"})
    answer = type("Answer", (), {"json": lambda self: {"keys": keys}, "raise_for_status": lambda self: None})()
    session = type("Session", (), {"get": lambda self, url: answer, "__enter__": lambda self: self,
                                   "__exit__": lambda self, *_: None})()  # fmt: skip
    monkeypatch.setattr(oidc, "get_adapter", type("A", (), {"get_requests_session": lambda self: session}))
    for name, token in tokens.items():
        request = rf.get("/")
        request.session = {oidc.NONCE: "N"}
        protocol = oidc.Protocol(request, oidc.PROVIDER)
        protocol._openid_config = {"jwks_uri": "https://eid.example/keys", "issuer": "https://eid.example"}
        if name.startswith("right"):
            assert protocol._decode_id_token(app, token)["sub"] == "x" and not request.session, name
            with pytest.raises(OAuth2Error):
                protocol._decode_id_token(app, token)  # the nonce counts once
        else:
            with pytest.raises(OAuth2Error):
                protocol._decode_id_token(app, token)


def test_the_level_of_assurance_is_the_tokens_own(rf):
    from allauth.core.exceptions import ImmediateHttpResponse
    from django.contrib.messages.storage.fallback import FallbackStorage

    from handslag.site.entrance import oidc

    request = rf.get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    data = {"id_token": {"sub": "x"}, "userinfo": {"sub": "x", "acr": LOA3, STAFF: "a17@2021005521"}}
    login = type("Login", (), {"account": type("Account", (), {"extra_data": data})})
    with pytest.raises(ImmediateHttpResponse):
        oidc.Adapter(request).pre_social_login(request, login)
    assert [m for m in request._messages if "tillitsniv" in str(m)]
