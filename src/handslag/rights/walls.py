"""Rectifications come back for the own party's reached cases; what remains for statistics comes back for nobody."""

from handslag.foundation.wall import Wall

WALLS = [
    Wall(
        "rights_rectification",
        "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = rights_rectification.case_id "
        "AND c.party_id = ANY (handslag_ids('handslag.own')))",
    ),
    Wall("rights_remainder", "false"),
]
