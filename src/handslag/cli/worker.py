"""A worker of the server: one thread takes in and sends out, a few others answer.

A request is answered when all of it is there. So whoever sends half of one, or takes an answer slowly, holds up nobody.
"""

import logging
import os
import time
from typing import Any

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

MEGABYTE = 1024 * 1024
REQUEST_SECONDS = 300
"""Within which the whole of a request must have come, however busily it comes."""
LIMITS = {
    "threads": 4,
    "connection_limit": 1000,
    "channel_timeout": 30,  # seconds after which a connection that says nothing is closed
    "cleanup_interval": 5,
    "max_request_header_size": 32 * 1024,
}


class Request(HTTPRequestParser):
    """A request that is coming in."""

    def __init__(self, limits: Any):
        super().__init__(limits)
        self.began = time.monotonic()


class Connection(HTTPChannel):
    """A caller."""

    parser_class = Request

    @property
    def is_late(self) -> bool:
        """Whether the caller has taken too long over one request."""
        return self.request is not None and time.monotonic() - self.request.began > REQUEST_SECONDS

    @property
    def is_being_answered(self) -> bool:
        """Whether an answer is being made or sent."""
        return bool(self.requests or self.total_outbufs_len)


class PatientWorker(Worker):
    """Gunicorn starts, watches and replaces the processes; in each, waitress reads and answers."""

    def run(self) -> None:
        """Serves until told to stop; what has been asked until then is answered."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of every request that waits
        sockets: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=sockets,
            sockets=[listener.sock for listener in self.sockets],  # type: ignore[attr-defined]  # (gunicorn's own)
            max_request_body_size=2 * settings.HANDSLAG_IMPORT_MAX_MB * MEGABYTE,  # (ui/uploads.py refuses in words)
            clear_untrusted_proxy_headers=False,  # (ui/addresses.py says whom to trust)
            ident=None,
            **LIMITS,
        )
        server.channel_class = Connection
        while self.alive and self.ppid == os.getppid():
            self._go_on(server, sockets)
        server.accepting = False
        until = time.monotonic() + self.cfg.graceful_timeout
        while any(caller.is_being_answered for caller in callers(server)) and time.monotonic() < until:
            self._go_on(server, sockets)
        server.task_dispatcher.shutdown()

    def _go_on(self, server: Any, sockets: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)
        for caller in callers(server):
            caller.will_close = caller.will_close or caller.is_late


def callers(server: Any) -> list[Connection]:
    """The connections of a server that stand."""
    return list(server.active_channels.values())
