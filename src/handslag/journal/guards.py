"""The journal is append-only, whoever writes SQL. What is written waits for its batch, also when SQL writes it."""

from handslag.foundation.guards import Consequence, Guard, undeletable

ENTRY, SHOWN, UNSEALED, BATCH, HEAD = (f"journal_{name}" for name in ("entry", "shown", "unsealed", "batch", "head"))


def unchangeable(table: str) -> Guard:
    """A guard that refuses to change any row of `table`."""
    return Guard(f"{table}_unchangeable", table, "UPDATE", "1=1", f"{table}: rows are never changed")


GUARDS = [
    *(guard for table in (ENTRY, SHOWN, BATCH) for guard in (unchangeable(table), undeletable(table))),
    unchangeable(UNSEALED),
    Consequence(
        "journal_entry_waits",
        ENTRY,
        "INSERT",
        "1=1",
        f"INSERT INTO {UNSEALED} (entry_id, seal) VALUES (NEW.id, NEW.seal)",
    ),
    undeletable(HEAD),
    Guard(
        "journal_head_goes_forward", HEAD, "UPDATE", "NEW.number <= OLD.number", "journal_head: it only goes forward"
    ),
]
