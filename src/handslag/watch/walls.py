"""An escalation comes back for those who reach its case, and for those whom it calls."""

from handslag.foundation.wall import Wall

WALLS = [
    Wall("watch_escalation", "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = watch_escalation.case_id)"),
    Wall("watch_called", "EXISTS (SELECT 1 FROM watch_escalation e WHERE e.id = watch_called.escalation_id)"),
]
