"""The demo world's passages out of sickness insurance: benefits that are about to end, and what was done before."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from handslag.cases.opening import Draft
from handslag.foundation import days
from handslag.journal.actions import record_all
from handslag.journal.models import Entry
from handslag.meetings.rules import TRANSITION
from handslag.parties.models import Post, Unit
from handslag.passages import rules
from handslag.passages.models import JobNote, Passage, TransitionOffer
from handslag.simulation.meetings import Diary, at_hour, told
from handslag.simulation.places import unit_of

JOB, OFFERED, TO_BOOK, BOOKED, HELD, DECLINED = "job", "offered", "to_book", "booked", "held", "declined"
SHARES = {JOB: 0.25, OFFERED: 0.10, TO_BOOK: 0.08, BOOKED: 0.15, HELD: 0.12, DECLINED: 0.10}
"""How far passages have come; in the rest nothing was offered yet."""
COMING_SHARE = 0.15
"""Of those, where a decision against the person is sent for reply."""


class Passages:
    """Draws what was noted of passages, plans the transition meetings in a diary, and writes all."""

    def __init__(self, diary: Diary):
        self._diary, self._rng, self._on = diary, diary.rng, diary.on
        self._passages: list[Passage] = []
        self._offers: list[TransitionOffer] = []
        self._jobs: list[JobNote] = []

    def draw(self, case_id: int, draft: Draft, holder: Post, since: date) -> bool:
        """What was done before a benefit ends; false where the clock does not run or began too lately to tell of it."""
        ends_on = draft.livelihood_ends_on
        if ends_on is None or not rules.runs(ends_on, draft.livelihood, self._on):
            return False
        began = max(since, draft.opened_on, ends_on - timedelta(days=rules.WITHIN - 1))
        if (self._on - began).days < 8:
            return False
        stage = self._stage()
        cause = rules.COMING if self._rng.random() < COMING_SHARE else rules.ENDS
        passage = self._passage(case_id, holder, draft.livelihood, ends_on, cause, at_hour(began, 10))
        if stage is not None:
            at, has_job = at_hour(began, 11), stage == JOB
            self._jobs.append(JobNote(case_id=case_id, has_job=has_job, by=holder, noted_at=at))
        if stage in (OFFERED, TO_BOOK, BOOKED, HELD, DECLINED):
            self._offer(passage, holder, began, stage)
        if stage == BOOKED:
            day = days.add_working_days(self._on - timedelta(days=1), self._rng.choice((1, 2, 3, 4, 8)))
            self._diary.plan(case_id, draft, holder, TRANSITION, day, self._af_near(holder))
        if stage == HELD:
            day = days.add_working_days(self._on, -1)
            self._diary.plan(case_id, draft, holder, TRANSITION, day, self._af_near(holder), held=True)
        return True

    def write(self) -> None:
        """Writes all that was drawn; the diary writes its own."""
        Passage.objects.bulk_create(self._passages, batch_size=2000)
        TransitionOffer.objects.bulk_create(self._offers, batch_size=2000)
        JobNote.objects.bulk_create(self._jobs, batch_size=2000)
        record_all(self._told())

    def _told(self) -> Iterator[Entry]:
        for p in self._passages:
            about = {"passage": p.pk, "cause": p.cause, "ends_on": p.ends_on.isoformat()}
            yield told(p.by, "passage_noted", p.case_id, p.noted_at, **about)
        for job in self._jobs:
            yield told(job.by, "job_noted", job.case_id, job.noted_at, has_job=job.has_job)
        for offer in self._offers:
            case_id, on = offer.passage.case_id, offer.offered_on.isoformat()
            yield told(offer.by, "transition_offered", case_id, offer.noted_at, offer=offer.pk, on=on)
            if offer.answered_on:
                at = at_hour(offer.answered_on, 14)
                yield told(offer.by, "offer_answered", case_id, at, offer=offer.pk, answer=offer.answer)

    def _stage(self) -> str | None:
        draw = self._rng.random()
        for stage, share in SHARES.items():
            draw -= share
            if draw < 0:
                return stage
        return None

    def _af_near(self, holder: Post) -> Unit:
        county = unit_of(holder).county_code
        return next(unit for unit in self._diary.places.units["AF"] if unit.county_code == county)

    def _passage(self, case_id: int, holder: Post, benefit: str, ends_on: date, cause: str, at: datetime) -> Passage:
        sent = at.date() if cause == rules.COMING else None
        passage = Passage(
            case_id=case_id,
            benefit=benefit,
            cause=cause,
            ends_on=ends_on,
            communicated_on=sent,
            reply_by=sent and sent + timedelta(days=14),
            by=holder,
            noted_at=at,
        )
        self._passages.append(passage)
        return passage

    def _offer(self, passage: Passage, holder: Post, began: date, stage: str) -> None:
        day = began + timedelta(days=1)
        offer = TransitionOffer(
            passage=passage, offered_on=day, with_unit=self._af_near(holder), by=holder, noted_at=at_hour(day, 10)
        )
        if stage != OFFERED:
            offer.answered_on, offer.answer_by = day + timedelta(days=3), holder
            offer.answer = rules.DECLINED if stage == DECLINED else rules.ACCEPTED
        self._offers.append(offer)
