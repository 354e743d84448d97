"""Referrals over random sequences of work: a small model of its own, of states, places and the order of a list, agrees
after each step; and what it refuses, the product refuses."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from handslag.foundation import clock
from handslag.measures.queries import free_places
from handslag.referrals import actions, line
from handslag.referrals.models import Move, Referral, Unmet
from handslag.referrals.queries import line_of, places_of
from handslag.watch.actions import go_round
from tests.machines import WorldMachine

PLACES = 2
WHO = ("fk_a", "fk_lead", "fk_b", "measure", "kom_lead", "kom_a", "af_a")
REFERRING, STAFF = {"fk_a", "fk_lead"}, {"measure", "kom_lead"}
picks = st.integers(0, 10_000)


@dataclass
class Told:
    """What the model remembers of a referral."""

    case: int
    measure: int
    state: str = "offered"
    said_yes: bool = False
    settled: bool = False


@dataclass
class Line:
    """A measure as the model knows it: who waits, first to last, and how often the order was changed."""

    waiting: list[int] = field(default_factory=list)
    moves: int = 0


class Referrals(WorldMachine):
    """Two measures of two places each, and people who do what they may and what they may not."""

    def __init__(self):
        super().__init__()
        self.told: dict[int, Told] = {}
        self.lines: dict[int, Line] = {}
        self.cases: list[int] = []
        self.noes = 0

    @initialize()
    def begin(self):
        self.measures = [self.world.staffed(name=name, places=PLACES) for name in ("Ett", "Två")]
        self.lines = {measure.pk: Line() for measure in self.measures}
        self.cases = [self.world.case().pk for _ in range(5)]

    def taken(self, measure):
        """How many places are taken, by the model."""
        return sum(t.measure == measure and t.state in ("invited", "accepted") for t in self.told.values())

    def pick(self, number, *states):
        """Mostly a referral in one of these states."""
        found = sorted(self.told)
        fit = [pk for pk in found if self.told[pk].state in states]
        of = fit if fit and number % 8 else found
        return (of[number % len(of)], self.told[of[number % len(of)]]) if of else (None, None)

    def actor(self, number, side):
        """Mostly somebody of the side, and whether that one is."""
        name = sorted(side)[number % 2] if number % 6 else WHO[number % len(WHO)]
        return self.viewer(name), name in side

    @rule(case=picks, measure=picks, who=picks)
    def refer(self, case, measure, who):
        viewer, may = self.actor(who, REFERRING)
        case_id, measure = self.cases[case % len(self.cases)], self.measures[measure % 2]
        is_there = any(
            t.case == case_id and t.measure == measure.pk and t.state in ("offered", "asked", "waiting", "invited")
            for t in self.told.values()
        )
        asked = actions.Asked(measure, self.world.units["kom"])
        made = self.tried(lambda: actions.refer(viewer, case_id, asked), may=may and not is_there)
        if made:
            self.told[made.pk] = Told(case_id, measure.pk)

    @rule(number=picks, who=picks)
    def accept(self, number, who):
        pk, told = self.pick(number, "offered", "asked")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        others = self.lines[told.measure].waiting or any(
            t.measure == told.measure and t.state == "invited" for t in self.told.values()
        )
        may = may and told.state in ("offered", "asked") and not others and self.taken(told.measure) < PLACES
        if self.tried(lambda: line.accept_referral(viewer, pk, clock.today()), may=may):
            told.state, told.said_yes = "accepted", True

    @rule(number=picks, who=picks)
    def wait(self, number, who):
        pk, told = self.pick(number, "offered", "asked")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        may = may and told.state in ("offered", "asked")
        if self.tried(lambda: line.put_on_list(viewer, pk, line.Waits("no_place")), may=may):
            told.state, told.said_yes = "waiting", True
            self.lines[told.measure].waiting.append(pk)

    @rule(number=picks, who=picks, place=st.integers(-1, 5))
    def move(self, number, who, place):
        pk, told = self.pick(number, "waiting")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        waiting = self.lines[told.measure].waiting
        may = may and told.state == "waiting" and 1 <= place <= len(waiting) and waiting[place - 1] != pk
        if self.tried(lambda: line.move_in_line(viewer, pk, place, "benefit_ends"), may=may):
            waiting.remove(pk)
            waiting.insert(place - 1, pk)
            self.lines[told.measure].moves += 1

    @rule(number=picks, who=picks)
    def offer(self, number, who):
        pk, told = self.pick(number, "waiting")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        waiting = self.lines[told.measure].waiting
        may = may and told.state == "waiting" and waiting[0] == pk and self.taken(told.measure) < PLACES
        today = clock.today()
        if self.tried(lambda: line.offer_place(viewer, pk, today, today), may=may):
            told.state = "invited"
            waiting.remove(pk)

    @rule(number=picks, who=picks, takes=st.booleans())
    def answer_for_place(self, number, who, takes):
        pk, told = self.pick(number, "invited")
        if not told:
            return
        viewer, may = self.actor(who, REFERRING)
        may = may and told.state == "invited"
        if takes:
            if self.tried(lambda: line.take_place(viewer, pk), may=may):
                told.state = "accepted"
        elif self.tried(lambda: line.pass_place(viewer, pk), may=may):
            told.state = "waiting"
            self._passed(told.measure, pk)

    def _passed(self, measure, pk):
        """Who passes has an old turn, which may lie among those who came or were moved; behind the next one from there."""
        shown = [referral.pk for referral in line_of(measure)]
        others = self.lines[measure].waiting
        assert [one for one in shown if one != pk] == others, "nobody else moves"
        if len(shown) > len(others[:1]) and others:
            assert shown.index(pk) >= 1, "the next one goes before"
            self.lines[measure].moves = Move.objects.filter(referral__measure=measure).count()
        self.lines[measure].waiting = shown

    @rule(number=picks, who=picks)
    def decline(self, number, who):
        pk, told = self.pick(number, "offered", "waiting", "invited", "accepted")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        may = may and told.state in ("offered", "asked", "waiting", "invited", "accepted")
        if self.tried(lambda: actions.decline_referral(viewer, pk, "too_far"), may=may):
            self.gone(pk, told, "declined")
            self.noes += 1

    @rule(number=picks, who=picks)
    def withdraw(self, number, who):
        pk, told = self.pick(number, "offered", "asked", "waiting", "invited")
        if not told:
            return
        viewer, may = self.actor(who, REFERRING)
        may = may and told.state in ("offered", "asked", "waiting", "invited")
        if self.tried(lambda: actions.withdraw_referral(viewer, pk), may=may):
            self.gone(pk, told, "withdrawn")

    def gone(self, pk, told, state):
        told.state = state
        with suppress(ValueError):
            self.lines[told.measure].waiting.remove(pk)

    @rule(number=picks, who=picks)
    def leave(self, number, who):
        pk, told = self.pick(number, "accepted")
        if not told:
            return
        viewer, may = self.actor(who, STAFF)
        if self.tried(lambda: line.leave_place(viewer, pk), may=may and told.state == "accepted"):
            told.state = "ended"

    @rule(number=picks, who=picks)
    def settle(self, number, who):
        pk, told = self.pick(number, "declined")
        if not told:
            return
        viewer, may = self.actor(who, REFERRING)
        if self.tried(lambda: actions.settle_no(viewer, pk), may=may and told.state == "declined" and not told.settled):
            told.settled = True

    @rule(count=st.integers(1, 6))
    def days_pass(self, count):
        self.time.shift(timedelta(days=count))
        go_round()

    @invariant()
    def each_is_as_the_model_says(self):
        rows = {r.pk: (r.state, r.said_yes_at is not None, r.settled_at is not None) for r in Referral.objects.all()}
        assert rows == {pk: (t.state, t.said_yes, t.settled) for pk, t in self.told.items()}
        assert Unmet.objects.count() == self.noes

    @invariant()
    def the_line_is_in_order_and_explained(self):
        for measure, told in self.lines.items():
            found = line_of(measure)
            assert [referral.pk for referral in found] == told.waiting
            assert places_of(found) == {pk: place for place, pk in enumerate(told.waiting, 1)}
            assert Move.objects.filter(referral__measure=measure).count() == told.moves

    @invariant()
    def no_place_is_taken_twice(self):
        free = free_places(self.measures)
        for measure in self.measures:
            assert self.taken(measure.pk) <= PLACES and free[measure.pk] == PLACES - self.taken(measure.pk)


def test_referrals_are_what_a_model_says_whatever_people_do(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "12"))
    run_state_machine_as_test(Referrals, settings=settings(max_examples=examples, stateful_step_count=40))


with suppress(AttributeError):
    del Referrals.TestCase
