"""Parties, roles and places: what goes with what. No database."""

from handslag.foundation.spans import Span

LEAD = "lead"
OFFICER = "cooperation_officer"
STAFF = "measure_staff"
UNIT_ROLES = ("caseworker", LEAD, STAFF)
PARTY_ROLES = (OFFICER, "analyst")
ASSOCIATION_ROLES = ("association_officer",)
FREE_ROLES = ("administrator",)
ROLES = UNIT_ROLES + PARTY_ROLES + ASSOCIATION_ROLES + FREE_ROLES

HOLDING_ROLES = ("caseworker", LEAD)
"""Roles whose post can hold a case: a named person who meets the person."""

CASE_ROLES = HOLDING_ROLES + (OFFICER,)
"""Roles that can see persons at all."""

AWAY = Span(before=365, after=3 * 365, far=365)
"""Which days an absence may begin and end on."""

EXCLUSIVE_ROLES = ("association_officer", STAFF)
"""Nobody may have both (national follow-up of Finsam)."""
