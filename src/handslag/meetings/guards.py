"""A meeting's facts do not change once it is over, and only an open case has a booked one: somebody holds the person.

Words are only ever removed, when their time is over or the person's identity becomes protected.
"""

from handslag.foundation.guards import Guard, frozen, undeletable, words_only_removed
from handslag.meetings.rules import PERSON, WITH_PERSON

MEETING, PAST, GUEST = "meetings_meeting", "meetings_pasttime", "meetings_participant"
ITEM, DECISION, FEED, CASE = "meetings_item", "meetings_decision", "meetings_feed", "cases_case"
_BOOKED = f"EXISTS (SELECT 1 FROM {MEETING} m WHERE m.id = {{0}}.meeting_id AND m.ended_at IS NULL)"


def _only_while_booked(table: str) -> Guard:
    """A guard that adds to a meeting only while it is still to come; its row is held meanwhile."""
    return Guard(
        f"{table}_while_booked",
        table,
        "INSERT",
        f"NOT {_BOOKED.format('NEW')}",
        f"{table}: the meeting is over",
        lock=f"1 FROM {MEETING} m WHERE m.id = NEW.meeting_id FOR SHARE",
    )


GUARDS = [
    undeletable(MEETING),
    frozen(MEETING, "id", "public_id", "case_id", "kind", "by_id", "booked_at"),
    words_only_removed(MEETING, "purpose", "agenda", "interpreter", "needs", "imported_digest"),
    frozen(
        MEETING,
        *("at", "minutes", "timed_by_id", "ended_at", "ended_by_id", "reason"),
        when="OLD.ended_at IS NOT NULL",
        name="ending_stands",
    ),
    words_only_removed(MEETING, "place", "link", "notes", when="OLD.ended_at IS NOT NULL"),
    Guard(
        "meetings_meeting_of_an_open_case",
        MEETING,
        "INSERT",
        f"NEW.ended_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {CASE} c "
        "WHERE c.id = NEW.case_id AND c.closed_at IS NULL)",
        "meetings_meeting: a meeting is booked in an open case, which somebody holds",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR SHARE",
    ),
    Guard(
        "meetings_case_closes_after_meetings",
        CASE,
        "UPDATE",
        "OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM {MEETING} m WHERE m.case_id = NEW.id AND m.ended_at IS NULL)",
        "cases_case: note what came of its meetings first",
    ),
    Guard(
        "meetings_meeting_held_by_those_who_came",
        MEETING,
        "UPDATE",
        "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.reason = '' AND NOT EXISTS "
        f"(SELECT 1 FROM {GUEST} g WHERE g.meeting_id = NEW.id AND g.came AND g.taken_off_at IS NULL "
        f"AND (g.role = '{PERSON}' OR NEW.kind NOT IN {WITH_PERSON}))",
        "meetings_meeting: a meeting that nobody came to was not held",
    ),
    *(_only_while_booked(table) for table in (PAST, GUEST, ITEM, DECISION)),
    *(undeletable(table) for table in (PAST, GUEST, ITEM, DECISION, FEED)),
    frozen(PAST, "id", "meeting_id", "at", "moved_at", "reason", "by_id"),
    frozen(GUEST, "id", "public_id", "meeting_id", "role", "unit_id", "post_id", "agreed_on", "by_id"),
    words_only_removed(GUEST, "name", "email"),
    Guard(
        "meetings_participant_came_stands",
        GUEST,
        "UPDATE",
        "(NEW.came IS DISTINCT FROM OLD.came OR NEW.taken_off_at IS DISTINCT FROM OLD.taken_off_at) "
        f"AND NOT {_BOOKED.format('NEW')}",
        "meetings_participant: who was called and came does not change",
        lock=f"1 FROM {MEETING} m WHERE m.id = NEW.meeting_id FOR SHARE",
    ),
    frozen(GUEST, "taken_off_at", when="OLD.taken_off_at IS NOT NULL", name="taken_off_stands"),
    frozen(FEED, "id", "user_id", "digest", "made_at"),
    frozen(FEED, "revoked_at", when="OLD.revoked_at IS NOT NULL", name="revoked_stands"),
    frozen(ITEM, "id", "meeting_id", "item", "day", "by_id"),
    words_only_removed(ITEM, "text"),
    frozen(DECISION, "id", "public_id", "meeting_id", "due_on", "by_id", "became_step"),
    frozen(DECISION, "to_id", "done_at", "done_by_id", when="OLD.done_at IS NOT NULL", name="done_stands"),
    words_only_removed(DECISION, "text"),
]
