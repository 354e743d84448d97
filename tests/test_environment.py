"""The operator's variables: what they hold comes out typed, and what they may not hold is refused in a sentence."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handslag import environment

GUIDE = Path(__file__).parent.parent / "docs/operating.md"
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture
def given(monkeypatch):
    """given(HANDSLAG_PROXIES="1") is the environment with these variables and none of the machine's own."""
    for name in environment.VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def read(**variables: str) -> environment.Environment:
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        return environment.read()

    return read


def test_what_is_not_given_has_its_default(given):
    nothing = given()
    assert (nothing.mode, nothing.home, nothing.database_url, nothing.proxies) == ("production", Path("var"), "", 0)
    assert (nothing.role_picker, nothing.local_accounts, nothing.debug) == (False, False, False)
    empty = given(HANDSLAG_MODE="", HANDSLAG_PROXIES="", HANDSLAG_HOSTS="", DATABASE_URL="")
    assert empty == nothing, "an empty variable is as one that is not there"


def test_demo_mode_turns_on_what_is_not_turned_off(given):
    assert given(HANDSLAG_MODE="demo").role_picker and given(HANDSLAG_MODE="demo").local_accounts
    assert not given(HANDSLAG_MODE="demo", HANDSLAG_ROLE_PICKER="0").role_picker


def test_what_is_given_comes_out_typed(given):
    found = given(HANDSLAG_HOSTS="a.example, b.example", HANDSLAG_OIDC_ACR=" x  y ", HANDSLAG_WATCH_MINUTES="0.5",
                  HANDSLAG_ENCRYPTION_KEYS=f"{KEY},{KEY}", HANDSLAG_IDLE_MINUTES="15", HANDSLAG_HOME="/srv/h")  # fmt: skip
    assert found.hosts == ("a.example", "b.example") and found.oidc_acr == ("x", "y") and found.watch_minutes == 0.5
    assert found.encryption_keys == (KEY, KEY) and found.idle_minutes == 15 and found.home == Path("/srv/h")


WRONG = [
    ("HANDSLAG_MODE", "developement", "production or demo"),
    ("HANDSLAG_DEBUG", "maybe", "1 (on) or 0 (off)"),
    ("HANDSLAG_ROLE_PICKER", "2", "1 (on) or 0 (off)"),
    ("HANDSLAG_LOCAL_ACCOUNTS", "ja", "1 (on) or 0 (off)"),
    ("HANDSLAG_PROXIES", "two", "a whole number from 0 to 10"),
    ("HANDSLAG_PROXIES", "-1", "a whole number from 0 to 10"),
    ("HANDSLAG_IDLE_MINUTES", "0", "a whole number from 1 to 10000"),
    ("HANDSLAG_SESSION_HOURS", "8.5", "a whole number from 1 to 10000"),
    ("HANDSLAG_IMPORT_MAX_MB", "64MB", "a whole number from 1 to 10000"),
    ("HANDSLAG_WATCH_MINUTES", "inf", "a number above 0"),
    ("HANDSLAG_WATCH_MINUTES", "hourly", "a number above 0"),
    ("HANDSLAG_LANGUAGE", "de", "sv or en"),
    ("HANDSLAG_OIDC_ISSUER", "eid.example", "an https address"),
    ("HANDSLAG_OIDC_ISSUER", "https://", "an https address"),
]


@pytest.mark.parametrize(("name", "held", "may"), WRONG)
def test_what_a_variable_may_not_hold_is_refused_in_a_sentence_that_tells_all(given, name, held, may):
    with pytest.raises(environment.WrongSetting) as refused:
        given(**{name: held})
    told = str(refused.value)
    assert told.startswith(f"{name} holds “{held}”; it may hold {may}") and "\n" not in told


@pytest.mark.parametrize(
    ("name", "held"),
    [("DATABASE_URL", "mysql://me:hush@db/handslag"), ("DATABASE_URL", "postgres://me:hush@db:x/handslag"),
     ("DATABASE_URL", "hush"), ("HANDSLAG_ENCRYPTION_KEYS", f"{KEY},hush"), ("HANDSLAG_INDEX_KEY", "hush")],
)  # fmt: skip
def test_a_secret_of_the_wrong_form_is_refused_and_not_repeated(given, name, held):
    with pytest.raises(environment.WrongSetting) as refused:
        given(**{name: held})
    assert str(refused.value).startswith(f"{name} holds something else") and "hush" not in str(refused.value)


def test_each_wrong_variable_has_its_own_sentence(given):
    with pytest.raises(environment.WrongSetting) as refused:
        given(HANDSLAG_MODE="x", HANDSLAG_PROXIES="x", HANDSLAG_LANGUAGE="x")
    told = str(refused.value).splitlines()
    assert {line.split()[0] for line in told} == {"HANDSLAG_MODE", "HANDSLAG_PROXIES", "HANDSLAG_LANGUAGE"}
    assert len(told) == 3


DOORS = {
    "a command": ["-m", "handslag", "codes"],
    "the server": ["-m", "handslag", "serve"],
    "the WSGI door": ["-c", "import handslag.wsgi"],
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_answers_a_wrong_variable_with_a_stack_trace(tmp_path, door):
    env = {**os.environ, "HANDSLAG_HOME": str(tmp_path), "HANDSLAG_PROXIES": "two", "DATABASE_URL": "",
           "DJANGO_SETTINGS_MODULE": "handslag.settings"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, *DOORS[door]], check=False, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1 and not done.stdout
    assert "HANDSLAG_PROXIES holds “two”; it may hold a whole number from 0 to 10." in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir()), "nothing was made"


def test_every_variable_stands_in_the_operators_guide_with_its_meaning_and_default():
    code = "".join(p.read_text() for p in (GUIDE.parent.parent / "src/handslag").rglob("*.py"))
    assert not re.findall(r"environ\.get|environ\[|getenv", code), "variables are read in handslag/environment.py"
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", GUIDE.read_text(encoding="utf-8"), re.M))
    assert set(rows) == set(environment.VARIABLES) | set(re.findall(r'envvar="([A-Z]+)"', code))
    for name, variable in environment.VARIABLES.items():
        meaning, default = rows[name].split(" | ")
        assert meaning == variable.description, name
        if isinstance(variable.default, str | int | float) and variable.default not in ("", False):
            assert default.startswith(f"`{variable.default}`"), name
