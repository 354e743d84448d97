"""The demo world's two years of joint support that is over, in the shape of the last published years.

Everything is of cases where nothing else happens, so that the work that goes on stays what it is.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from handslag.assessments.models import Assessment, Call, Part
from handslag.assessments.rules import Spell, written
from handslag.cases.models import Case
from handslag.foundation.clock import midnight
from handslag.journal.actions import record_all
from handslag.journal.models import Entry
from handslag.meetings.models import Decision, Item, Meeting, Participant
from handslag.meetings.rules import ITEMS, PERSON, TRANSITION
from handslag.parties.models import Post, Unit
from handslag.plans.models import Plan, Review, Step
from handslag.plans.rules import DIRECTED, PREPARATORY
from handslag.simulation.assessments import GOAL, PURPOSE, WORDS
from handslag.simulation.bulk import create, update_many
from handslag.simulation.meetings import at_hour, told
from handslag.simulation.places import Places, unit_of


@dataclass(frozen=True)
class Shape:
    """A year's joint support in percent: of the joint assessments those of women, with a psychiatric diagnosis (by
    benefit), and how many transition meetings and ended measures there are to a hundred of them."""

    women: int
    psychiatric: dict[str, int]
    transition_meetings: int
    ended_measures: int


SHAPES = (
    Shape(61, {"sickness_benefit": 70, "activity_compensation": 82}, 36, 59),
    Shape(62, {"sickness_benefit": 74, "activity_compensation": 75}, 54, 56),
)
"""2018 and 2019, the last two years of which all of it was published (FK's and AF's report of 2020-05-08, as it stands
in `statistics/reports/published_figures.csv`); the years had 8,638 and 8,662 joint assessments: as many."""
YEAR = timedelta(days=365)
SHARE = 6
"""Each year has a joint assessment of every sixth of the cases in which nothing else happens."""
SICK_DAY = 823
"""The mean day of the sick case on which it was made, in 2018."""
OTHER_CHAPTERS = ("M", "G", "I", "R")
SEEN = {"FK": "Vägen tillbaka går genom arbetsträning.", "AF": "Vi börjar med arbetsträning i liten skala."}
MEASURES = {PREPARATORY: "Arbetsträning", DIRECTED: "Praktik"}
UNMEASURED = "Tät kontakt med vården"
PLACE, SETTLED, DECIDED = "Besöksrummet, plan 2", "Klart under mötet.", "Anmäl dig hos Arbetsförmedlingen"


class Done:
    """A joint assessment that ended in a plan at an instant, with AF, and the plan that was over on a day."""

    def __init__(self, case: Case, af: Post, at: datetime, chapter: str, measure: str, over_on: date):
        self.case, self.af, self.at, self.chapter, self.over_on = case, af, at, chapter, over_on
        self.holder, self.asked_at, day = case.holder, at - timedelta(days=20), at.date()
        self.outcome = "joint_measure" if measure else "other_next_step"
        self.plan = Plan(case=case, by=self.holder, made_at=at)
        self.review = Review(plan=self.plan, reviewed_on=day, goal=GOAL, by=self.holder, at=at)
        self.step = Step(
            plan=self.plan,
            text=MEASURES.get(measure, UNMEASURED),
            to=af,
            measure=measure,
            begins_on=day + timedelta(days=7) if measure else None,
            due_on=over_on,
            by=self.holder,
            made_at=at,
        )
        self.assessment = Assessment(case=case, purpose=PURPOSE, wanted_by=day, by=self.holder, asked_at=self.asked_at)
        self.call = Call(assessment=self.assessment, unit=unit_of(af), by=self.holder, at=self.asked_at)

    def parts(self) -> Iterator[Part]:
        """What both parties signed."""
        sick = written([Spell(100, self.at.date() - timedelta(days=SICK_DAY - 1), None)])
        told = {"livelihood": self.case.livelihood, "diagnosis_chapter": self.chapter, "spells": sick}
        for post, seen in ((self.holder, {**told, "standpoint": SEEN["FK"]}), (self.af, {"standpoint": SEEN["AF"]})):
            at = self.at - timedelta(hours=1)
            yield Part(
                assessment=self.assessment,
                number=1,
                party=post.party,
                by=post,
                at=at,
                own_words=WORDS,
                goal=GOAL,
                **seen,
            )

    def lines(self) -> Iterator[Entry]:
        """What the journal tells of it."""
        yield told(self.holder, "assessment_asked", self.case.pk, self.asked_at)
        yield told(self.holder, "assessment_ended", self.case.pk, self.at, how=self.outcome)


def write(rng: random.Random, places: Places, on: date) -> None:
    """Two years of joint support up to the day before `on`."""
    pool = list(_quiet_cases(places, on))
    rng.shuffle(pool)
    count = len(pool) // SHARE
    for shape, begin in zip(SHAPES, (on - 2 * YEAR, on - YEAR), strict=True):
        able = [case for case in pool if case.opened_at < midnight(begin + YEAR - timedelta(days=120))]
        chosen = _chosen(able, count, shape.women)
        pool = [case for case in pool if case not in chosen]
        _assess(list(_done(rng, places, shape, chosen, begin)))
        _meet(rng, chosen, count * shape.transition_meetings // 100, begin)


def _quiet_cases(places: Places, on: date) -> Iterable[Case]:
    """Cases that FK holds, away from where the sign-ins work, in which nothing happens now."""
    ends_late = Q(livelihood_ends_on__isnull=True) | Q(livelihood_ends_on__gt=on + timedelta(days=90))
    quiet = Case.objects.filter(
        ends_late,
        party__kind="FK",
        holder__party__kind="FK",
        closed_at__isnull=True,
        joined_to__isnull=True,
        suspended_until__isnull=True,
        person__is_protected=False,
        handovers__isnull=True,
        meetings__isnull=True,
    ).exclude(holder__unit__in=[unit.pk for unit in places.focus])
    return quiet.select_related("person", "holder__user", "holder__unit", "holder__party").order_by("id")


def _chosen(pool: list[Case], count: int, women: int) -> set[Case]:
    """So many cases, of women in that percentage."""
    wanted = {"woman": round(count * women / 100)}
    wanted["man"] = count - wanted["woman"]
    return {case for sex, most in wanted.items() for case in [c for c in pool if c.person.sex == sex][:most]}


def _done(rng: random.Random, places: Places, shape: Shape, chosen: set[Case], begin: date) -> Iterator[Done]:
    """An assessment of each, with diagnoses and measures in the year's percentages."""
    by_benefit: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(chosen, key=lambda case: case.pk):
        by_benefit[case.livelihood].append(case)
    measured = set(rng.sample(sorted(case.pk for case in chosen), len(chosen) * shape.ended_measures // 100))
    for benefit, cases in by_benefit.items():
        percent = shape.psychiatric.get(benefit, shape.psychiatric["sickness_benefit"])
        psychiatric = round(len(cases) * percent / 100)
        for number, case in enumerate(cases):
            day = _day_in(rng, case, begin, 40, 240)
            yield Done(
                case=case,
                af=places.holders[_af_near(places, unit_of(case.holder)).pk][0],
                at=at_hour(day, 14),
                chapter="F" if number < psychiatric else rng.choice(OTHER_CHAPTERS),
                measure=rng.choice(tuple(MEASURES)) if case.pk in measured else "",
                over_on=day + timedelta(days=rng.randint(30, 70)),
            )


def _af_near(places: Places, unit: Unit) -> Unit:
    return next(u for u in places.units["AF"] if u.county_code == unit.county_code)


def _assess(done: list[Done]) -> None:
    """Writes assessments and their plans: asked for, signed by both, ended, carried out."""
    for model, rows in (
        (Plan, (d.plan for d in done)),
        (Review, (d.review for d in done)),
        (Step, (d.step for d in done)),
        (Assessment, (d.assessment for d in done)),
        (Call, (d.call for d in done)),
        (Part, (part for d in done for part in d.parts())),
    ):
        create(model, rows)
    ends = [(d.at, d.holder.pk, d.outcome, d.plan.pk, d.assessment.pk) for d in done]
    update_many("assessments_assessment", ("ended_at", "ended_by_id", "outcome", "plan_id"), ends)
    over = [(at_hour(d.over_on, 15), d.af.pk, True, d.step.pk) for d in done]
    update_many("plans_step", ("ended_at", "ended_by_id", "was_done"), over)
    ended = [(at_hour(d.over_on, 16), d.holder.pk, "completed", d.plan.pk) for d in done]
    update_many("plans_plan", ("ended_at", "ended_by_id", "ending"), ended)
    record_all(line for d in done for line in d.lines())


def _meet(rng: random.Random, cases: set[Case], count: int, begin: date) -> None:
    """Writes so many transition meetings of a year that were held, less those that are there."""
    there = Meeting.objects.filter(
        kind=TRANSITION, ended_at__isnull=False, reason="", at__gte=midnight(begin), at__lt=midnight(begin + YEAR)
    ).count()
    lacking = sorted(cases, key=lambda case: case.pk)[: max(count - there, 0)]
    meetings = [_meeting(case, at_hour(_day_in(rng, case, begin, 20, 350), 10)) for case in lacking]
    for model, rows in (
        (Meeting, meetings),
        (Participant, (guest for m in meetings for guest in _guests(m))),
        (Item, (Item(meeting=m, item=i, text=SETTLED, by=m.by) for m in meetings for i in ITEMS[TRANSITION])),
        (Decision, (_decision(m) for m in meetings)),
    ):
        create(model, rows)
    ends = [(m.at + timedelta(hours=1), m.by.pk, SETTLED, m.pk) for m in meetings]
    update_many("meetings_meeting", ("ended_at", "ended_by_id", "notes"), ends)
    record_all(_line(m) for m in meetings)


def _day_in(rng: random.Random, case: Case, begin: date, least: int, most: int) -> date:
    """A day of a year, so long after the case was opened."""
    first = max((case.opened_at.date() - begin).days + least, least)
    return begin + timedelta(days=rng.randint(first, max(first, most)))


def _meeting(case: Case, at: datetime) -> Meeting:
    booked_at, by = at - timedelta(days=14), case.holder
    return Meeting(
        case=case,
        kind=TRANSITION,
        purpose=PURPOSE,
        by=by,
        timed_by=by,
        at=at,
        booked_at=booked_at,
        minutes=60,
        place=PLACE,
    )


def _guests(meeting: Meeting) -> Iterator[Participant]:
    by = meeting.by
    yield Participant(meeting=meeting, role=PERSON, by=by, came=True)
    yield Participant(meeting=meeting, role="caseworker", unit=unit_of(by), post=by, by=by, came=True)


def _decision(meeting: Meeting) -> Decision:
    by, done_at = meeting.by, meeting.at + timedelta(days=2)
    return Decision(meeting=meeting, text=DECIDED, to=by, by=by, due_on=done_at.date(), done_at=done_at, done_by=by)


def _line(meeting: Meeting) -> Entry:
    about = {"meeting": meeting.pk, "kind": meeting.kind, "on": meeting.at.date().isoformat()}
    return told(meeting.by, "meeting_held", meeting.case_id, meeting.at + timedelta(hours=1), **about)
