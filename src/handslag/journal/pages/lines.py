"""The journal in words: changes and looks as sentences."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.foundation.rooms import verbs
from handslag.journal.actions import LISTED
from handslag.journal.models import Entry
from handslag.journal.queries import bases_shown, details
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


def items(lines: Iterable[ChangeLine]) -> SafeString:
    """Changes as the items of a list; drawn in Python, as tables are (`ui/tables.py`)."""
    return SafeString("".join(map(_item, lines)))  # noqa: S308  (escaped there)


def _item(line: ChangeLine) -> str:
    acting = f" {escape(_('(for {name})').format(name=line.acting_for))}" if line.acting_for else ""
    return f"<li><time>{line.at}</time> <strong>{escape(line.who)}</strong>{acting} {escape(line.what)}</li>"


def basis_words(bases: Mapping[str, list[str]]) -> str:
    """The bases of a look in words, each with what it showed: “own record; the person's consent: identity, plan”."""
    names = {"own": _("own record"), "consent": _("the person's consent")}
    found: dict[str, set[str]] = {}
    for basis, groups in bases.items():
        kind, _colon, code = basis.partition(":")
        words = names[kind] if kind in names else codes.label("statutory_basis", code)
        found.setdefault(words, set()).update(groups)
    return "; ".join(map(_with_groups, found, found.values())) or _("who holds only")


def _with_groups(basis: str, groups: set[str]) -> str:
    labels = [
        codes.label("information_group", group) for group in codes.entries("information_group") if group in groups
    ]
    return f"{basis}: {', '.join(labels)}" if labels else basis


def access_lines(
    entries: Iterable[Entry], case_ids: Iterable[int], own_parties: Set[int] = frozenset()
) -> list[AccessLine]:
    """Looks at these cases as the person reads them: when, who, how, which facts on which basis.

    From where is told of looks by `own_parties` alone: another authority's addresses are its own.
    """
    case_ids = list(case_ids)
    return [
        AccessLine(
            at=moment_of(entry),
            who=entry.actor,
            acting_for=entry.acting_for,
            how=_("in a list") if entry.verb == LISTED else _("opened"),
            basis=basis_words(bases_shown(entry, case_ids)),
            address=entry.address if entry.party in own_parties else "",
        )
        for entry in entries
    ]
