"""Serving: gunicorn in this process, and the watch's rounds beside it."""

import os
import subprocess
import sys
import threading
from typing import Any

from gunicorn.app.base import BaseApplication

SHORTEST_SECRET = 40


def unsafe() -> list[str]:
    """Why the server must not start; empty when it may."""
    from django.conf import settings
    from django.db import connection

    from handslag.foundation import guards
    from handslag.parties.queries import demo_users

    problems = []
    if guards.missing(connection):
        problems.append("The database's guards do not stand. Run “handslag setup”.")
    if settings.HANDSLAG_MODE not in ("demo", "production"):
        problems.append("HANDSLAG_MODE is neither “demo” nor “production”.")
    if settings.HANDSLAG_MODE == "demo":
        return problems
    if len(os.environ.get("HANDSLAG_SECRET_KEY", "")) < SHORTEST_SECRET:
        problems.append(
            f"HANDSLAG_SECRET_KEY is not set, or shorter than {SHORTEST_SECRET} signs. Set it to a secret of your own "
            "(to try the product out, set HANDSLAG_MODE=demo instead)."
        )
    if settings.HANDSLAG_ROLE_PICKER:
        problems.append("The demo's role picker is on. Unset HANDSLAG_ROLE_PICKER.")
    if settings.DEBUG:
        problems.append("HANDSLAG_DEBUG is on. Unset it.")
    if demo_users().exists():
        problems.append("The database holds the demo world, whose passwords are known. Use another database.")
    return problems


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
    stop = threading.Event()
    minutes = float(os.environ.get("HANDSLAG_WATCH_MINUTES", "60"))
    rounds = threading.Thread(target=_go_rounds, args=(minutes, stop), daemon=True)
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
