"""The journal is append-only, whoever writes SQL."""

from handslag.foundation.guards import Guard, undeletable, unreplaceable

TABLE, SHOWN, HEAD = "journal_entry", "journal_shown", "journal_head"

GUARDS = [
    unreplaceable(TABLE, "o.id = NEW.id"),
    Guard("journal_entry_unchangeable", TABLE, "UPDATE", "1=1", "journal_entry: entries are never changed"),
    undeletable(TABLE),
    unreplaceable(SHOWN, "o.id = NEW.id"),
    Guard("journal_shown_unchangeable", SHOWN, "UPDATE", "1=1", "journal_shown: links are never changed"),
    undeletable(SHOWN),
    undeletable(HEAD),
    Guard("journal_head_goes_forward", HEAD, "UPDATE", "NEW.place < OLD.place", "journal_head: it only goes forward"),
]
