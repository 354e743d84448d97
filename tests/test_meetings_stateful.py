"""Meetings over random sequences of work: a small model of its own must agree after each step."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.forms.models import model_to_dict
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.journal.chain import seal
from handslag.meetings import actions, calling, holding
from handslag.meetings.models import Meeting
from handslag.parties.queries import viewer_of
from handslag.watch.actions import go_round
from tests import worlds
from tests.machines import WorldMachine

UNITS = ["fk", "af", "kom"]
WORKERS = [f"{unit}_{who}" for unit in UNITS for who in ("a", "b", "lead")]
picks = st.integers(0, 10_000)


@dataclass
class Booked:
    """What the model remembers of a meeting."""

    case: int
    at: object
    state: str = "booked"
    moves: int = 0
    called: set = field(default_factory=set)
    over: list | None = None
    """All that stood there when it was over."""


class Meetings(WorldMachine):
    """People of three units keep meetings; `meetings` and `holders` are the plain model."""

    def __init__(self):
        super().__init__()
        self.holders: dict[int, str] = {}
        self.meetings: dict[int, Booked] = {}

    @initialize()
    def begin(self):
        for who in ("fk_a", "af_a", "kom_lead"):
            self.holders[self.world.case(who).pk] = who

    def actor(self, case_id, number):
        """Mostly the holder, sometimes the lead, now and then somebody else; and whether that one may."""
        holder = self.holders[case_id]
        unit = holder.split("_")[0]
        name = WORKERS[number % len(WORKERS)] if number % 5 == 0 else f"{unit}_lead" if number % 5 == 1 else holder
        return viewer_of(self.world.posts[name].user), name in (holder, f"{unit}_lead")

    def pick(self, number):
        found = sorted(self.meetings)
        return (found[number % len(found)], self.meetings[found[number % len(found)]]) if found else (None, None)

    @staticmethod
    def all_of(pk):
        """Every fact that hangs on a meeting."""
        meeting = Meeting.objects.get(pk=pk)
        parts = (meeting.participants, meeting.past_times, meeting.items, meeting.decisions)
        return [model_to_dict(meeting), *(list(part.order_by("id").values()) for part in parts)]

    @rule(number=picks, who=picks, ahead=st.integers(-2, 9), kind=st.sampled_from(["sip", "follow_up"]))
    def book(self, number, who, ahead, kind):
        if not self.holders:
            return
        case_id = sorted(self.holders)[number % len(self.holders)]
        viewer, may = self.actor(case_id, who)
        at = worlds.contact_in(ahead)
        plan, time = actions.Plan(kind, "Ord"), actions.Time(at, 60, "Rum")
        made = self.tried(lambda: actions.book_meeting(viewer, case_id, plan, time), may=may and ahead > 0)
        if made:
            self.meetings[made.pk] = Booked(case_id, at)

    @rule(number=picks, who=picks, ahead=st.integers(-1, 9))
    def move(self, number, who, ahead):
        pk, meeting = self.pick(number)
        if not meeting or meeting.case not in self.holders:
            return
        viewer, may = self.actor(meeting.case, who)
        at, may = worlds.contact_in(ahead), may and ahead > 0 and meeting.state == "booked"
        time = actions.Time(at, 30, "Annat rum")
        if self.tried(lambda: actions.move_meeting(viewer, pk, time, "another_time"), may=may):
            meeting.at, meeting.moves = at, meeting.moves + 1

    @rule(number=picks, who=picks, unit=st.sampled_from(UNITS))
    def call(self, number, who, unit):
        pk, meeting = self.pick(number)
        if not meeting or meeting.case not in self.holders:
            return
        viewer, may = self.actor(meeting.case, who)
        may = may and meeting.state == "booked" and unit not in meeting.called
        if self.tried(lambda: calling.invite(viewer, pk, self.world.units[unit]), may=may):
            meeting.called.add(unit)

    @rule(number=picks, who=picks, unit=st.sampled_from(UNITS))
    def take_off(self, number, who, unit):
        pk, meeting = self.pick(number)
        if not meeting or meeting.case not in self.holders or unit not in meeting.called:
            return
        viewer, may = self.actor(meeting.case, who)
        guest = Meeting.objects.get(pk=pk).participants.get(unit=self.world.units[unit], post=None, taken_off_at=None)
        self.tried(
            lambda: calling.uninvite(viewer, guest.pk) or meeting.called.remove(unit),
            may=may and meeting.state == "booked",
        )

    @rule(number=picks, who=picks, own=st.booleans(), settles=st.booleans())
    def hold(self, number, who, own, settles):
        pk, meeting = self.pick(number)
        if not meeting or meeting.case not in self.holders:
            return
        viewer, may = self.actor(meeting.case, who)
        row = Meeting.objects.select_related("timed_by").get(pk=pk)
        holder = self.world.posts[self.holders[meeting.case]]
        knows = row.timed_by.party_id == holder.party_id  # nobody consented to anything here
        may = may and meeting.state == "booked" and meeting.at <= clock.now() and own and knows
        may = may and (settles or row.kind == "follow_up")
        to = (
            holder if own else next(p for p in self.world.posts.values() if p.unit_id and p.party_id != holder.party_id)
        )
        items = ("measures", "by_whom", "others", "responsible") if settles else ()
        came = frozenset(row.participants.values_list("pk", flat=True))
        told = holding.Outcome(
            came,
            "Ord",
            (holding.Decided("Nästa", to, clock.today() + timedelta(days=5)),),
            tuple(holding.Settled(f"sip_{item}", "Ja") for item in items),
        )
        if self.tried(lambda: holding.hold_meeting(viewer, pk, told), may=may):
            meeting.state, meeting.over = "held", self.all_of(pk)
            case = Case.objects.get(pk=meeting.case)
            assert (case.next_step, case.next_step_by_id) == ("Nästa", to.pk)

    @rule(number=picks, who=picks)
    def call_off(self, number, who):
        pk, meeting = self.pick(number)
        if not meeting or meeting.case not in self.holders:
            return
        viewer, may = self.actor(meeting.case, who)
        if self.tried(lambda: actions.call_off(viewer, pk, "not_needed"), may=may and meeting.state == "booked"):
            meeting.state, meeting.over = "not_held", self.all_of(pk)

    @rule(number=picks, unit=st.sampled_from(UNITS))
    def hand_over(self, number, unit):
        if not self.holders:
            return
        case_id = sorted(self.holders)[number % len(self.holders)]
        sender = self.holders[case_id].split("_")[0]
        if unit == sender:
            return
        offer = handovers.Offer(self.world.units[unit], None, "moved", "", "", clock.today(), worlds.contact_in(3))
        with suppress(Refused):
            made = handovers.offer_handover(viewer_of(self.world.posts[self.holders[case_id]].user), case_id, offer)
            handovers.accept_handover(self.world.viewer(f"{unit}_a"), made.pk, worlds.contact_in(3))
            contact.record_contact(
                self.world.viewer(f"{unit}_a"), made.pk, "declined_by_person", "Nästa", clock.today()
            )
        holder = Case.objects.select_related("holder").get(pk=case_id).holder_id
        self.holders[case_id] = next(name for name, post in self.world.posts.items() if post.pk == holder)

    @rule(number=picks)
    def close(self, number):
        if not self.holders:
            return
        case_id = sorted(self.holders)[number % len(self.holders)]
        viewer = viewer_of(self.world.posts[self.holders[case_id]].user)
        booked = any(m.case == case_id and m.state == "booked" for m in self.meetings.values())
        try:
            with transaction.atomic():
                cases.close(viewer, case_id, "work", "Chefen")
        except Refused:
            return
        assert not booked
        del self.holders[case_id]

    @rule(count=st.integers(1, 6))
    def days_pass(self, count):
        self.time.shift(timedelta(days=count))
        go_round()

    @invariant()
    def each_meeting_is_as_the_model_says(self):
        for pk, told in self.meetings.items():
            row = Meeting.objects.get(pk=pk)
            assert (row.state, row.at, row.past_times.count()) == (told.state, told.at, told.moves)
            if told.over:
                assert self.all_of(pk) == told.over

    @invariant()
    def nobody_is_booked_without_somebody_who_holds(self):
        booked = {m.case for m in self.meetings.values() if m.state == "booked"}
        assert booked <= set(self.holders)
        held = dict(Case.objects.filter(pk__in=booked, closed_at=None).values_list("pk", "holder__user__email"))
        assert held == {case: f"{self.holders[case]}@test.example" for case in booked}

    @invariant()
    def the_promises_hold(self):
        seal()
        assert not {n: f.offenders for n, f in prove(clock.today()).items() if f.broken}


def test_meetings_are_what_a_model_says_whatever_people_do(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "12"))
    run_state_machine_as_test(Meetings, settings=settings(max_examples=examples, stateful_step_count=30))


with suppress(AttributeError):
    del Meetings.TestCase
