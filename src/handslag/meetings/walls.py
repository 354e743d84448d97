"""A case is reached by those who are called to a meeting of it; what of it they see follows their basis."""

from handslag.foundation.wall import mine

REACHED = (
    "EXISTS (SELECT 1 FROM meetings_meeting m JOIN meetings_participant g ON g.meeting_id = m.id "
    f"WHERE m.case_id = the_case AND g.taken_off_at IS NULL AND (g.unit_id = ANY {mine('units')} OR EXISTS "
    f"(SELECT 1 FROM parties_unit u WHERE u.id = g.unit_id AND u.party_id = ANY {mine('parties')})))"
)
"""That a case (`the_case`) is reached through a meeting."""
