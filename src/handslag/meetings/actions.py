"""A meeting is booked, moved or called off. Each action is one transaction and is journalled."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked, not_yours
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_later
from handslag.foundation.errors import Overtaken, Refused
from handslag.meetings import letters, rules
from handslag.meetings.models import Meeting, Participant, PastTime
from handslag.meetings.queries import booked_of
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Time:
    """When and where a meeting is."""

    at: datetime
    minutes: int
    place: str = ""
    link: str = ""


@dataclass(frozen=True)
class Plan:
    """What a meeting is for, and what it needs."""

    kind: str
    purpose: str
    agenda: str = ""
    interpreter: str = ""
    needs: str = ""


def begun(meeting_id: int) -> tuple[Meeting, Case]:
    """The meeting and its case, the case locked first. Raises NotAllowed where there is none, as for another's."""
    case_id = Meeting.objects.filter(pk=meeting_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise not_yours()
    case = locked(case_id)
    return Meeting.objects.select_for_update(of=("self",)).select_related("timed_by").get(pk=meeting_id), case


def may_keep(actor: Viewer, meeting_id: int) -> None:
    """Who answers for the person: the holder, a stand-in or the lead, of a meeting that is still booked."""
    meeting, case = begun(meeting_id)
    may.answer_for(actor, case.pk)
    if meeting.ended_at:
        raise Overtaken(_("What came of the meeting is noted already. It does not change."))


def acting_post(actor: Viewer, case: Case) -> Post:
    return actor.post_in(case.holder.unit_id) or case.holder


def _require_time(actor: Viewer, case: Case, time: Time) -> None:
    require_later(time.at, rules.MEETING, "at", leads=actor.leads(case.holder.unit_id))
    if not rules.SHORTEST <= time.minutes <= rules.LONGEST:
        raise Refused(_("A meeting lasts from 5 minutes to a whole day."), "minutes")
    if not (time.place.strip() or time.link.strip()):
        raise Refused(_("Write where you meet, or the link to the meeting."), "place")
    if time.link.strip() and not time.link.strip().startswith("https://"):
        raise Refused(_("The link begins with https://."), "link")


@action(may.change)
def book_meeting(actor: Viewer, case_id: int, plan: Plan, time: Time) -> Meeting:
    """Books a meeting with the person and whoever holds the case. Others are called with `invite`.

    Raises Refused for an unknown kind, no purpose, or a time or place that will not do.
    """
    case = locked(case_id)
    codes.require("meeting_kind", plan.kind, "kind")
    if not plan.purpose.strip():
        raise Refused(_("Write what the meeting is for."), "purpose")
    _require_time(actor, case, time)
    post = acting_post(actor, case)
    meeting = Meeting.objects.create(
        case=case,
        kind=plan.kind,
        purpose=plan.purpose.strip(),
        agenda=plan.agenda.strip(),
        interpreter=plan.interpreter.strip(),
        needs=plan.needs.strip(),
        by=post,
        timed_by=post,
        booked_at=clock.now(),
        at=time.at,
        minutes=time.minutes,
        place=time.place.strip(),
        link=time.link.strip(),
    )
    Participant.objects.create(meeting=meeting, role=rules.PERSON, by=post)
    Participant.objects.create(meeting=meeting, role="caseworker", unit=case.holder.unit, post=case.holder, by=post)
    letters.owe(meeting)
    cases.journal(actor, "meeting_booked", case, meeting=meeting.pk, kind=plan.kind, on=day_of(time.at))
    return meeting


def day_of(at: datetime) -> str:
    return clock.day_of(at).isoformat()


@action(may_keep)
def move_meeting(actor: Viewer, meeting_id: int, time: Time, reason: str) -> Meeting:
    """Moves a meeting to another time or place, because. The time before is remembered."""
    meeting, case = begun(meeting_id)
    codes.require("meeting_change", reason, "reason")
    _require_time(actor, case, time)
    post = acting_post(actor, case)
    PastTime.objects.create(meeting=meeting, at=meeting.at, moved_at=clock.now(), reason=reason, by=post)
    meeting.at, meeting.minutes, meeting.timed_by = time.at, time.minutes, post
    meeting.place, meeting.link = time.place.strip(), time.link.strip()
    meeting.save()
    letters.owe(meeting)
    cases.journal(actor, "meeting_moved", case, meeting=meeting.pk, reason=reason, on=day_of(time.at))
    return meeting


@action(may_keep)
def call_off(actor: Viewer, meeting_id: int, reason: str) -> Meeting:
    """Notes that a meeting will not be held, or was not, because."""
    meeting, case = begun(meeting_id)
    codes.require("meeting_change", reason, "reason")
    meeting.ended_at, meeting.ended_by, meeting.reason = clock.now(), acting_post(actor, case), reason
    meeting.save()
    if meeting.at > meeting.ended_at:
        letters.owe(meeting)
    cases.journal(actor, "meeting_not_held", case, meeting=meeting.pk, reason=reason)
    return meeting


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while a meeting is booked; empty where none is."""
    if not booked_of.rows(None, case.pk):
        return ""
    return _("Note what came of the booked meeting first, or that it will not be held.")
