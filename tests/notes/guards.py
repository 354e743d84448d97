"""A note stays as it was written, until its time is over."""

from handslag.foundation.guards import frozen, undeletable, unreplaceable

TABLE = "notes_note"

GUARDS = [
    unreplaceable(TABLE, "o.id = NEW.id", "o.public_id = NEW.public_id"),
    undeletable(TABLE),
    frozen(TABLE, "id", "public_id", "case_id", "by_id", "at"),
]
