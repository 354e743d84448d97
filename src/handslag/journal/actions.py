"""Writing the journal: the only way an entry comes to be."""

from collections.abc import Iterable

from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.journal import chain, seals
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
    actor: str, page: str, looks: dict[int, tuple[str, str]], address: str, opened: int | None = None
) -> None:
    """Writes that somebody was shown cases: the one that was opened by itself, all others as a list.

    `looks` holds for each case the bases on which it was shown, and the e-mail of whom the viewer stood in for. Where
    one case alone was shown, it counts as opened.
    """
    listed = sorted(looks)
    if opened not in looks and len(looks) == 1:
        (opened,) = looks
    entries = []
    if opened in looks:
        listed.remove(opened)
        basis, acting_for = looks[opened]
        entries.append(entry(actor, LOOKED, "case", opened, acting_for, basis, address, page=page))
    if listed:
        entries.append(_list_of(actor, page, {case_id: looks[case_id] for case_id in listed}, address))
    chain.append(entries)
    if listed:
        chain.link(entries[-1], listed)


def _list_of(actor: str, page: str, looks: dict[int, tuple[str, str]], address: str) -> Entry:
    bases = " ".join(sorted({name for basis, _for in looks.values() for name in basis.split()}))[:500]
    absent = " ".join(sorted({acting_for for _basis, acting_for in looks.values() if acting_for}))[:254]
    return entry(actor, LISTED, "list", 0, absent, bases, address, page=page, cases=list(looks))
