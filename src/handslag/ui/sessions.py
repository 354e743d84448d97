"""Sessions: of people at work, and of persons who have signed in with e-ID (which hold the blind index, no number)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest

from handslag.foundation import clock, keys
from handslag.foundation.acting import reading

KEY = "subject"
BEGAN, SEEN, ADDRESS, DEVICE = "began_at", "seen_at", "address", "device"


def enter_as_person(request: HttpRequest, subject: str) -> None:
    """Begins a person's session, ending whatever was there before."""
    logout(request)
    request.session.cycle_key()
    request.session[KEY] = subject


def person_of(request: HttpRequest) -> str | None:
    """The signed-in person's blind index; None for anyone else."""
    return request.session.get(KEY)


@receiver(user_logged_in)
def _end_the_persons(request: HttpRequest, **_: Any) -> None:
    """Somebody at work is here now: a person who was signed in before in the same browser is no more."""
    request.session.pop(KEY, None)


@dataclass(frozen=True)
class Standing:
    """One of somebody's sessions: where and when it began and was last used; `name` stands for its key."""

    name: str
    began: datetime
    seen: datetime
    address: str
    device: str
    is_this: bool


def _owner(data: Any) -> tuple[str | None, str | None]:
    return data.get(SESSION_KEY), data.get(KEY)


def _of_owner(request: HttpRequest) -> Iterator[tuple[Session, dict]]:
    mine = _owner(request.session)
    for session in Session.objects.filter(expire_date__gt=clock.now()).order_by("pk").iterator():
        data = session.get_decoded()
        if BEGAN in data and _owner(data) == mine:
            yield session, data


def _name(session_key: str) -> str:
    return keys.blind(f"session {session_key}")


@reading
def sessions_of(request: HttpRequest) -> list[Standing]:
    """The sessions of whoever is signed in here, the last used first."""
    found = [
        Standing(
            _name(session.pk),
            datetime.fromtimestamp(data[BEGAN], UTC),
            datetime.fromtimestamp(data.get(SEEN, data[BEGAN]), UTC),
            data.get(ADDRESS, ""),
            data.get(DEVICE, ""),
            session.pk == request.session.session_key,
        )
        for session, data in _of_owner(request)
    ]
    return sorted(found, key=lambda one: one.seen, reverse=True)


@reading
def end_all_sessions(user_ids: Iterable[int] | None) -> int:
    """Ends the sessions of these users, or everybody's (None), persons' too; returns how many. For the operator."""
    wanted = None if user_ids is None else set(map(str, user_ids))
    ended = [
        session
        for session in Session.objects.order_by("pk").iterator()
        if wanted is None or session.get_decoded().get(SESSION_KEY) in wanted
    ]
    for session in ended:
        session.delete()
    return len(ended)


@reading
def end_sessions(request: HttpRequest, names: list[str]) -> int:
    """Ends those of the own sessions that are named, but for this one; returns how many."""
    ended = [s for s, _data in _of_owner(request) if _name(s.pk) in names and s.pk != request.session.session_key]
    for session in ended:
        session.delete()
    return len(ended)
