"""What is owed since a day, and climbs when nothing happens. No Django."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is owed since a day: by which posts, at which unit and party, and which parties it concerns.

    `about` is the public id of what waits: the case itself, or something of it. `to_unit_id` is the unit that it is on
    its way to, whose people see that it waits although another holds the case.
    """

    kind: str
    case_id: int
    about: UUID
    since: date
    owers: tuple[int, ...]
    unit_id: int
    party_id: int
    other_party_id: int
    to_unit_id: int | None = None
    least_rung: int = 0
    """The rung of the ladder that is called at once."""
