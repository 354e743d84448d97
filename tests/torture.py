"""`make torture`: kills a server under load, again and again, and sees that nothing it answered for is lost.

Callers take next steps over HTTP, and save drafts of what they write between. Worker processes are killed, now and then the whole server, and on PostgreSQL the
database too; at last a synchronous standby takes over from a database that crashed. Then each step that was answered
for must stand in the database, and each draft of which the page said that it was saved (or a later one), and `handslag check` and `handslag journal verify` must be clean. KILLS says how many.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from tests.clusters import THERE, Cluster, clusters, free_port

KILLS = int(os.environ.get("KILLS", "200"))
CALLERS = 6
OUT = Path("build/torture.json")

CALLERS_MADE = """
import django, json, sys; django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from handslag.cases.models import Case
held = Case.objects.filter(closed_at__isnull=True, joined_to__isnull=True, suspended_on__isnull=True)
found = []
for case in held.select_related("holder__user").order_by("id")[:int(sys.argv[1])]:
    user, session = case.holder.user, SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "handslag.parties.accounts.Backend"
    session.save()
    found.append([session.session_key, str(case.public_id), str(case.holder.public_id)])
print(json.dumps(found))
"""
STEPS = """
import django, json; django.setup()
from handslag.cases.models import Case, PastStep
print(json.dumps([*Case.objects.values_list("next_step", flat=True), *PastStep.objects.values_list("text", flat=True)]))
"""

DRAFTS = """
import django, json; django.setup()
from handslag.drafts.models import Draft
drafts = Draft.objects.filter(form="torture").values_list("case__public_id", "content")
print(json.dumps([[str(case), int(json.loads(content)["text"])] for case, content in drafts]))
"""


class Installation:
    """A demo installation in a folder, served by two workers."""

    def __init__(self, folder: Path, database: str, cases: int = 60):
        self.port = free_port()
        self._env = {**os.environ, "HANDSLAG_HOME": str(folder), "HANDSLAG_MODE": "demo", "DATABASE_URL": database,
                     "DJANGO_SETTINGS_MODULE": "handslag.settings", "HANDSLAG_WATCH_MINUTES": "10000"}  # fmt: skip
        self._server: subprocess.Popen | None = None
        self.command("demo", "--cases", str(cases), check=True)

    def at(self, database: str) -> None:
        """From here on its database is this one."""
        self._env["DATABASE_URL"] = database

    def command(self, *words: str, check: bool = False) -> subprocess.CompletedProcess:
        """One of the operator's commands."""
        return subprocess.run(
            [sys.executable, "-m", "handslag", *words], env=self._env, capture_output=True, text=True, check=check
        )

    def python(self, code: str, *words: str) -> list:
        """What a piece of code prints, over the installation's database."""
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=self._env, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    def start(self) -> None:
        """Serves; returns when it answers."""
        words = [sys.executable, "-m", "handslag", "serve", "--port", str(self.port), "--workers", "2"]
        self._server = subprocess.Popen(
            words, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 120
        while not self._answers():
            if time.monotonic() > until or self._server.poll() is not None:
                raise SystemExit("the server does not come back")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/sign-in/")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False

    def kill_worker(self) -> None:
        """Kills one worker; the server replaces it."""
        found = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        workers = [pid for pid in found if "serve" in Path(f"/proc/{pid}/cmdline").read_text()]
        if workers:
            os.kill(int(random.choice(workers)), signal.SIGKILL)

    def kill(self) -> None:
        """Kills the whole server at once."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def broken(self, answered: set[str], saved: dict[str, int]) -> dict:
        """What is lost of what was answered for, and what check and journal verify say (0 is clean)."""
        kept, drafts = set(self.python(STEPS)), dict(self.python(DRAFTS))
        return {
            "answered": len(answered),
            "lost": len(answered - kept),
            "drafts": sum(saved.values()),
            "drafts_lost": sum(drafts.get(case, 0) < last for case, last in saved.items()),
            "check": self.command("check").returncode,
            "verify": self.command("journal", "verify").returncode,
        }


class Load:
    """Callers who take one next step after the other, and note which were answered for."""

    def __init__(self, installation: Installation, callers: int = CALLERS):
        self.answered: set[str] = set()
        self.saved: dict[str, int] = {}
        """The last draft of each case of which the page said that it was saved."""
        self._numbers: dict[str, int] = {}
        self._port, self._stop = installation.port, threading.Event()
        made = installation.python(CALLERS_MADE, str(callers))
        self._threads = [threading.Thread(target=self._call, args=(n, *one)) for n, one in enumerate(made)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_more: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Returns when so many more steps have been answered for."""
        wanted, until = len(self.answered) + more, time.monotonic() + 120
        while len(self.answered) < wanted:
            if time.monotonic() > until:
                raise SystemExit("nothing is answered any more")
            time.sleep(0.02)

    def _call(self, number: int, session: str, case: str, holder: str) -> None:
        serial = 0
        while not self._stop.is_set():
            serial += 1
            step = f"Torture {number} {serial}"
            try:
                if self._take(f"/cases/{case}/next-step/", session, holder, step):
                    self.answered.add(step)
                self._draft(case, session)
            except (OSError, HTTPException):
                time.sleep(0.05)

    def _draft(self, case: str, session: str) -> None:
        """Saves the next draft of a case. What was saved unanswered is found by its number: then it is the next one's
        turn."""
        number = self._numbers.get(case, 0)
        form = {"draft_number": str(number), "text": str(number + 1)}
        status = self._post(f"/cases/{case}/next-step/", f"/cases/{case}/drafts/torture/", session, form)
        if status in (200, 409):
            self._numbers[case] = number + 1
        if status == 200:
            self.saved[case] = number + 1

    def _take(self, path: str, session: str, holder: str, step: str) -> bool:
        day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 9 * 86_400))
        form = {"was_done": "yes", "next_step": step, "next_step_on": day, "next_step_by": holder}
        return self._post(path, path, session, form) == 302

    def _post(self, path: str, to: str, session: str, filled: dict[str, str]) -> int:
        """The status with which a form of a page is answered."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        cookies = {"handslag": session}
        connection.request("GET", path, headers={"Cookie": f"handslag={session}"})
        answer = connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            return answer.status
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                cookies |= [value.split(";")[0].split("=", 1)]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        form = {name: unescape(value) for name, value in hidden}
        form |= filled
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}  # fmt: skip
        connection.request("POST", to, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


def kills(folder: Path, count: int, cluster: Cluster | None = None) -> dict:
    """Kills under load: of ten, eight workers, one server, and one database (a second server on SQLite)."""
    installation = Installation(folder, cluster.url if cluster else "")
    installation.start()
    with Load(installation) as load:
        for number in range(count):
            load.wait_for(random.randrange(1, 12))
            if number % 10 == 4 and cluster:
                cluster.crash()
                cluster.start()
            elif number % 10 in (4, 9):
                installation.kill()
                installation.start()
            else:
                installation.kill_worker()
    installation.kill()
    return {"kills": count, **installation.broken(load.answered, load.saved)}


def promotion(folder: Path, primary: Cluster, steps: int = 100) -> dict:
    """A database crashes under load, and its synchronous standby takes over."""
    installation = Installation(folder / "home", primary.url)
    standby = primary.stand_by(primary.folder.parent / "standby", free_port())
    installation.start()
    with Load(installation) as load:
        load.wait_for(steps)
        primary.crash()
        standby.promote()
        installation.kill()
        installation.at(standby.url)
        installation.start()
        load.wait_for(steps)
    installation.kill()
    return installation.broken(load.answered, load.saved)


def is_clean(found: dict) -> bool:
    """Whether nothing was lost or broken."""
    return bool(found["answered"]) and not (found["lost"] or found["drafts_lost"] or found["check"] or found["verify"])


def main() -> None:
    """Tortures both databases, prints and writes the figures; exits 1 where anything was lost or broken."""
    found, folder = {}, Path(tempfile.mkdtemp(prefix="handslag-torture-"))
    try:
        found["sqlite"] = kills(folder / "sqlite", KILLS)
        print("sqlite", found["sqlite"], flush=True)
        if THERE:
            with clusters(folder / "clusters") as place:
                one, other = (Cluster(place / name, free_port()) for name in ("killed", "primary"))
                one.make()
                found["postgresql"] = kills(folder / "postgresql", KILLS, one)
                one.crash()
                print("postgresql", found["postgresql"], flush=True)
                other.make()
                found["promotion"] = promotion(folder / "promotion", other)
                print("promotion", found["promotion"], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1))
    sys.exit(0 if all(map(is_clean, found.values())) else 1)


if __name__ == "__main__":
    main()
