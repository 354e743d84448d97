"""Rectifications come back for the own party's reached cases; what remains for statistics comes back for nobody."""

from handslag.foundation.wall import Wall, mine

WALLS = [
    Wall(
        "rights_rectification",
        "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = rights_rectification.case_id "
        f"AND c.party_id = ANY {mine('own')})",
    ),
    Wall("rights_remainder", "false"),
]
