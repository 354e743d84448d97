"""What holds of a measure. No database."""

from handslag.foundation.spans import Span
from handslag.parties.rules import ASSOCIATION_ROLES, OFFICER, PARTY_ROLES, UNIT_ROLES

READERS = (*UNIT_ROLES, *PARTY_ROLES, *ASSOCIATION_ROLES)
"""Everybody at work but the operator: the catalogue holds no persons."""

SEE_FREE = frozenset((*UNIT_ROLES, OFFICER))
"""Who sees how many places are free today: those who refer, or meet persons. To all others, who see counts alone, what
is free from one day to the next would tell that somebody came."""

INDIVIDUAL, STRUCTURAL = "individual", "structural"
"""Directions (code list `measure_direction`): a measure of both kinds is two measures, with names of their own."""
FEWEST_PARTIES = 2
"""How many of the association's members carry a measure at least (Act 2003:1210 s. 7)."""
SPAN = Span(before=20 * 365, after=10 * 365, far=10 * 365)
"""On which days a measure may begin and end."""
MOST = 10_000
"""The most places, or participants a year, of one measure."""

LONGEST = 100
"""The most hours of one activity."""
HELD = Span(before=3 * 365, after=0, far=0)
"""On which days an activity may have been."""

AT_HOME, NEAR, IN_COUNTY, FARTHER = range(4)
"""How near a measure is: in the municipality, of an association of which that is a member, in its county, elsewhere."""


def has_activities(direction: str) -> bool:
    """Whether what a measure did is noted: nobody takes part in a structural one."""
    return direction == STRUCTURAL


def needs_places(direction: str) -> bool:
    """Whether a measure has places: people take part in individual ones."""
    return direction == INDIVIDUAL
