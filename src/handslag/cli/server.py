"""Serving: gunicorn in this process, and the watch's rounds beside it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from gunicorn.app.base import BaseApplication

SHORTEST_SECRET = 40


def _database_problems() -> Iterator[tuple[bool, str]]:
    from django.db import connection

    from handslag.foundation import guards, wall

    yield bool(guards.missing(connection)), "The database's guards do not stand. Run “handslag setup”."
    yield bool(wall.missing(connection)), "The database's walls do not stand. Run “handslag setup” as their owner."


def _production_problems() -> Iterator[tuple[bool, str]]:
    from django.conf import settings
    from django.db import connection

    from handslag.foundation import wall
    from handslag.parties.queries import demo_users

    issuer = settings.HANDSLAG_OIDC_ISSUER
    yield (
        "HANDSLAG_SECRET_KEY" in settings.HANDSLAG_MADE_HERE or len(settings.SECRET_KEY) < SHORTEST_SECRET,
        f"HANDSLAG_SECRET_KEY is not set, or shorter than {SHORTEST_SECRET} signs. Set it to a secret of your own "
        "(to try the product out, set HANDSLAG_MODE=demo instead).",
    )
    for name in ("HANDSLAG_ENCRYPTION_KEYS", "HANDSLAG_INDEX_KEY"):
        told = f"{name} is not set. “handslag keys make” prints a key; keep it apart from the database."
        yield name in settings.HANDSLAG_MADE_HERE, told
    yield settings.HANDSLAG_ROLE_PICKER, "The demo's role picker is on. Unset HANDSLAG_ROLE_PICKER."
    yield settings.DEBUG, "HANDSLAG_DEBUG is on. Unset it."
    yield (
        not (issuer or settings.HANDSLAG_LOCAL_ACCOUNTS),
        "Nobody could sign in. Set HANDSLAG_OIDC_ISSUER, or HANDSLAG_LOCAL_ACCOUNTS=1.",
    )
    yield bool(issuer) and not issuer.startswith("https://"), "HANDSLAG_OIDC_ISSUER is not an https address."
    yield (
        wall.can_bypass(connection),
        "DATABASE_URL names a role that could read past the database's wall. Connect as a role that is a member of "
        f"{wall.ROLE} and owns nothing (docs/operating.md).",
    )
    yield demo_users().exists(), "The database holds the demo world, whose passwords are known. Use another database."


def unsafe() -> list[str]:
    """Why the server must not start; empty when it may."""
    from django.conf import settings

    found = [*_database_problems()]
    if settings.HANDSLAG_MODE != "demo":
        found += _production_problems()
    return [told for broken, told in found if broken]


def _go_rounds(every_minutes: float, stop: threading.Event) -> None:
    """Goes a round now and then again every so often, each in a process of its own."""
    while True:
        subprocess.run([sys.executable, "-m", "handslag", "watch"], stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        if stop.wait(every_minutes * 60):
            return


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any]):
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self):
        from handslag.wsgi import application

        return application


def run(host: str, port: int, workers: int) -> None:
    """Serves until stopped."""
    from django.conf import settings

    stop = threading.Event()
    rounds = threading.Thread(target=_go_rounds, args=(settings.HANDSLAG_WATCH_MINUTES, stop), daemon=True)
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": 4,
            "when_ready": lambda _server: rounds.start(),
            "on_exit": lambda _server: stop.set(),
            "loglevel": "warning",
        }
    ).run()
