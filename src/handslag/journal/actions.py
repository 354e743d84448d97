"""Writing the journal: the only way an entry comes to be."""

from collections.abc import Iterable, Mapping
from typing import Any

from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.journal import chain, seals
from handslag.journal.looks import Look, names, told
from handslag.journal.models import Entry

LISTED, LOOKED = "listed", "looked"


def entry(
    actor: str,
    verb: str,
    subject: str,
    subject_id: int,
    acting_for: str = "",
    basis: str = "",
    address: str = "",
    party: int | None = None,
    group: str = "",
    **details,
) -> Entry:
    """An entry that is not yet written, stamped with the present instant. Details hold codes, days and ids: no words
    about a person, and nobody's name or number but those of staff. `party` is the acting post's, `group` the group of
    information that the line belongs to."""
    return Entry(
        at=seals.instant(clock.now()),
        actor=actor,
        acting_for=acting_for,
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        basis=basis,
        address=address,
        details=seals.canonical(details),
        party=party,
        group=group,
    )


def record(actor: str, verb: str, subject: str, subject_id: int, acting_for: str = "", **details) -> None:
    """Writes one entry, in the transaction of the change that it tells of. Takes what `entry` takes."""
    record_all([entry(actor, verb, subject, subject_id, acting_for, **details)])


@action(by_itself)
def record_all(entries: Iterable[Entry]) -> None:
    """Writes many entries at once."""
    chain.append(list(entries))


@action(by_itself)
def record_looks(
    actor: str, page: str, looks: Mapping[int, Look], address: str, opened: int | None = None, party: int | None = None
) -> None:
    """Writes that somebody of `party` was shown cases: the one that was opened by itself, all others as a list.

    Where one case alone was shown, it counts as opened.
    """
    listed = dict(looks)
    if opened not in looks and len(looks) == 1:
        (opened,) = looks
    entries = []
    if opened is not None and opened in looks:
        entries.append(_look(actor, LOOKED, opened, {opened: listed.pop(opened)}, address, party, page=page))
    if listed:
        entries.append(_look(actor, LISTED, 0, listed, address, party, page=page, cases=sorted(listed)))
    chain.append(entries)
    if listed:
        chain.link(entries[-1], sorted(listed))


def _look(
    actor: str, verb: str, case_id: int, looks: Mapping[int, Look], address: str, party: int | None, **details: Any
) -> Entry:
    absent = " ".join(sorted({look.acting_for for look in looks.values() if look.acting_for}))[:254]
    subject, bases = "case" if case_id else "list", names(looks.values())
    return entry(actor, verb, subject, case_id, absent, bases, address, party, shown=told(looks), **details)
