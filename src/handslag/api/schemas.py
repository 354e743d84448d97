"""What goes in and out of the API."""

from datetime import date, datetime

from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import ConfigDict, field_validator
from pydantic.alias_generators import to_camel

MOST = 100
LAST_PAGE = 100_000


class Given(Schema):
    """What a caller sends: no text may hold the NUL sign, which PostgreSQL cannot store."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("the NUL sign cannot be stored")
        return value


class Paging(Given):
    """Which part of a list is wanted."""

    page: int = Field(1, ge=1, le=LAST_PAGE)
    limit: int = Field(20, ge=1, le=MOST)


def part(found: QuerySet, paging: Paging) -> dict:
    """One page of a list, and whether another follows; the list is not counted."""
    begin = (paging.page - 1) * paging.limit
    shown = list(found[begin : begin + paging.limit + 1])
    return {
        "items": shown[: paging.limit],
        "page": paging.page,
        "limit": paging.limit,
        "has_next": len(shown) > paging.limit,
    }


class ApiInfo(Schema):
    """The national profile's description of an API."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    api_name: str
    api_version: str
    api_released: str
    api_documentation: str
    api_status: str


class Problem(Schema):
    """A refusal after RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = None
    errors: list[dict[str, str]] | None = None


class Holder(Schema):
    """A named person at a unit."""

    email: str = Field(alias="user.email")
    name: str = Field(alias="user.name")
    unit: str = Field(alias="unit.code")
    party: str = Field(alias="party.code")


class CaseLine(Schema):
    """A case in a list."""

    id: int
    case_ref: str = Field(alias="reference")
    opened_at: datetime
    closed_at: datetime | None
    holder: Holder
    holder_since: datetime
    next_step: str
    next_step_on: date
    suspended_until: date | None
    livelihood: str
    livelihood_degree: int | None
    livelihood_ends_on: date | None


class CaseWhole(CaseLine):
    """A case with its person."""

    identity_number: str = Field(alias="person.identity_number")
    given_name: str = Field(alias="person.given_name")
    family_name: str = Field(alias="person.family_name")
    municipality_code: str
    target_groups: list[str]

    @staticmethod
    def resolve_target_groups(case) -> list[str]:
        return [group for group in case.target_groups.split(";") if group]


class CasePage(Schema):
    """A page of cases."""

    items: list[CaseLine]
    page: int
    limit: int
    has_next: bool


class CaseSearch(Paging):
    """What to search for. In the body, so that no identity number stands in an address."""

    text: str = Field(min_length=2, max_length=130)


class HandoverLine(Schema):
    """A handover as both sides see it."""

    id: int
    case_id: int
    case_ref: str = Field(alias="case.reference")
    sender: Holder
    to_party: str = Field(alias="to_unit.party.code")
    to_unit: str = Field(alias="to_unit.code")
    reason: str
    brief: str
    promised: str
    needed_by: date
    proposed_contact_at: datetime
    state: str
    offered_at: datetime
    answered_at: datetime | None
    first_contact_at: datetime | None
    contact_result: str
    decline_reason: str


class HandoverPage(Schema):
    """A page of handovers."""

    items: list[HandoverLine]
    page: int
    limit: int
    has_next: bool


class Acting(Given):
    """In whose name a party's system acts: the e-mail of somebody who works there."""

    acting_as: str = Field(max_length=254)


class OfferIn(Acting):
    """A handover to offer."""

    case_id: int
    to_party: str
    to_unit: str
    to_person: str = ""
    reason: str
    brief: str = Field(max_length=4000)
    promised: str = Field("", max_length=2000)
    needed_by: date
    proposed_contact_at: datetime


class AcceptIn(Acting):
    """An acceptance books the first contact."""

    first_contact_at: datetime


class DeclineIn(Acting):
    """A decline names a reason and who goes next: a unit, or back to the sender."""

    decline_reason: str
    goes_back: bool = False
    next_party: str = ""
    next_unit: str = ""
    text: str = Field("", max_length=2000)


class TextIn(Acting):
    """A question, an answer, or why an offer is withdrawn."""

    text: str = Field("", max_length=2000)


class EscalationLine(Schema):
    """Something that climbed, or an empty rung."""

    kind: str
    case_ref: str = Field(alias="case.reference")
    handover_id: int | None
    waiting_since: date
    rung: int
    is_gap: bool
    raised_on: date


class WatchBoard(Schema):
    """What breaks or is about to at the party: counts, and the first of each list."""

    unprepared_count: int
    overdue_count: int
    climbing_count: int
    empty_rungs_count: int
    unprepared: list[CaseLine]
    overdue: list[CaseLine]
    climbing: list[EscalationLine]
    empty_rungs: list[EscalationLine]
