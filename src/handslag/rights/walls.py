"""Rectifications come back for the own party's reached cases; what remains for statistics comes back for nobody."""

from handslag.foundation.guards import SAFE
from handslag.foundation.wall import VIEWER, Wall, sees

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_opened(the_case bigint, viewer handslag_viewer) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 1000 {SAFE} AS $$ BEGIN RETURN EXISTS (
    SELECT 1 FROM cases_case c WHERE c.id = the_case AND c.party_id = ANY (viewer.own)); END $$""",
)

WALLS = [
    Wall("rights_rectification", f"handslag_opened(case_id, {VIEWER}) AND {sees('cases_case', 'case_id')}"),
    Wall("rights_remainder", "false"),
]
