"""A letter is about what it was queued for, and stays ended."""

from handslag.foundation.guards import frozen, undeletable

LETTER = "outbox_letter"

GUARDS = [
    undeletable(LETTER),
    frozen(LETTER, "id", "public_id", "kind", "about", "queued_at"),
    frozen(LETTER, "due_at", "tries", "trouble", "ended_at", "ending", when="OLD.ended_at IS NOT NULL", name="ended"),
]
