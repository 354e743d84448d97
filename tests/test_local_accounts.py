"""Local accounts: password and second factor, codes that count once, guessing that is slowed, passkeys in a browser."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from handslag import settings as product
from handslag.foundation import clock, keys
from handslag.journal.models import Entry
from handslag.parties.models import User
from tests.browsing import CHROMIUM, open_page
from tests.strictness import StrictClient

PASSWORD = "hemligt-ord-9"
MORNING = "2026-03-02T09:00:00Z"
USED, WRONG, TOO_MANY = "fel eller redan", "är fel", "För många"


def local(world, name="fk_a") -> User:
    """A local account with a password."""
    user = world.posts[name].user
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(user: User, password=PASSWORD, address="127.0.0.1", **more):
    """The client and the answer after the password."""
    client = StrictClient(REMOTE_ADDR=address)
    return client, client.post(reverse("sign-in"), {"login": user.email, "password": password, **more})


def write(client: StrictClient, code: str, page="mfa_authenticate"):
    """The answer to a code."""
    return client.post(reverse(page), {"code": code})


def told(response) -> str:
    return response.content.decode()


def set_up(user: User) -> tuple[str, list[str], StrictClient]:
    """Signs in for the first time: the authenticator's secret, the recovery codes, the signed-in client."""
    client, _way = enter(user)
    client.get(reverse("sign-in-set-up"))
    secret = client.session["mfa.totp.secret"]
    way = write(client, pyotp.TOTP(secret).now(), "sign-in-set-up")
    assert way.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(way.headers["Location"]).context["unused_codes"]
    return secret, codes, client


def code_at(secret: str, seconds: int = 0) -> str:
    """The authenticator's code so many seconds from now."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=seconds))


def is_in(client: StrictClient) -> bool:
    return client.get("/my-work/").status_code == 200


def test_a_local_account_sets_up_a_second_factor_and_each_code_counts_once(world):
    user = local(world)
    client, way = enter(user)
    assert way.headers["Location"] == reverse("sign-in-set-up") and not is_in(client)
    assert client.get(reverse("mfa_authenticate")).headers["Location"] == reverse("sign-in"), "it cannot be passed by"
    assert "data:image/svg" in told(client.get(reverse("sign-in-set-up")))
    secret = client.session["mfa.totp.secret"]
    assert USED in told(write(client, "000000", "sign-in-set-up")) and not is_in(client)
    code = code_at(secret)
    assert write(client, code, "sign-in-set-up").headers["Location"] == reverse("mfa_view_recovery_codes")
    assert is_in(client) and "mfa.totp.secret" not in client.session
    stored = Authenticator.objects.get(type="totp").data
    assert secret not in str(stored) and keys.decrypt(stored["secret"]) == secret and code not in str(stored)
    assert Entry.objects.filter(verb="second_factor_set").count() == 1
    again, way = enter(user)
    assert way.headers["Location"] == reverse("mfa_authenticate")
    assert "data:image" not in told(again.get(reverse("mfa_authenticate"))), "the secret is shown once"
    assert again.get(reverse("sign-in-set-up")).headers["Location"] == reverse("sign-in")
    assert USED in told(write(again, code)) and not is_in(again), "it has proved the authenticator already"


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_a_code_counts_once_for_as_long_as_clocks_may_differ(world, drift):
    with time_machine.travel(MORNING, tick=False) as traveller:
        user = local(world)
        secret, *_rest = set_up(user)
        traveller.shift(timedelta(minutes=5))
        code = code_at(secret, drift)
        client, _way = enter(user, next="/watch/")
        way = write(client, f"{code[:3]} {code[3:]}")
        assert way.headers["Location"] == "/watch/" and is_in(client)
        for seconds in (0, 31, 29):
            traveller.shift(timedelta(seconds=seconds))
            cache.clear()  # what is remembered of used codes outlasts a lost cache
            client, _way = enter(user)
            assert USED in told(write(client, code)) and not is_in(client)


def test_recovery_codes_are_shown_once_and_count_once(world):
    user = local(world)
    _secret, codes, client = set_up(user)
    assert len(set(codes)) == 10 and not any(code in str(Authenticator.objects.values_list("data")) for code in codes)
    assert codes[0] not in told(client.get(reverse("mfa_view_recovery_codes")))
    for first, other in ((True, codes[0]), (False, codes[0]), (True, codes[1])):
        client, _way = enter(user)
        write(client, other)
        assert is_in(client) == first


def test_the_code_page_is_for_those_with_the_right_password_and_not_for_long(world):
    for page in ("mfa_authenticate", "sign-in-set-up"):
        assert StrictClient().get(reverse(page)).headers["Location"] == reverse("sign-in")
    user = local(world)
    client, _way = enter(user)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert client.get(reverse("sign-in-set-up")).headers["Location"] == reverse("sign-in")


def test_only_one_of_two_who_know_the_password_sets_up_the_factor(world):
    user = local(world)
    late, _way = enter(user)
    late.get(reverse("sign-in-set-up"))
    set_up(user)
    way = write(late, code_at(late.session["mfa.totp.secret"]), "sign-in-set-up")
    assert way.headers["Location"] == reverse("sign-in") and not is_in(late)
    assert Authenticator.objects.filter(type="totp").count() == 1


SECURITY = (
    "mfa_index",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
)


def test_local_accounts_are_off_unless_turned_on(world, settings):
    user = local(world)
    settings.HANDSLAG_LOCAL_ACCOUNTS = False
    client, page = enter(user)
    assert page.status_code == 200 and "id_password" not in told(page) and not is_in(client)
    assert client.post(reverse("eid")).status_code == 404, "no provider is configured"
    client.force_login(user)
    for name in (*SECURITY, "mfa_authenticate", "sign-in-set-up"):
        assert client.get(reverse(name)).status_code == 404


def test_security_pages_are_for_those_who_have_a_local_account(world, browse):
    user = world.posts["fk_a"].user
    client = browse("fk_a")
    for password, is_demo in ((None, False), (PASSWORD, True)):
        user.set_password(password)
        user.is_demo = is_demo
        user.save()
        client.force_login(User.objects.get(pk=user.pk))
        assert reverse("mfa_index") not in told(client.get("/my-work/"))
        for name in SECURITY:
            assert client.get(reverse(name)).status_code == 404


def test_people_of_the_demo_world_need_a_password_alone_and_only_in_demo_mode(world, settings):
    user = local(world)
    user.is_demo = True
    user.save()
    client, way = enter(user)
    assert way.headers["Location"] == "/" and is_in(client)
    settings.HANDSLAG_MODE = "production"
    client, way = enter(user)
    assert way.headers["Location"] == reverse("sign-in-set-up") and not is_in(client)


def test_guessing_is_slowed_and_a_unit_is_not_locked_out(world):
    user, colleague = local(world), local(world, "fk_b")
    with time_machine.travel(MORNING, tick=False) as traveller:
        for _ in range(5):
            assert WRONG in told(enter(user, "x", "10.0.0.1")[1])
        assert TOO_MANY in told(enter(user, PASSWORD, "10.0.0.1")[1]), "even the right one waits"
        assert enter(colleague, PASSWORD, "10.0.0.1")[1].status_code == 302, (
            "a colleague behind the same address does not"
        )
        assert enter(user, PASSWORD, "10.9.9.9")[1].status_code == 302, "nor the owner elsewhere"
        traveller.shift(timedelta(seconds=3))
        assert enter(user, PASSWORD, "10.0.0.1")[1].status_code == 302
        for _ in range(20):
            traveller.shift(timedelta(seconds=8))
            assert WRONG in told(enter(user, "x", "10.6.6.6")[1])
        traveller.shift(timedelta(minutes=11))
        assert TOO_MANY in told(enter(user, PASSWORD, "10.6.6.6")[1]), "a quarter of an hour for who goes on"
        assert enter(user, PASSWORD, "10.9.9.8")[1].status_code == 302, "a stranger cannot keep the owner out"
        traveller.shift(timedelta(minutes=15))
        assert enter(user, PASSWORD, "10.6.6.6")[1].status_code == 302


def test_many_strangers_make_the_owner_wait_for_half_a_minute_at_most(world):
    user = local(world)
    with time_machine.travel(MORNING, tick=False) as traveller:
        for last in range(6):
            assert WRONG in told(enter(user, "x", f"10.1.0.{last}")[1])
        for last in range(20):
            assert TOO_MANY in told(enter(user, "x", f"10.2.0.{last}")[1])
        traveller.shift(timedelta(seconds=31))
        assert enter(user, PASSWORD, "10.9.9.9")[1].status_code == 302


def test_guessing_codes_is_slowed_too_and_keeps_the_owner_out_for_half_a_minute_at_most(world):
    user = local(world)
    with time_machine.travel(MORNING, tick=False) as traveller:
        secret, *_rest = set_up(user)
        for minute in range(7):
            traveller.shift(timedelta(seconds=60))
            client, _way = enter(user, address="10.0.0.1")
            for _ in range(2):
                assert USED in told(write(client, "000000")), minute
            assert TOO_MANY in told(write(client, code_at(secret))), "even the right one waits"
        traveller.shift(timedelta(seconds=31))
        client, _way = enter(user, address="10.0.0.1")
        assert TOO_MANY in told(write(client, code_at(secret))), "and for a quarter of an hour from there"
        client, _way = enter(user, address="10.9.9.9")
        assert write(client, code_at(secret)).headers["Location"] == "/", "the owner elsewhere does not"


def test_whoever_signs_in_anew_leaves_the_session_before(world, browse):
    user, client = local(world, "fk_b"), browse("fk_a")
    before = client.session.session_key
    way = client.post(reverse("sign-in"), {"login": user.email, "password": PASSWORD})
    assert way.headers["Location"] == reverse("sign-in-set-up") and not is_in(client)
    assert client.session.session_key != before
    assert "data:image/svg" in told(client.get(reverse("sign-in-set-up")))


def test_the_password_is_not_guessed_from_within_either(world):
    user = local(world)
    _secret, _codes, client = set_up(user)
    with time_machine.travel(clock.now(), tick=False):
        answers = [client.post(reverse("account_reauthenticate"), {"password": "x"}) for _ in range(11)]
    assert all("är fel" in told(page) for page in answers[:5]) and TOO_MANY in told(answers[5])
    assert answers[10].status_code == 429 and TOO_MANY in told(answers[10])


def test_the_provider_of_an_address_with_a_whole_network_gets_no_more_tries(world):
    user = local(world)
    with time_machine.travel(MORNING, tick=False):
        for last in range(5):
            assert WRONG in told(enter(user, "x", f"2001:db8:1:2::{last}")[1])
        assert TOO_MANY in told(enter(user, PASSWORD, "2001:db8:1:2::9")[1])


def test_nobody_learns_whether_an_account_exists(world, monkeypatch):
    known, left, without = local(world), local(world, "fk_b"), world.posts["af_a"].user
    left.posts.update(is_active=False)
    User.objects.filter(pk=left.pk).update(is_active=False)
    hashed, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *words: hashed.append(1) or encode(*words))
    answers = set()
    for user, password in ((known, "x"), (User(email="nobody@test.example"), "x"), (left, PASSWORD), (without, "x")):
        hashed.clear()
        _client, page = enter(user, password)
        answers.add((page.status_code, len(hashed), told(page).count(WRONG)))
    assert len(answers) == 1 and {count for _status, count, _told in answers} == {1}


def test_limits_are_shared_between_processes_and_a_lost_cache_locks_nobody_out(world, settings):
    settings.CACHES = product.CACHES
    user = local(world)
    for _ in range(5):
        enter(user, "x", "10.0.0.1")
    assert TOO_MANY in told(enter(user, PASSWORD, "10.0.0.1")[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM handslag_cache")
        rows = cursor.fetchall()
        assert rows and user.email not in str(rows), "another process finds them in the database"
        cursor.execute("DELETE FROM handslag_cache")
    assert enter(user, PASSWORD, "10.0.0.1")[1].status_code == 302


def test_an_authenticator_is_replaced_after_the_password_once_more(world):
    user = local(world)
    old, _codes, client = set_up(user)
    client, _way = enter(user)
    write(client, code_at(old, 30))
    page = reverse("mfa_activate_totp")
    assert client.get(page).headers["Location"].startswith(reverse("account_reauthenticate"))
    confirm = f"{reverse('account_reauthenticate')}?next={page}"
    assert "är fel" in told(client.post(confirm, {"password": "x"}))
    assert client.post(confirm, {"password": PASSWORD}).headers["Location"] == page
    client.get(page)
    new = client.session["mfa.totp.secret"]
    assert new != old and write(client, code_at(new), "mfa_activate_totp").headers["Location"] == reverse("mfa_index")
    assert "gäller inte längre" in told(client.get(reverse("mfa_index")))
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        for secret, comes_in in ((old, False), (new, True)):
            client, _way = enter(user)
            write(client, code_at(secret))
            assert is_in(client) == comes_in


def test_new_recovery_codes_take_the_place_of_the_old(world):
    user = local(world)
    _secret, old, client = set_up(user)
    page = reverse("mfa_generate_recovery_codes")
    assert "10 koder" in told(client.get(page))
    assert client.post(page).headers["Location"] == reverse("mfa_view_recovery_codes")
    new = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert not set(old) & set(new)
    client, _way = enter(user)
    assert USED in told(write(client, old[0]))
    write(client, new[0])
    assert is_in(client)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
@pytest.mark.browser
def test_a_passkey_is_added_lets_in_and_is_removed(browser, live_server, lasting_world):
    user = local(lasting_world)
    page = open_page(browser, live_server.url)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
               "hasResidentKey": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def sign_in():
        page.goto("/sign-in/")
        page.fill("#id_login", user.email)
        page.fill("#id_password", PASSWORD)
        page.click("main form:has(#id_password) button[type=submit]")

    sign_in()
    secret = page.text_content("main p.quiet code").replace(" ", "")
    page.fill("#id_code", code_at(secret))
    page.click("main button[type=submit]")
    page.wait_for_url("**/security/recovery-codes/")
    page.click("main >> text=Säkerhet")
    page.click("text=Lägg till en passnyckel")
    page.wait_for_url("**/passkeys/add/")
    page.fill("#id_name", "Min dator")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Passnyckeln är tillagd")
    page.click("text=Logga ut")
    sign_in()
    assert not page.is_visible("[data-failed]")
    page.click("text=Använd din passnyckel")
    page.wait_for_url("**/my-work/")
    page.goto("/security/")
    page.click("text=Ta bort Min dator")
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Passnyckeln är borttagen")
    assert not page.complaints
    verbs = Entry.objects.filter(verb__startswith="second_factor").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["second_factor_set", "second_factor_set", "second_factor_removed"]


def test_the_last_second_factor_stays(world):
    user = local(world)
    _secret, _codes, client = set_up(user)
    Authenticator.objects.filter(type="totp").delete()
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Nyckel", "credential": {"id": "abc"}})
    page = reverse("mfa_remove_webauthn", args=["abc"])
    assert "Nyckel" in told(client.get(page))
    assert client.post(page).headers["Location"] == reverse("mfa_index")
    assert Authenticator.objects.filter(type="webauthn").exists()
    assert client.get(reverse("mfa_remove_webauthn", args=["xyz"])).status_code == 404


DAY = timedelta(days=1)


def test_who_goes_on_guessing_from_one_address_has_a_hundred_tries_a_day(world):
    user = local(world)
    with time_machine.travel(MORNING, tick=False) as traveller:
        tried = 0
        for _ in range(7 * 4):
            traveller.shift(timedelta(minutes=15, seconds=1))
            for _ in range(20):
                traveller.shift(timedelta(seconds=6))
                tried += WRONG in told(enter(user, "x", "10.6.6.6")[1])
        assert tried == 100
        traveller.shift(DAY)
        assert enter(user, PASSWORD, "10.6.6.6")[1].status_code == 302


@pytest.mark.parametrize("what", ["password", "code"])
def test_strangers_have_few_tries_a_day_and_keep_the_owner_out_of_no_place_of_hers(world, settings, what):
    limits = {**settings.ACCOUNT_RATE_LIMITS, f"{what}_failed_by_strangers": "7/1d/key"}
    settings.ACCOUNT_RATE_LIMITS = limits
    user = local(world)
    with time_machine.travel(MORNING, tick=False) as traveller:
        secret, *_rest = set_up(user)
        traveller.shift(timedelta(minutes=1))
        owner, _way = enter(user)
        assert write(owner, code_at(secret)).headers["Location"] == "/", "from here the owner signs in"
        tried = 0
        for n in range(12):
            traveller.shift(timedelta(seconds=61))
            stranger, page = enter(user, PASSWORD if what == "code" else "x", f"10.5.0.{n}")
            tried += (USED in told(write(stranger, "000000"))) if what == "code" else (WRONG in told(page))
        assert tried == 7
        traveller.shift(timedelta(seconds=61))
        owner, _way = enter(user)
        assert write(owner, code_at(secret)).headers["Location"] == "/"
        traveller.shift(DAY)
        stranger, way = enter(user, address="10.5.1.1")
        assert write(stranger, code_at(secret)).headers["Location"] == "/", "a day later everywhere"


def test_a_clock_that_ran_ahead_keeps_nobody_out(world):
    user = local(world)
    with time_machine.travel(MORNING, tick=False) as traveller:
        traveller.shift(DAY)
        for _ in range(5):
            assert WRONG in told(enter(user, "x")[1])
        assert TOO_MANY in told(enter(user)[1])
        traveller.shift(-DAY)
        assert enter(user)[1].status_code == 302


def test_guesses_at_the_same_time_all_count(lasting_world, settings):
    from concurrent.futures import ThreadPoolExecutor

    user = local(lasting_world)

    def guess(_n):
        try:
            return WRONG in told(enter(user, "x")[1])
        finally:
            connection.close()

    with time_machine.travel(MORNING, tick=False), ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(guess, range(12))) <= 5


def test_a_lost_second_factor_is_reset_by_the_operator_and_written_down(world):
    from click.testing import CliRunner

    from handslag.cli.main import main

    user = local(world)
    set_up(user)
    for words, status in ((["nobody@test.example"], 1), ([user.email.upper()], 0), ([user.email], 1)):
        done = CliRunner().invoke(main, ["reset-factor", *words])
        assert done.exit_code == status and "Traceback" not in done.output
    assert not Authenticator.objects.filter(user=user).exists(), "recovery codes go too"
    assert Entry.objects.get(verb="second_factor_reset").subject_id == user.pk
    assert enter(user)[1].headers["Location"] == reverse("sign-in-set-up")


def test_own_sessions_are_listed_and_ended_by_their_owner_alone(world, browse):
    here, there, other = browse("fk_a"), browse("fk_a"), browse("fk_b")
    for client, device in ((here, "Here"), (there, "There"), (other, "Other")):
        assert client.get("/my-work/", headers={"User-Agent": device}).status_code == 200
    page = told(here.get(reverse("sessions")))
    assert "There" in page and "Here" in page and "Other" not in page and "Den här" in page
    assert there.session.session_key not in page, "no key of a session is shown"
    names = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(names) == 1
    other.post(reverse("sessions"), {"session": names})
    assert is_in(there), "another one's cannot be ended"
    here.post(reverse("sessions"), {"session": names})
    assert is_in(here) and is_in(other) and not is_in(there)
    mine = re.findall(r'value="([^"]+)"', told(other.get(reverse("sessions"))))
    other.post(reverse("sessions"), {"session": mine})
    assert is_in(other), "the one in use is ended by signing out"


def test_the_own_password_is_changed_after_the_one_before_and_ends_other_sessions(world, settings):
    user = local(world)
    secret, _codes, client = set_up(user)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        other, _way = enter(user)
        write(other, code_at(secret))
        assert is_in(client) and is_in(other)
        new = "ett-annat-langt-ord-4"
        for old, first, again, words in ((PASSWORD + "x", new, new, WRONG), (PASSWORD, new, new + "x", "inte lika"),
                                         (PASSWORD, "kort", "kort", "12 tecken")):  # fmt: skip
            page = client.post(reverse("change-password"), {"old": old, "new": first, "again": again})
            assert page.status_code == 200 and words in told(page), words
        way = client.post(reverse("change-password"), {"old": PASSWORD, "new": new, "again": new})
        assert way.headers["Location"] == reverse("mfa_index") and is_in(client) and not is_in(other)
        assert Entry.objects.get(verb="password_set").actor == user.email
        assert enter(user, new)[1].status_code == 302


def test_a_wrong_password_is_written_down_and_nothing_of_an_unknown_account(world):
    user = local(world)
    enter(user, "x", "10.0.0.9")
    StrictClient().post(reverse("sign-in"), {"login": "hemligt@test.example", "password": "x"})
    known, unknown = Entry.objects.filter(verb="sign_in_failed").order_by("id")
    assert (known.actor, known.subject_id, known.address) == (user.email, user.pk, "10.0.0.9")
    assert unknown.subject_id == 0 and "hemligt" not in str(vars(unknown))


def test_signing_out_clears_what_the_browser_kept(world, browse):
    answer = browse("fk_a").post(reverse("sign-out"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_operator_ends_the_sessions_of_one_or_all(world, browse):
    from click.testing import CliRunner

    from handslag.cli.main import main

    one, other = browse("fk_a"), browse("fk_b")
    assert CliRunner().invoke(main, ["end-sessions", "fk_a@test.example"]).output.startswith("1 ")
    assert not is_in(one) and is_in(other)
    CliRunner().invoke(main, ["end-sessions"])
    assert not is_in(other)
