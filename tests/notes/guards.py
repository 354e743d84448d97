"""A note stays as it was written, until its time is over."""

from handslag.foundation.guards import frozen, undeletable

TABLE = "notes_note"

GUARDS = [
    undeletable(TABLE),
    frozen(TABLE, "id", "public_id", "case_id", "by_id", "at"),
]
