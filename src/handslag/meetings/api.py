"""Meetings: read by the parties that reach them, and kept in the name of a person of the party that is responsible."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from handslag.cases.order import in_order
from handslag.cases.queries import open_cases
from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation.errors import Refused
from handslag.meetings import actions, holding, queries
from handslag.meetings.models import Meeting, Participant
from handslag.parties.api import Acting, acting, in_zone
from handslag.parties.queries import holding_post
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Given, Paging, Problem, key_of, part

router = Router()


class ParticipantLine(Schema):
    """Somebody who is called: a unit or a person of a party, or somebody outside. What no basis shows is null."""

    id: UUID
    party: str | None
    unit: str | None
    email: str | None
    name: str | None
    role: str | None
    came: bool | None


class DecisionLine(Schema):
    """What was decided, by whom it is done and until when."""

    text: str
    to: str = Field(alias="to.user.email")
    due_on: date
    became_step: bool
    done_at: datetime | None


class ItemLine(Schema):
    """What was settled of one item (code list `meeting_item`)."""

    item: str
    text: str
    day: date | None


class MeetingLine(Schema):
    """A meeting. What no basis shows to the party is null."""

    id: UUID
    case_id: UUID
    case_ref: str
    kind: str | None
    purpose: str | None
    at: datetime | None
    minutes: int | None
    place: str | None
    link: str | None
    state: str | None
    reason: str | None


class MeetingWhole(MeetingLine):
    """A meeting with those who are called, and what came of it."""

    agenda: str | None
    notes: str | None
    participants: list[ParticipantLine]
    items: list[ItemLine]
    decisions: list[DecisionLine]


class MeetingPage(Schema):
    """A page of meetings."""

    items: list[MeetingLine]
    page: int
    limit: int
    has_next: bool


class TimeIn(Given):
    """When and where."""

    at: datetime
    minutes: int = 60
    place: str = Field("", max_length=200)
    link: str = Field("", max_length=300)

    @property
    def time(self) -> actions.Time:
        """The time as the actions take it."""
        return actions.Time(in_zone(self.at), self.minutes, self.place, self.link)


class BookIn(Acting, TimeIn):
    """A meeting to book."""

    case_id: UUID
    kind: str
    purpose: str = Field(max_length=2000)
    agenda: str = Field("", max_length=4000)
    interpreter: str = Field("", max_length=60)
    needs: str = Field("", max_length=500)


class MoveIn(Acting, TimeIn):
    """Another time or place, because."""

    reason: str


class ReasonIn(Acting):
    """Why a meeting is not held."""

    reason: str


class DecisionIn(Given):
    """What somebody of the responsible unit does until a day."""

    text: str = Field(max_length=200)
    to: str = Field(max_length=254)
    due_on: date


class ItemIn(Given):
    """What was settled of one item."""

    item: str
    text: str = Field(max_length=1000)
    day: date | None = None


class HoldIn(Acting):
    """What came of a meeting; `came` names participants by their ids."""

    came: list[UUID] = []
    notes: str = Field("", max_length=8000)
    decisions: list[DecisionIn]
    items: list[ItemIn] = []


READ = {200: MeetingWhole, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


def _line(visible: CaseVisibility, meeting: Meeting) -> dict:
    told = {name: visible.value(name, meeting) for name in ("kind", "purpose", "at", "minutes", "place", "link")}
    is_over = meeting.ended_at is not None and visible.sees("reason", meeting)
    return {
        "id": meeting.public_id,
        "case_id": meeting.case.public_id,
        "case_ref": meeting.case.reference,
        **told,
        "state": meeting.state if visible.sees("ended_at", meeting) else None,
        "reason": meeting.reason if is_over else None,
    }


def _participant(visible: CaseVisibility, guest: Participant) -> dict:
    own = guest.post.user.email if guest.post else None
    return {
        "id": guest.public_id,
        "party": guest.unit.party.code if guest.unit else None,
        "unit": guest.unit.code if guest.unit else None,
        "email": own or visible.value("email", guest) or None,
        "name": visible.value("name", guest) or None,
        "role": visible.value("role", guest),
        "came": visible.value("came", guest),
    }


def _lines(viewer: Viewer, meetings: list[Meeting]) -> list[dict]:
    seen = visibilities(viewer, [meeting.case for meeting in meetings], with_past=True)
    return [_line(visible, meeting) for visible, meeting in zip(seen, meetings, strict=True)]


def _found(request: Request, meeting_id: UUID) -> Meeting:
    meeting = queries.visible_meeting(request.viewer, meeting_id)
    return meeting or get_object_or_404(Meeting.objects.none())


def _whole(request: Request, meeting_id: UUID) -> dict:
    meeting = _found(request, meeting_id)
    (visible,) = visibilities(request.viewer, [meeting.case], with_past=True)
    shows_notes = meeting.ended_at is not None and visible.sees("notes", meeting)
    return {
        **_line(visible, meeting),
        "agenda": visible.value("agenda", meeting),
        "notes": meeting.notes if shows_notes else None,
        "participants": [_participant(visible, guest) for guest in queries.participants(meeting)],
        "items": queries.items(visible, meeting),
        "decisions": queries.decisions(visible, meeting),
    }


@router.get("", response={200: MeetingPage, 401: Problem, 422: Problem})
def list_meetings(request: Request, paging: Query[Paging]) -> dict:
    """Meetings of the party's cases, and those to which its units are called; latest booked first."""
    return part(queries.meetings_at(request.viewer).order_by("-id"), paging, partial(_lines, request.viewer))


@router.post("", response={**STEP, 201: MeetingWhole})
def book(request: Request, wanted: BookIn):
    """Books a meeting of a case that the party holds."""
    case = get_object_or_404(open_cases(request.viewer), public_id=wanted.case_id)
    plan = actions.Plan(wanted.kind, wanted.purpose, wanted.agenda, wanted.interpreter, wanted.needs)
    actor = acting(request, wanted.acting_as)
    act = lambda: actions.book_meeting(actor, case.pk, plan, wanted.time)  # noqa: E731
    in_order(actor, {case.pk: None}, key_of(request), act)
    return Status(201, _whole(request, case.meetings.latest("id").public_id))


def _step(request: Request, meeting: Meeting, given: Acting, act: Callable[[Viewer, int], object]) -> dict:
    """Does something with a meeting in somebody's name, once."""
    actor = acting(request, given.acting_as)
    in_order(actor, {meeting.case_id: None}, key_of(request), lambda: act(actor, meeting.pk))
    return _whole(request, meeting.public_id)


@router.get("/{uuid:meeting_id}", response=READ)
def show(request: Request, meeting_id: UUID):
    """One meeting."""
    return _whole(request, meeting_id)


@router.post("/{uuid:meeting_id}/move", response=STEP)
def move(request: Request, meeting_id: UUID, wanted: MoveIn):
    """Moves a meeting to another time or place."""
    act = lambda actor, pk: actions.move_meeting(actor, pk, wanted.time, wanted.reason)  # noqa: E731
    return _step(request, _found(request, meeting_id), wanted, act)


@router.post("/{uuid:meeting_id}/call-off", response=STEP)
def call_off(request: Request, meeting_id: UUID, wanted: ReasonIn):
    """Notes that a meeting is not held."""
    act = lambda actor, pk: actions.call_off(actor, pk, wanted.reason)  # noqa: E731
    return _step(request, _found(request, meeting_id), wanted, act)


@router.post("/{uuid:meeting_id}/hold", response=STEP)
def hold(request: Request, meeting_id: UUID, wanted: HoldIn):
    """Notes that a meeting was held, and what was decided."""
    meeting = _found(request, meeting_id)
    unit = meeting.case.holder.unit
    decisions = []
    for decided in wanted.decisions:
        to = holding_post(meeting.case.holder.party, unit.code, decided.to)
        if to is None:
            raise Refused("Nobody active at the unit that is responsible has this e-mail.", "to")
        decisions.append(holding.Decided(decided.text, to, decided.due_on))
    came = meeting.participants.filter(public_id__in=wanted.came).values_list("pk", flat=True)
    items = tuple(holding.Settled(item.item, item.text, item.day) for item in wanted.items)
    outcome = holding.Outcome(frozenset(came), wanted.notes, tuple(decisions), items)
    return _step(request, meeting, wanted, lambda actor, pk: holding.hold_meeting(actor, pk, outcome))
