"""Writing the journal: the only way an entry comes to be."""

from collections.abc import Iterable

from handslag.foundation import clock
from handslag.journal.models import Entry


def entry(actor: str, verb: str, subject: str, subject_id: int, acting_for: str = "", **details) -> Entry:
    """An entry that is not yet written, stamped with the present instant."""
    return Entry(
        at=clock.now(),
        actor=actor,
        acting_for=acting_for,
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        details=details,
    )


def record(actor: str, verb: str, subject: str, subject_id: int, acting_for: str = "", **details) -> None:
    """Writes one entry. Call it in the transaction of the change that it tells of."""
    entry(actor, verb, subject, subject_id, acting_for, **details).save()


def record_all(entries: Iterable[Entry]) -> None:
    """Writes many entries at once."""
    Entry.objects.bulk_create(entries, batch_size=2000)
