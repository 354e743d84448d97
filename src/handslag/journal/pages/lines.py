"""The journal in words: changes and looks as sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from handslag.foundation.rooms import verbs
from handslag.journal.actions import LISTED
from handslag.journal.models import Entry
from handslag.journal.queries import details
from handslag.reference import codes
from handslag.ui.dates import minute


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Something that was done, as it is read."""

    at: str
    who: str
    acting_for: str
    what: str


@dataclass(frozen=True, slots=True)
class AccessLine:
    """That somebody was shown a person's case, as it is read."""

    at: str
    who: str
    acting_for: str
    how: str
    basis: str
    address: str


def moment_of(entry: Entry) -> str:
    """When an entry was written, as day and time of day in Sweden."""
    return minute(datetime.fromisoformat(entry.at))


def sentence(entry: Entry) -> str:
    """What an entry tells, in words."""
    verb = verbs().get(entry.verb)
    if verb is None:
        return entry.verb
    told = {
        name: codes.label(verb.codes[name], value) if name in verb.codes and value else value
        for name, value in details(entry).items()
    }
    try:
        return _(verb.words).format(**told)
    except KeyError:
        return entry.verb


def change_line(entry: Entry, what: str) -> ChangeLine:
    """A change, with these words for what was done."""
    return ChangeLine(moment_of(entry), entry.actor, entry.acting_for, what)


def basis_words(bases: str) -> str:
    """The bases of a look in words, such as “own record, consent”."""
    names = {"own": _("own record"), "consent": _("the person's consent"), "minimal": _("who holds only")}
    found = []
    for basis in bases.split():
        kind, _colon, code = basis.partition(":")
        found.append(names[kind] if kind in names else codes.label("statutory_basis", code))
    return ", ".join(dict.fromkeys(found))


def access_lines(entries: Iterable[Entry]) -> list[AccessLine]:
    """Looks as the person reads them: when, who, how, on which basis, from where."""
    return [
        AccessLine(
            at=moment_of(entry),
            who=entry.actor,
            acting_for=entry.acting_for,
            how=_("in a list") if entry.verb == LISTED else _("opened"),
            basis=basis_words(entry.basis),
            address=entry.address,
        )
        for entry in entries
    ]
