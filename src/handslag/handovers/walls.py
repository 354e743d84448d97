"""A handover comes back for its two sides and for those who hold the case."""

from handslag.foundation.wall import Wall

WALLS = [
    Wall(
        "handovers_handover",
        "sender_id = ANY (handslag_ids('handslag.posts')) OR to_unit_id = ANY (handslag_ids('handslag.units')) "
        "OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = to_unit_id "
        "AND u.party_id = ANY (handslag_ids('handslag.parties'))) "
        "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id "
        "AND c.holder_id = ANY (handslag_ids('handslag.posts')))",
    ),
    Wall(
        "handovers_message",
        "EXISTS (SELECT 1 FROM handovers_handover h WHERE h.id = handovers_message.handover_id)",
    ),
]
