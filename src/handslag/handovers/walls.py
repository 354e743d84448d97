"""A handover comes back for its two sides and for those who hold the case."""

from handslag.foundation.wall import Wall, mine

WALLS = [
    Wall(
        "handovers_handover",
        f"sender_id = ANY {mine('posts')} OR to_unit_id = ANY {mine('units')} "
        "OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = to_unit_id "
        f"AND u.party_id = ANY {mine('parties')}) "
        "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id "
        f"AND c.holder_id = ANY {mine('posts')})",
    ),
    Wall(
        "handovers_message",
        "EXISTS (SELECT 1 FROM handovers_handover h WHERE h.id = handovers_message.handover_id)",
    ),
]
