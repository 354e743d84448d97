"""Reading meetings: which of them a viewer reaches, and what of them the viewer may see."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case as If
from django.db.models import Exists, F, OuterRef, Q, QuerySet, When

from handslag.cases.models import Case
from handslag.cases.queries import visible_cases, with_joined
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import MEETINGS
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.meetings.models import Decision, Feed, Item, Meeting, Participant, PastTime
from handslag.parties.models import Token
from handslag.parties.viewer import Viewer

SHOWN = ("case__person__identity", "case__holder__user", "case__holder__unit", "by", "timed_by", "ended_by")
OF_A_CASE = ("case", "by", "timed_by", "ended_by")
"""What is read with a meeting in lists of many cases, and in those of one."""
WEEK = timedelta(days=7)
MOST = 5
"""How many meetings a case's page shows."""


def at_the_viewers_places(viewer: Viewer) -> QuerySet[Meeting]:
    """Meetings to which the viewer's places are called, once for each call: the database begins at a case or at a
    place, whichever is given."""
    there = Q(participants__unit_id__in=viewer.unit_ids)
    if viewer.officer_party_ids:
        there |= Q(participants__unit__party_id__in=viewer.officer_party_ids)
    return Meeting.objects.filter(there, participants__taken_off_at__isnull=True).order_by()


@prepared()
def _latest(_viewer: None, case_ids: Collection[int]) -> QuerySet[Meeting]:
    found = Meeting.objects.filter(case_id__in=case_ids).annotate(soon=If(When(ended_at__isnull=True, then=F("at"))))
    return found.select_related(*OF_A_CASE).order_by(F("soon").asc(nulls_last=True), "-at", "-id")[:MOST]


def latest_meetings(case: Case) -> list[Meeting]:
    """Meetings of a case and of those joined to it: the booked ones, soonest first, and then the latest."""
    return _latest.rows(None, with_joined(case))


def all_meetings(case: Case) -> QuerySet[Meeting]:
    """The meetings of a case and of those joined to it, latest first."""
    return Meeting.objects.filter(case_id__in=with_joined(case)).select_related(*OF_A_CASE).order_by("-at", "-id")


@prepared()
def booked_of(_viewer: None, case_id: int) -> QuerySet:
    """The id of a booked meeting of a case, where there is one."""
    return Meeting.objects.filter(case_id=case_id, ended_at__isnull=True).order_by().values_list("pk", flat=True)[:1]


def meetings_at(viewer: Viewer) -> QuerySet[Meeting]:
    """Meetings of cases held at the viewer's places, and those to which they are called, latest first."""
    held = Q(case__holder_id__in=viewer.case_post_ids)
    return Meeting.objects.filter(held | Q(pk__in=at_the_viewers_places(viewer).values("pk"))).select_related(*SHOWN)


def visible_meeting(viewer: Viewer, meeting_id: UUID) -> Meeting | None:
    """A meeting by its public id; None where the viewer reaches none."""
    case = visible_cases(viewer).filter(meetings__public_id=meeting_id).first()
    return None if case is None else Meeting.objects.filter(public_id=meeting_id).select_related(*SHOWN).first()


def visible_decision(viewer: Viewer, decision_id: UUID) -> tuple[Decision, CaseVisibility] | None:
    """A decision by its public id with what the viewer sees of its case; None where it is hidden."""
    found = Decision.objects.filter(public_id=decision_id).select_related("to__user", "to__unit", "by", "meeting")
    for decision in found:
        case = visible_cases(viewer).filter(pk=decision.meeting.case_id).first()
        visible = case and visibility(viewer, case)
        if visible and visible.sees("text", decision):
            return decision, visible
    return None


def _own(viewer: Viewer) -> QuerySet:
    """Ids of booked meetings of persons whom the viewer holds, and of those to which the viewer is called by name or
    with the whole unit: each begun at its own index."""
    booked = Meeting.objects.filter(ended_at__isnull=True).order_by().values("pk")
    called = Q(participants__post__isnull=True, participants__unit_id__in=viewer.unit_ids)
    return booked.filter(case__holder_id__in=viewer.post_ids).union(
        booked.filter(participants__taken_off_at__isnull=True, participants__post_id__in=viewer.post_ids),
        booked.filter(called, participants__taken_off_at__isnull=True),
    )


def _may_know_when(viewer: Viewer) -> Q:
    told = disclosed_to(viewer).filter(
        group=MEETINGS, subject=OuterRef("case__person__subject"), from_party=OuterRef("timed_by__party")
    )
    return Q(timed_by__party_id__in=viewer.own_party_ids) | Q(Exists(told.order_by()))


def _booked(viewer: Viewer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(pk__in=_own(viewer)).select_related(*SHOWN)


@prepared("post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def upcoming(viewer: Viewer) -> QuerySet[Meeting]:
    """The viewer's meetings of today and the week ahead, soonest first."""
    today = clock.today()
    return (
        _booked(viewer)
        .filter(_may_know_when(viewer), at__gte=clock.midnight(today), at__lt=clock.midnight(today + WEEK))
        .order_by("at", "id")
    )


def in_calendar(viewer: Viewer) -> list[tuple[Meeting, int]]:
    """The viewer's booked meetings of which a basis tells when they are, each with how often it was moved."""
    since = clock.midnight(clock.today() - WEEK)
    found = list(_booked(viewer).filter(_may_know_when(viewer), at__gte=since).order_by("at", "id"))
    moved = Counter(PastTime.objects.filter(meeting__in=found).order_by().values_list("meeting_id", flat=True))
    return [(meeting, moved[meeting.pk]) for meeting in found]


@reading
def feed_of(secret: str) -> Feed | None:
    """Whose calendar a secret address names; None where it is unknown or was ended."""
    digest = Token.fingerprint(secret)
    found = Feed.objects.filter(digest=digest, revoked_at__isnull=True, user__is_active=True)
    return found.select_related("user").first()


@reading
def own_feed(viewer: Viewer) -> Feed | None:
    """The address of the viewer's own calendar, if there is one."""
    return Feed.objects.filter(user=viewer.user, revoked_at__isnull=True).first() if viewer.user else None


@prepared("post_ids")
def unrecorded(viewer: Viewer) -> QuerySet[Meeting]:
    """Meetings whose day has passed, of persons whom the viewer holds: what came of them is to be noted."""
    return _over(clock.today()).filter(case__holder_id__in=viewer.post_ids).select_related(*SHOWN).order_by("at", "id")


def _over(on: date) -> QuerySet[Meeting]:
    return Meeting.objects.filter(ended_at__isnull=True, at__lt=clock.midnight(on))


@prepared("post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def called_without_basis(viewer: Viewer) -> QuerySet[Meeting]:
    """Booked meetings of the viewer of which no basis tells when they are, in the order of their booking."""
    return _booked(viewer).exclude(_may_know_when(viewer)).order_by("id")


@prepared("post_ids")
def decisions_for(viewer: Viewer) -> QuerySet[Decision]:
    """What the viewer is to do after meetings, what is due first."""
    return (
        Decision.objects.filter(
            to_id__in=viewer.post_ids, done_at__isnull=True, became_step=False, meeting__case__closed_at__isnull=True
        )
        .select_related("to__user", "meeting", "by", *(f"meeting__{name}" for name in SHOWN))
        .order_by("due_on", "id")
    )


def participants(meeting: Meeting) -> list[Participant]:
    """Those who are called, the person first."""
    called = meeting.participants.filter(taken_off_at__isnull=True)
    found = called.select_related("unit__party", "post__user", "by").order_by("id")
    return sorted(found, key=lambda guest: guest.role != "person")


def decisions(visible: CaseVisibility, meeting: Meeting) -> list[Decision]:
    """What was decided, as far as the viewer may see it."""
    found = meeting.decisions.select_related("to__user", "to__unit", "by").order_by("due_on", "id")
    return [decision for decision in found if visible.sees("text", decision)]


def items(visible: CaseVisibility, meeting: Meeting) -> list[Item]:
    """What was settled, as far as the viewer may see it."""
    found = meeting.items.select_related("by").order_by("id")
    return [item for item in found if visible.sees("text", item)]


def past_times(visible: CaseVisibility, meeting: Meeting) -> list[PastTime]:
    """The times that the meeting was moved from, as far as the viewer may see them."""
    found = meeting.past_times.select_related("by__user").order_by("id")
    return [past for past in found if visible.sees("at", past)]


@reading
def own_meetings(subject: str) -> list[Meeting]:
    """The person's booked meetings at every party, soonest first; for the person."""
    booked = Meeting.objects.filter(case__person__subject=subject, ended_at__isnull=True)
    return list(booked.select_related("timed_by__user", "case__holder__user", "case__party").order_by("at", "id"))
