"""Whom a page is for. A view says so with `@page(...)`; a view that does not say is for nobody."""

from collections.abc import Callable, Iterable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.urls import reverse

from handslag.ui.requests import Request
from handslag.ui.sessions import person_of

EVERYONE = "everyone"
SIGNED_IN = "signed in"
PERSON = "person"
"""Somebody who has signed in as the person that cases are about, and has no role at work here."""


def page(*roles: str) -> Callable:
    """Marks a view for users with any of `roles`, or for EVERYONE or SIGNED_IN."""

    def mark(view: Callable) -> Callable:
        view.visitors = frozenset(roles)  # type: ignore[attr-defined]  # as Django marks views (csrf_exempt)
        return view

    return mark


def visitors(view: Callable) -> frozenset[str]:
    """The roles that a view is marked for; none where it is not marked."""
    return getattr(view, "visitors", frozenset())


def admits(view: Callable, roles: Iterable[str]) -> bool:
    """Whether somebody signed in with these roles may enter."""
    marked = visitors(view)
    return bool(marked & {EVERYONE, SIGNED_IN} or marked.intersection(roles))


def may_enter(view: Callable, request: Request) -> HttpResponseBase | bool | None:
    """None to go on, False to refuse, or the way to sign in."""
    if EVERYONE in visitors(view):
        return None
    if PERSON in visitors(view) and person_of(request):
        return None
    if not request.user.is_authenticated:
        next_page = request.get_full_path() if request.method == "GET" else reverse("start")
        return redirect_to_login(next_page)
    return None if admits(view, request.viewer.roles) else False
