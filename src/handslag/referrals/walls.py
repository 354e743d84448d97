"""A referral comes back for those who hold the case, who referred, and who work where it is received.

Measure staff, who reach no case, read theirs past the wall, by a query of their own units (queries.py).
"""

from handslag.disclosure.places import to_places
from handslag.foundation.wall import NOBODY, VIEWER, Wall, mine

REACHED = f"EXISTS (SELECT 1 FROM referrals_referral r WHERE r.case_id = the_case AND {to_places('r.to_unit_id')})"
"""That a case (`the_case`) is reached through a referral, by a `viewer`."""

WALLS = [
    Wall(
        "referrals_referral",
        f"referrer_id = ANY {mine('posts')} OR to_unit_id = ANY {mine('places')} OR handslag_holds(case_id, {VIEWER})",
    ),
    Wall("referrals_unmet", NOBODY),
]
