"""A case is reached by units that are called to a joint assessment; what of it they see follows their basis."""

from handslag.disclosure.places import to_places

REACHED = (
    "EXISTS (SELECT 1 FROM assessments_assessment a JOIN assessments_call i ON i.assessment_id = a.id "
    f"WHERE a.case_id = the_case AND i.taken_back_at IS NULL AND {to_places('i.unit_id')})"
)
"""That a case (`the_case`) is reached through a joint assessment, by a `viewer`."""
