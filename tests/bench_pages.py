"""How long pages take: asked over HTTP from a real server (gunicorn, one worker), an empty signed-in page beside them."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from tests.bench_limits import Limit
from tests.bench_parts import HEADER, PARTS
from tests.bench_worlds import FULL, run_python

ROUNDS = int(os.environ.get("HANDSLAG_BENCH_ROUNDS", "60"))
PORT = int(os.environ.get("HANDSLAG_BENCH_PORT", "8790"))
PAGES = ("my work", "case", "full case", "search", "watch board")
TOKEN = "a" * 32
SESSION = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from handslag.simulation.guide import sign_ins
from handslag.cases.models import Case
post = sign_ins()[0]
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(post.user_id), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = post.user.get_session_auth_hash()
session.save()
held = Case.objects.filter(holder=post, closed_at__isnull=True).select_related("person__identity").order_by("next_step_on", "id")
print(json.dumps({"session": session.session_key, "cookie": settings.SESSION_COOKIE_NAME, "case": str(held[0].public_id),
                  "name": held[0].person.identity.family_name, "held": held.count()}))
"""


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/sign-in/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


@contextmanager
def _serving(env: dict) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{PORT}", "-w", "1", "tests.bench_app:application"]
    server = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        _wait_for(PORT)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _ask(method: str, path: str, cookies: str, body: str | None) -> dict[str, float]:
    """Milliseconds that one request took, and what the server tells of its parts."""
    headers = {"Cookie": cookies, "Accept-Encoding": "identity"}
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/"}
    connection = HTTPConnection("127.0.0.1", PORT)
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{method} {path} gave {response.status}")
    took = (time.perf_counter() - begun) * 1000
    return {"ms": took, **json.loads(response.headers.get(HEADER, "{}"))}


def _asked(env: dict) -> tuple[dict, dict[str, list[dict[str, float]]]]:
    """Who asked, and what each page took each time; they take turns, so that the machine's moods hit all alike."""
    full, who = run_python(FULL, env), run_python(SESSION, env)
    cookies = f"{who['cookie']}={who['session']}; csrf={TOKEN}"
    requests = {
        "empty": ("GET", "/bench-empty/", None),
        "my work": ("GET", "/my-work/", None),
        "case": ("GET", f"/cases/{who['case']}/", None),
        "full case": ("GET", f"/cases/{full['case']}/", None),
        "search": ("POST", "/search/", f"q={who['name']}&csrfmiddlewaretoken={TOKEN}"),
        "watch board": ("GET", "/watch/", None),
    }
    found: dict[str, list] = {page: [] for page in requests}
    with _serving(env):
        for turn in range(ROUNDS + 5):
            for page, (method, path, body) in requests.items():
                told = _ask(method, path, cookies, body)
                if turn >= 5:
                    found[page].append(told)
    return who, found


def pages(env: dict, *, walled: bool = True) -> dict[str, float]:
    """Median milliseconds per page, and how many cases the one who asks holds."""
    who, found = _asked(env if walled else {**env, "HANDSLAG_BENCH_NO_WALL": "1"})
    return {"held": who["held"], **{page: statistics.median(one["ms"] for one in took) for page, took in found.items()}}


def parts(env: dict) -> dict[str, dict[str, float]]:
    """Of each page: the number of its statements, and each part's share of its time within the application.

    Timing parts costs time itself, so this is another server than the one whose milliseconds count.
    """
    _who, found = _asked({**env, "HANDSLAG_BENCH_PARTS": "1"})
    told = {}
    for page, took in found.items():
        middle = {name: statistics.median(one[name] for one in took) for name in ("statements", *PARTS)}
        whole = sum(middle[part] for part in PARTS)
        told[page] = {"statements": middle["statements"], **{part: middle[part] / whole for part in PARTS}}
    return told


def tell_parts(told: dict[str, dict[str, float]]) -> None:
    """Prints a line for each page."""
    for page, one in told.items():
        shares = ", ".join(f"{part} {one[part]:.0%}" for part in PARTS)
        print(f"  {page:<12} {one['statements']:3.0f} statements; {shares}")


def limits(kind: str, told: dict, sizes: tuple[int, int]) -> list[Limit]:
    """What pages must keep: to the empty page, to the same in a smaller world, and to the same without the wall."""
    small, alike = (told["pages_ms"][size] for size in sizes)
    large, bare = told["pages_told_more_ms"], told.get("pages_without_wall_ms", {})
    found = []
    for page in PAGES:
        growth = (alike[page] / alike["empty"]) / (small[page] / small["empty"])
        found += [
            Limit(f"{kind}, {page}: times the empty page", large[page] / large["empty"], 2.5),
            Limit(f"{kind}, {page}: growth {sizes[0]:,} to {sizes[1]:,} cases", growth, 1.1),
        ]
    return found + [
        Limit(f"{kind}, {page}: times the same without the wall", large[page] / bare[page], 1.5)
        for page in ("my work", "search")
        if bare
    ]
