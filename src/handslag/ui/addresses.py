"""From where a request came, and the addresses of rows in lists."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

_ANY = UUID(int=0)


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[_ANY])


def url_of(name: str, public_id: UUID) -> str:
    """The address of a page about one row. Django builds it once for each page's name: a list has one a row."""
    return _pattern(name).replace(str(_ANY), str(public_id))


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind as many trusted proxies as HANDSLAG_PROXIES says, what the first of them saw."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.HANDSLAG_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else request.META.get("REMOTE_ADDR", "")
