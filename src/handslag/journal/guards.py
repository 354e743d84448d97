"""The journal is append-only, whoever writes SQL."""

from handslag.foundation.guards import Guard, undeletable, unreplaceable

TABLE = "journal_entry"

GUARDS = [
    unreplaceable(TABLE, "o.id = NEW.id"),
    Guard("journal_entry_unchangeable", TABLE, "UPDATE", "1=1", "journal_entry: entries are never changed"),
    undeletable(TABLE),
]
