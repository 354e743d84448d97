"""Reading passages: the clock of a case, and the cases in which a transition meeting is to be offered or booked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from handslag.cases.models import Case
from handslag.cases.queries import held_by, held_cases
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import LIVELIHOOD
from handslag.foundation import clock
from handslag.foundation.prepared import prepared
from handslag.meetings.models import Meeting
from handslag.meetings.rules import TRANSITION
from handslag.parties.viewer import Viewer
from handslag.passages import rules
from handslag.passages.models import JobNote, Passage, TransitionOffer


@dataclass(frozen=True)
class Clock:
    """A passage as it stands: every part of it is read from what was noted."""

    benefit: str
    ends_on: date
    passage: Passage | None
    """None where the end is read from the livelihood alone."""
    offer: TransitionOffer | None
    job: JobNote | None
    booked: Meeting | None
    held: Meeting | None

    @property
    def stage(self) -> str:
        """How far it has come."""
        return rules.stage(
            has_job=self.job.has_job if self.job else None,
            answer=self.offer.answer if self.offer else None,
            is_booked=self.booked is not None,
            is_held=self.held is not None,
        )

    @property
    def held_days_before(self) -> int | None:
        """How many days before the end the meeting was held."""
        return rules.days_before(self.ends_on, clock.day_of(self.held.at)) if self.held else None


@prepared()
def _passages(_viewer: None, case_ids: Collection[int]) -> QuerySet[Passage]:
    return Passage.objects.filter(case_id__in=case_ids).select_related("by__user").order_by("id")


@prepared()
def _offers(_viewer: None, case_ids: Collection[int]) -> QuerySet[TransitionOffer]:
    offers = TransitionOffer.objects.filter(passage__case_id__in=case_ids)
    return offers.select_related("passage", "by__user", "with_unit").order_by("id")


@prepared()
def _jobs(_viewer: None, case_ids: Collection[int]) -> QuerySet[JobNote]:
    return JobNote.objects.filter(case_id__in=case_ids).select_related("by").order_by("id")


@prepared()
def _meetings(_viewer: None, case_ids: Collection[int]) -> QuerySet[Meeting]:
    found = Meeting.objects.filter(case_id__in=case_ids, kind=TRANSITION, reason="")
    return found.select_related("timed_by").order_by("at", "id")


def _ending(case: Case, noted: Passage | None) -> tuple[str, date, Passage | None] | None:
    """What ends when: the latest noted, unless the livelihood began after it; else the end of the livelihood."""
    if noted and clock.day_of(noted.noted_at) >= case.livelihood_since:
        stale = noted.cause == rules.ENDS and noted.ends_on != case.livelihood_ends_on
        if not stale:
            return noted.benefit, noted.ends_on, noted
    if case.livelihood_ends_on and rules.runs(case.livelihood_ends_on, case.livelihood, clock.today()):
        return case.livelihood, case.livelihood_ends_on, None
    return None


def clocks_of(cases: Iterable[Case]) -> dict[int, Clock]:
    """The clocks of cases, by the case's id; none of those where no benefit is about to end and none was noted to."""
    by_id = {case.pk: case for case in cases}
    if not by_id:
        return {}
    ids = frozenset(by_id)
    noted = {passage.case_id: passage for passage in _passages.rows(None, ids)}
    endings = {pk: ending for pk, case in by_id.items() if (ending := _ending(case, noted.get(pk)))}
    if not endings:
        return {}
    running = frozenset(endings)
    offered = _offers.rows(None, running) if noted else ()
    offers = {o.passage.case_id: o for o in offered if _is_of(by_id[o.passage.case_id], o.noted_at)}
    jobs = {job.case_id: job for job in _jobs.rows(None, running)}
    meetings = [m for m in _meetings.rows(None, running) if _is_of(by_id[m.case_id], m.booked_at)]
    booked = {meeting.case_id: meeting for meeting in meetings if meeting.ended_at is None}
    held = {meeting.case_id: meeting for meeting in meetings if meeting.ended_at}
    return {
        pk: Clock(*ending, offers.get(pk), jobs.get(pk), booked.get(pk), held.get(pk)) for pk, ending in endings.items()
    }


def _is_of(case: Case, at: datetime) -> bool:
    """Whether something was noted since the present livelihood began."""
    return at >= clock.midnight(case.livelihood_since)


def clock_of(case: Case) -> Clock | None:
    """The clock of a case; None where no benefit is about to end and none was noted to."""
    return clocks_of([case]).get(case.pk)


def shown_clocks(seen: Iterable[CaseVisibility]) -> dict[int, Clock]:
    """The clocks of cases, by the case's id, where the livelihood and what was noted of the passage may be seen."""
    known = {visible.case.pk: visible for visible in seen if visible.sees("livelihood")}
    return {
        pk: found
        for pk, found in clocks_of(visible.case for visible in known.values()).items()
        if found.passage is None or known[pk].sees("ends_on", found.passage)
    }


def shown_clock(visible: CaseVisibility) -> Clock | None:
    """The clock of a case, to those who may see what the person lives on and what was noted of the passage."""
    return shown_clocks([visible]).get(visible.case.pk)


def _may_know(viewer: Viewer) -> Q:
    told = disclosed_to(viewer).filter(
        group=LIVELIHOOD, subject=OuterRef("person__subject"), from_party=OuterRef("livelihood_by")
    )
    return Q(livelihood_by_id__in=viewer.own_party_ids) | Q(Exists(told.order_by()))


def to_prepare(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    """Of `cases`, those whose clock runs and in which no transition meeting is booked or held, the person has not
    declined one, and has no job to go back to; the soonest end first. A noted refusal, coming or given, runs too.
    """
    of_case = Meeting.objects.filter(case=OuterRef("pk"), kind=TRANSITION, reason="").order_by()
    met = of_case.filter(booked_at__date__gte=OuterRef("livelihood_since"))
    offers = TransitionOffer.objects.filter(
        passage__case=OuterRef("pk"), noted_at__date__gte=OuterRef("livelihood_since")
    )
    answer = offers.order_by("-id").values("answer")[:1]
    noted = Passage.objects.filter(
        case=OuterRef("pk"), cause__in=(rules.COMING, rules.REFUSED), noted_at__date__gte=OuterRef("livelihood_since")
    ).order_by()
    job = JobNote.objects.filter(case=OuterRef("pk")).order_by("-id").values("has_job")[:1]
    ending = Q(
        livelihood__in=rules.BENEFITS,
        livelihood_ends_on__gte=on,
        livelihood_ends_on__lt=on + timedelta(days=rules.WITHIN),
    )
    return (
        cases.filter(ending | Q(Exists(noted)), ~Exists(met), closed_at__isnull=True, joined_to__isnull=True)
        .annotate(job=Subquery(job), answer=Subquery(answer))
        .filter(Q(job__isnull=True) | Q(job=False), Q(answer__isnull=True) | Q(answer__in=("", rules.ACCEPTED)))
        .order_by("livelihood_ends_on", "id")
    )


@prepared("post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def mine_to_prepare(viewer: Viewer) -> QuerySet[Case]:
    """Of the persons whom the viewer holds, those to whom a transition meeting is to be offered, or for whom one is to
    be booked."""
    return to_prepare(held_by(viewer).filter(_may_know(viewer)), clock.today())


@prepared("case_post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def board_to_prepare(viewer: Viewer) -> QuerySet[Case]:
    """The same at the viewer's units or parties."""
    return to_prepare(held_cases(viewer).filter(_may_know(viewer)), clock.today())
