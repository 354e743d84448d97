"""Parties, roles and places: what goes with what. No database."""

from datetime import date

UNIT_ROLES = ("caseworker", "lead", "measure_staff")
PARTY_ROLES = ("cooperation_officer", "analyst")
ASSOCIATION_ROLES = ("association_officer",)
FREE_ROLES = ("administrator",)
ROLES = UNIT_ROLES + PARTY_ROLES + ASSOCIATION_ROLES + FREE_ROLES

HOLDING_ROLES = ("caseworker", "lead")
"""Roles whose post can hold a case: a named person who meets the person."""

CASE_ROLES = HOLDING_ROLES + ("cooperation_officer",)
"""Roles that can see persons at all."""

EXCLUSIVE_ROLES = frozenset({"association_officer", "measure_staff"})
"""Nobody may have both (national follow-up of Finsam)."""


def covers(from_on: date, until_on: date | None, day: date) -> bool:
    """Whether an absence from `from_on` until and including `until_on` (open when None) covers `day`."""
    return from_on <= day and (until_on is None or day <= until_on)
