"""A case is reached by those who are called to a meeting of it; what of it they see follows their basis."""

from handslag.disclosure.places import to_places

REACHED = (
    "EXISTS (SELECT 1 FROM meetings_meeting m JOIN meetings_participant g ON g.meeting_id = m.id "
    f"WHERE m.case_id = the_case AND g.taken_off_at IS NULL AND {to_places('g.unit_id')})"
)
"""That a case (`the_case`) is reached through a meeting, by a `viewer`."""
