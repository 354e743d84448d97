"""Slowing down who tries again and again: allauth's limits (`ACCOUNT_RATE_LIMITS` in the settings), for every page."""

import time
from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

COUNTS = "allauth.account"
"""Whose settings the limits stand in."""


def _forget_the_future(request: HttpRequest, limit: str, key: str) -> None:
    """Takes out what a clock that ran ahead has counted, which would otherwise count until that time has come."""
    for rate in ratelimit.get_rates(app=COUNTS, action=limit):
        place = ratelimit.get_cache_key(request, app=COUNTS, action=limit, rate=rate, key=key)
        history = cache.get(place) or []
        if history and history[0] > time.time():
            cache.set(place, [at for at in history if at <= time.time()], rate.duration)


def counted(request: HttpRequest, limit: str, key: str) -> Callable[[], None] | None:
    """Counts one more try of `key` against a limit; returns what takes it back. None where there were too many."""
    _forget_the_future(request, limit, key)
    used = ratelimit.consume(request, app=COUNTS, action=limit, key=key)
    return used.rollback if used else None
