"""Participations: read by both sides, begun and ended in the name of a person of the party."""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from handslag.cases.order import in_order
from handslag.participations import actions, queries, rules
from handslag.participations.models import Participation
from handslag.parties.api import Acting, acting
from handslag.parties.viewer import Request, Viewer
from handslag.referrals.queries import visible_referral, visible_referrals
from handslag.referrals.seeing import seen
from handslag.ui.api import Paging, Problem, key_of, part

router = Router()
COLUMNS = (*("started_on", "target_group", "livelihood_before", "occupation_before", "education", "support_months"),)
AT_THE_END = ("ended_on", "end_reason", "livelihood_after", "occupation_after", "outcome", "next_step")


class ParticipationLine(Schema):
    """A participation as far as a basis shows it; what none shows is empty."""

    id: UUID = Field(alias="public_id")
    referral_id: UUID = Field(alias="referral.public_id")
    case_id: UUID = Field(alias="referral.case.public_id")
    case_ref: str = Field(alias="referral.case.reference")
    measure_id: UUID = Field(alias="referral.measure.public_id")
    measure: str = Field(alias="referral.measure.name")
    state: str
    started_on: date | None
    target_group: str | None
    livelihood_before: str | None
    occupation_before: str | None
    education: str | None
    support_months: int | None
    ended_on: date | None
    end_reason: str | None
    livelihood_after: str | None
    occupation_after: str | None
    outcome: str | None
    next_step: str | None


class ParticipationPage(Schema):
    """A page of participations."""

    items: list[ParticipationLine]
    page: int
    limit: int
    has_next: bool


class StartIn(Acting):
    """Who starts, and how it was with them within the week before."""

    referral_id: UUID
    started_on: date
    target_group: str
    livelihood: str = ""
    occupation: str = ""
    education: str = ""
    support_months: int | None = Field(None, ge=0, le=rules.LONGEST_SUPPORT)


class EndIn(Acting):
    """Why it ends, how it is within the week after, and what comes next."""

    ended_on: date
    reason: str
    outcome: str
    livelihood: str = ""
    occupation: str = ""
    next_step: str = Field("", max_length=2000)


class AwayIn(Acting):
    """From when somebody is away, and why."""

    from_on: date
    reason: str


class CameIn(Acting):
    """Whether somebody came on a day."""

    day: date
    came: bool


class BackIn(Acting):
    """From when somebody is back."""

    until_on: date


class FollowUpIn(Acting):
    """How it goes, 6, 12 or 24 months after."""

    months: int
    is_reached: bool
    livelihood: str = ""
    occupation: str = ""


READ = {200: ParticipationLine, 401: Problem, 404: Problem, 422: Problem}
STEP = {**READ, 403: Problem, 409: Problem}


def _lines(viewer: Viewer, found: list[Participation]) -> list[Participation]:
    """Participations as the viewer may see them."""
    shown = seen(viewer, [one.referral for one in found])
    states = queries.states_of(found)
    for one, referral in zip(found, shown, strict=True):
        one.state = states[one.pk]  # type: ignore[attr-defined]  # told beside
        columns = (*COLUMNS, *AT_THE_END) if one.ended_on else COLUMNS
        for name, value in [(name, referral.case.value(name, one)) for name in columns]:
            setattr(one, name, value)
    return found


def _visible(request: Request, participation_id: UUID) -> Participation:
    found = queries.visible_participation(request.viewer, participation_id)
    if found is None:
        raise Http404
    return _lines(request.viewer, [found])[0]


@router.get("", response={200: ParticipationPage, 401: Problem, 422: Problem})
def list_participations(request: Request, paging: Query[Paging]) -> dict:
    """Participations of persons whom the party holds or referred, and in measures at its units, the latest first."""
    reached = visible_referrals(request.viewer).order_by().values("pk")
    found = Participation.objects.filter(referral__in=reached).select_related(*queries.SHOWN)
    return part(found.order_by("-id"), paging, partial(_lines, request.viewer))


@router.post("", response={**STEP, 201: ParticipationLine})
def start(request: Request, begun: StartIn):
    """Notes that somebody with a place has started, as the measure."""
    actor, referral = acting(request, begun.acting_as), visible_referral(request.viewer, begun.referral_id)
    if referral is None:
        raise Http404
    before = actions.Before(
        begun.started_on, begun.target_group, begun.livelihood, begun.occupation, begun.education, begun.support_months
    )
    in_order(
        actor,
        {referral.case_id: None},
        key_of(request),
        lambda: actions.start_participation(actor, referral.pk, before),
    )
    made = Participation.objects.get(referral=referral.pk)
    return Status(201, _visible(request, made.public_id))


@router.get("/{uuid:participation_id}", response=READ)
def show(request: Request, participation_id: UUID):
    """One participation."""
    return _visible(request, participation_id)


def _step(request: Request, participation_id: UUID, given: Acting, act: Callable[[Viewer, int], object]):
    """Takes a step in somebody's name, once."""
    one, actor = _visible(request, participation_id), acting(request, given.acting_as)
    in_order(actor, {one.referral.case_id: None}, key_of(request), lambda: act(actor, one.pk))
    return _visible(request, participation_id)


@router.post("/{uuid:participation_id}/interrupt", response=STEP)
def interrupt(request: Request, participation_id: UUID, away: AwayIn):
    """Notes that somebody is away for a time, as the measure."""
    return _step(request, participation_id, away, lambda a, pk: actions.interrupt(a, pk, away.from_on, away.reason))


@router.post("/{uuid:participation_id}/resume", response=STEP)
def resume(request: Request, participation_id: UUID, back: BackIn):
    """Notes that somebody is back, as the measure."""
    return _step(request, participation_id, back, lambda a, pk: actions.come_back(a, pk, back.until_on))


@router.post("/{uuid:participation_id}/attendance", response=STEP)
def attendance(request: Request, participation_id: UUID, told: CameIn):
    """Notes whether somebody came on a day, as the measure; noted again, the latest holds."""
    return _step(
        request, participation_id, told, lambda a, pk: actions.note_attendance(a, pk, told.day, came=told.came)
    )


@router.post("/{uuid:participation_id}/end", response=STEP)
def end(request: Request, participation_id: UUID, left: EndIn):
    """Notes that somebody has left, as the measure."""
    after = actions.After(left.ended_on, left.reason, left.outcome, left.livelihood, left.occupation, left.next_step)
    return _step(request, participation_id, left, lambda a, pk: actions.end_participation(a, pk, after))


@router.post("/{uuid:participation_id}/mis-register", response=STEP)
def mis_register(request: Request, participation_id: UUID, given: Acting):
    """Notes that it was registered by mistake, as the measure."""
    return _step(request, participation_id, given, actions.mis_register)


@router.post("/{uuid:participation_id}/see", response=STEP)
def see(request: Request, participation_id: UUID, given: Acting):
    """Takes the end in hand, as who holds the person."""
    return _step(request, participation_id, given, actions.see_end)


@router.post("/{uuid:participation_id}/follow-up", response=STEP)
def follow_up(request: Request, participation_id: UUID, asked: FollowUpIn):
    """Notes how it goes, as who holds the person or held last."""
    told = actions.Told(asked.months, asked.is_reached, asked.livelihood, asked.occupation)
    return _step(request, participation_id, asked, lambda a, pk: actions.follow_up(a, pk, told))
