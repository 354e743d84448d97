"""A handover comes back for its two sides and for those who hold the case."""

from handslag.disclosure.places import at_places, to_places
from handslag.foundation.wall import VIEWER, Wall, mine

REACHED = (
    "EXISTS (SELECT 1 FROM handovers_handover h WHERE h.case_id = the_case "
    f"AND ({to_places('h.to_unit_id')} OR {at_places('h.sender_id')}))"
)
"""That a case (`the_case`) is reached through a handover, by a `viewer`."""

WALLS = [
    Wall(
        "handovers_handover",
        f"sender_id = ANY {mine('posts')} OR to_unit_id = ANY {mine('places')} OR handslag_holds(case_id, {VIEWER})",
    ),
]
