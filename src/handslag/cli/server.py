"""Serving: gunicorn in this process, beside it the rounds of watch and outbox and one that makes analysts' reports, and
in each worker a sealer."""

import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication

MAIL_EVERY = 1.0
"""Minutes between the rounds that send mail."""
ANALYSES_EVERY = 0.05
"""Minutes between two processes that make reports, each of which looks out for them for some time."""
LINGERS = 60
"""Seconds for which a process that makes reports looks out for more."""


def pause(every_minutes: float) -> float:
    """Seconds until the next round: when the day changes at the latest, since what has climbed goes by days."""
    from handslag.foundation import clock

    left = clock.midnight(clock.today() + timedelta(days=1)) - clock.now()
    return min(every_minutes * 60, left.total_seconds() + 1)


def _go_rounds(command: str, every_minutes: float, stop: threading.Event) -> None:
    """Goes a round of a command now and then again every so often, each in a process of its own."""
    while True:
        subprocess.run([sys.executable, "-m", "handslag", *command.split()], stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        if stop.wait(pause(every_minutes)):
            return


def _begin(_worker: Any) -> None:
    from handslag.foundation.collecting import collect_seldom
    from handslag.foundation.patience import limit_for_process
    from handslag.journal import chain

    limit_for_process()
    collect_seldom()
    threading.Thread(target=chain.keep_sealing, args=(chain.EVERY, threading.Event()), daemon=True).start()


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any]):
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self):
        return get_wsgi_application()


def run(host: str, port: int, workers: int) -> None:
    """Serves until stopped."""
    from django.conf import settings

    stop = threading.Event()
    every = {"watch": settings.HANDSLAG_WATCH_MINUTES}
    if settings.HANDSLAG_SENDS_MAIL:
        every["mail"] = MAIL_EVERY
    every[f"analyses --linger {LINGERS}"] = ANALYSES_EVERY

    def begin_rounds(_server: Any) -> None:
        for command, minutes in every.items():
            threading.Thread(target=_go_rounds, args=(command, minutes, stop), daemon=True).start()

    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "handslag.cli.worker.PatientWorker",
            "when_ready": begin_rounds,
            "on_exit": lambda _server: stop.set(),
            "post_worker_init": _begin,
            "loglevel": "warning",
        }
    ).run()
