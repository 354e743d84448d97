"""A handover comes back for its two sides and for those who hold the case."""

from handslag.foundation.wall import Wall, mine

SIDES = (
    f"h.sender_id = ANY {mine('posts')} OR h.to_unit_id = ANY {mine('units')} "
    f"OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = h.to_unit_id AND u.party_id = ANY {mine('parties')})"
)
REACHED = f"EXISTS (SELECT 1 FROM handovers_handover h WHERE h.case_id = the_case AND ({SIDES}))"
"""That a case (`the_case`) is reached through a handover."""

WALLS = [
    Wall(
        "handovers_handover",
        f"{SIDES.replace('h.', 'handovers_handover.')} OR EXISTS "
        f"(SELECT 1 FROM cases_case c WHERE c.id = case_id AND c.holder_id = ANY {mine('posts')})",
    ),
]
