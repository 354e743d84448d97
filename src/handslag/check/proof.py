"""Goes through the whole database and says, promise by promise, how much was checked and what is broken."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from handslag.check.laws import COUNTED, LAWS
from handslag.check.silence import silent
from handslag.check.written import written
from handslag.foundation import guards, walling

FIRST = 5
NAMES = {
    "1": "Held: every open case has exactly one holder, always",
    "2": "Handshake: responsibility moved only by an accepted handover with a first contact",
    "3": "Silence climbs: what waits too long stands before named people",
    "4": "No without a next: every decline and every closing says who is next",
    "5": "Next step: every open case has one, with a date and a person",
    "6": "A basis: nothing went to another party without one, and nobody protected is named",
    "7": "Written down: the journal holds, sealed from its first entry to its last",
}


@dataclass(frozen=True)
class Finding:
    """One promise: how many facts were checked, how many break it, and the first of them as (why, reference)."""

    checked: int
    broken: int
    offenders: tuple[tuple[str, str], ...]


def _against_law(promise: str) -> tuple[int, tuple[tuple[str, str], ...]]:
    """(how much breaks the laws of a promise, the first of it)."""
    broken, offenders = 0, []
    with connection.cursor() as cursor:
        for why, query in LAWS[promise]:
            cursor.execute(query)
            found = cursor.fetchall()
            broken += len(found)
            offenders += [(why, reference) for (reference,) in found[:FIRST]]
    return broken, tuple(offenders[:FIRST])


def _by_law(promise: str) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED[promise])
        (checked,) = cursor.fetchone()
    return Finding(checked, *_against_law(promise))


def _by_ladder(today: date) -> Finding:
    checked, broken, references = silent(connection, today, FIRST)
    return Finding(checked, broken, tuple(("waits too long with nobody called", ref) for ref in references))


def _by_seals() -> Finding:
    entries, offences = written(FIRST)
    broken, offenders = _against_law("7")
    return Finding(entries, len(offences) + broken, (offences + offenders)[:FIRST])


def prove(today: date) -> dict[str, Finding]:
    """A finding for each of the promises 1 to 7, over all cases and their whole history."""
    others = {"3": lambda: _by_ladder(today), "7": _by_seals}
    return {promise: others[promise]() if promise in others else _by_law(promise) for promise in NAMES}


def fallen_guards() -> list[str]:
    """Guards and walls of the database that do not stand as they should."""
    return guards.missing(connection) + walling.missing(connection)
