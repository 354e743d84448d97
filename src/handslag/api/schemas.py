"""What goes in and out of the API."""

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import ConfigDict, field_validator
from pydantic.alias_generators import to_camel

from handslag.cases.sight import Sight, sights
from handslag.disclosure.rules import PLAN
from handslag.handovers.models import Handover
from handslag.parties.viewer import Viewer

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


def part(found: QuerySet, paging: Paging, show: Callable[[list], list]) -> dict:
    """One page of a list as `show` makes it, and whether another follows; the list is not counted."""
    begin = (paging.page - 1) * paging.limit
    shown = list(found[begin : begin + paging.limit + 1])
    return {
        "items": show(shown[: paging.limit]),
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
    """A case in a list. What no basis shows to the party is null."""

    id: int
    case_ref: str
    opened_at: datetime
    closed_at: datetime | None
    holder: Holder
    holder_since: datetime
    next_step: str | None
    next_step_on: date | None
    suspended_until: date | None
    livelihood: str | None
    livelihood_degree: int | None
    livelihood_ends_on: date | None


class CaseWhole(CaseLine):
    """A case with its person, and for each group of information the basis on which it is shown (null where none)."""

    identity_number: str | None
    given_name: str | None
    family_name: str | None
    municipality_code: str | None
    target_groups: list[str]
    bases: dict[str, str | None]


def case_line(sight: Sight) -> dict:
    """A case as the viewer may see it."""
    case, plan, lives = sight.case, sight.shows_plan, sight.shows_livelihood
    return {
        "id": case.pk,
        "case_ref": case.reference,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "holder": case.holder,
        "holder_since": case.holder_since,
        "next_step": case.next_step if plan else None,
        "next_step_on": case.next_step_on if plan else None,
        "suspended_until": case.suspended_until if plan else None,
        "livelihood": case.livelihood if lives else None,
        "livelihood_degree": case.livelihood_degree if lives else None,
        "livelihood_ends_on": sight.livelihood_ends_on,
    }


def case_whole(sight: Sight) -> dict:
    """A case and its person as the viewer may see them."""
    identity = sight.identity
    return {
        **case_line(sight),
        "identity_number": identity and identity.number,
        "given_name": identity and identity.given_name,
        "family_name": identity and identity.family_name,
        "municipality_code": sight.municipality_code or None,
        "target_groups": sight.target_groups,
        "bases": {group: basis and basis.name for group, basis in sight.by_group().items()},
    }


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
    brief: str | None
    promised: str | None
    needed_by: date
    proposed_contact_at: datetime
    state: str
    offered_at: datetime
    answered_at: datetime | None
    first_contact_at: datetime | None
    contact_result: str
    decline_reason: str


def handover_lines(viewer: Viewer, handovers: list[Handover]) -> list[Handover]:
    """Handovers as the viewer may see them: without the words that no basis shows."""
    for handover, sight in zip(handovers, sights(viewer, [h.case for h in handovers], with_past=True), strict=True):
        if not sight.shows(PLAN, handover.sender.party_id):
            handover.brief = handover.promised = None
    return handovers


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
    brief: str = Field("", max_length=4000)
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
    consents_ending_count: int
    consents_ending: list[CaseLine]
    unprepared: list[CaseLine]
    overdue: list[CaseLine]
    climbing: list[EscalationLine]
    empty_rungs: list[EscalationLine]
