"""The session of a person who has signed in with e-ID: it holds the blind index, never the number."""

from django.contrib.auth import logout
from django.http import HttpRequest

KEY = "subject"


def enter_as_person(request: HttpRequest, subject: str) -> None:
    """Begins a person's session, ending whatever was there before."""
    logout(request)
    request.session.cycle_key()
    request.session[KEY] = subject


def person_of(request: HttpRequest) -> str | None:
    """The signed-in person's blind index; None for anyone else."""
    return request.session.get(KEY)
