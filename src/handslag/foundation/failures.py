"""Why a database did not carry something out, where that is nobody's mistake: it was busy, full or gone."""

import errno

from django.db import OperationalError

OVERLAPPED = ("40001", "40P01")
"""PostgreSQL ended a transaction because of another one (serialization failure, deadlock): taken again, it may pass."""
BUSY = (*OVERLAPPED, "55P03", "57014", "53300", "SQLITE_BUSY", "SQLITE_LOCKED")
"""Somebody else held what was needed for too long, the statement took too long, or too many were connected."""
FULL = ("53100", "SQLITE_FULL")
GONE = ("57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006")


class WaitedTooLong(OperationalError):
    """Those before in line did not leave in time (foundation/sqlite)."""


def _code(error: BaseException | None) -> str:
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""


def overlapped(error: BaseException | None) -> bool:
    """Whether the database gave way to another transaction, so that the whole of this one may be tried again."""
    return _code(error) in OVERLAPPED


def was_busy(error: BaseException | None) -> bool:
    """Whether it was too busy. Nothing has changed."""
    return isinstance(error, WaitedTooLong) or _code(error) in BUSY


def was_full(error: BaseException | None) -> bool:
    """Whether there was no room left, in the database or for a file beside it. Nothing has changed."""
    return _code(error) in FULL or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))


def was_gone(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or no longer: what was being saved may be saved, or not."""
    return _code(error) in GONE or (isinstance(error, OperationalError) and not _code(error) and _is_psycopg(error))


def _is_psycopg(error: OperationalError) -> bool:
    return type(error.__cause__).__module__.startswith("psycopg")
