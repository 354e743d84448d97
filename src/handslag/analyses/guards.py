"""A release is what was asked for, and stays ended as it ended: what was not released is never published."""

from handslag.foundation.guards import frozen, undeletable

RELEASE = "analyses_release"
_ASKED = ("report", "year", "versions", "source", "data_day", "contact", "email", "by_id", "asked_at")
_MADE = ("tries", "begun_at", "seen_at", "phase", "done", "steps", "ended_at", "ending")

GUARDS = [
    undeletable(RELEASE),
    frozen(RELEASE, "id", "public_id", *_ASKED),
    frozen(RELEASE, *_MADE, when="OLD.ended_at IS NOT NULL", name="ended"),
]
