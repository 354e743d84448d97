"""No connection to the database is shared by two processes: it would mix up their questions and answers."""

import os

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_left_alone: list[BaseDatabaseWrapper] = []
"""Connections of the process before a fork, kept so that nothing closes them here, which would end them there."""


def _close() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _forget() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            _left_alone.append(connection)
            del connections[connection.alias]


def watch_forks() -> None:
    """Closes idle connections before this process forks; a child forgets one in use, and makes its own."""
    os.register_at_fork(before=_close, after_in_child=_forget)
