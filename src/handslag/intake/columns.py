"""The columns of the files that are taken in, in order."""

from handslag.foundation.files import Column

CASES = (
    Column("case_ref", 40),
    Column("identity_number", 12, identifying=True),
    Column("given_name", 60, identifying=True),
    Column("family_name", 60, identifying=True),
    Column("municipality_code", 4, identifying=True),
    Column("party", 8),
    Column("unit", 20),
    Column("caseworker", 254),
    Column("opened_on", 10),
    Column("target_groups", 200, optional=True),
    Column("livelihood", 30),
    Column("livelihood_degree", 3, optional=True),
    Column("livelihood_ends_on", 10, optional=True),
    Column("next_step", 200),
    Column("next_step_on", 10),
    Column("protected_identity", 3, optional=True, may_lack=True),
    Column("sex", 5, optional=True, may_lack=True),
)
NAMES = tuple(column.name for column in CASES)

STAFF = (
    Column("party", 8),
    Column("unit", 20, optional=True),
    Column("unit_name", 120, optional=True),
    Column("county_code", 2, optional=True),
    Column("email", 254),
    Column("given_name", 60),
    Column("family_name", 60),
    Column("role", 20),
    Column("staff_id", 120, optional=True, may_lack=True),
)

HISTORY = (Column("party", 8), Column("case", 40), Column("caseworker", 254))
"""What each row of a case's history begins with: the party that tells it, the case, and who noted it there."""

REGISTER = (Column("association", 120), Column("officer", 254))
"""What each row of what associations keep begins with: the association, and which of its officers vouches for it."""
