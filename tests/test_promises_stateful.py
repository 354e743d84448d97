"""Promises 1 to 5 over random sequences of work: the independent check and a plain model must agree after each step."""

import csv
import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.queries import holdings
from handslag.cases.reopening import reopen
from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact, rules
from handslag.handovers.models import Handover
from handslag.intake.actions import import_cases
from handslag.intake.columns import NAMES
from handslag.journal.chain import seal
from handslag.parties import actions as parties
from handslag.parties.models import Absence, Post
from handslag.parties.queries import viewer_of
from handslag.parties.rules import HOLDING_ROLES
from handslag.watch.actions import go_round
from tests import worlds

WORKERS = [f"{unit}_{who}" for unit in ("fk", "af", "kom") for who in ("a", "b", "lead")]
UNITS = ["fk", "af", "kom", "hylte"]
workers, units, days = st.sampled_from(WORKERS), st.sampled_from(UNITS), st.integers(0, 30)
picks = st.integers(0, 10_000)


class Work(RuleBasedStateMachine):
    """People at four units work; `holders` is the plain model of who should hold each open case."""

    def __init__(self):
        super().__init__()
        self.traveller = time_machine.travel("2026-03-02T09:00:00+01:00", tick=False)
        self.time = self.traveller.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = worlds.build()
        self.holders: dict[int, int] = {}
        self.moves: dict[int, int] = {}
        self.closed: dict[int, list[tuple]] = {}

    @initialize()
    def begin_with_work(self):
        for who in ("fk_a", "fk_b", "af_a"):
            self.hold(self.world.case(who).pk, self.world.posts[who].pk)

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.traveller.stop()

    def viewer(self, name):
        return viewer_of(self.world.posts[name].user)

    def actor(self, number, unit_id):
        """Mostly somebody of that unit, so that much is carried out; now and then a stranger."""
        here = Post.objects.filter(unit_id=unit_id, is_active=True, role__in=HOLDING_ROLES)
        if number % 4 and (post := self.pick(here, number // 4)):
            return viewer_of(post.user)
        return self.viewer(WORKERS[number % len(WORKERS)])

    def sender(self, number, case):
        return self.actor(number, case.holder.unit_id)

    def receiver(self, number, handover):
        return self.actor(number, handover.to_unit_id)

    def pick(self, found, number):
        found = list(found.order_by("id"))
        return found[number % len(found)] if found else None

    def case(self, number):
        return self.pick(Case.objects.filter(closed_at__isnull=True), number)

    def handover(self, number):
        """An open handover; where there is none, one is offered first, now and then with a contact booked."""
        found = self.pick(Handover.objects.filter(state__in=rules.OPEN), number)
        if not found and (case := self.case(number)):
            found = self.expect(lambda: self.world.offer(case, UNITS[number % len(UNITS)]))
            if found and number % 3 == 0:
                self.take_over(self.receiver(number, found), found, 3)
        return found

    def take_over(self, actor, handover, ahead):
        at = worlds.contact_in(ahead)
        done = self.expect(lambda: handovers.accept_handover(actor, handover.pk, at))
        if done and done.state == rules.ACCEPTED:  # else the sender holds until they have met
            self.hold(done.case_id, done.accepted_by_id)

    def hold(self, case_id, post_id):
        if self.holders.get(case_id) != post_id:
            self.moves[case_id] = self.moves.get(case_id, -1) + 1
        self.holders[case_id] = post_id

    def expect(self, act):
        """Takes an action; a refusal must leave everything as it was."""
        before = list(Case.objects.order_by("id").values()), list(Handover.objects.order_by("id").values())
        try:
            with transaction.atomic():
                return act()
        except Refused:
            after = list(Case.objects.order_by("id").values()), list(Handover.objects.order_by("id").values())
            assert before == after
            return None

    @rule(who=workers)
    def open_a_case(self, who):
        post = self.world.posts[who]
        if post.is_active and Post.objects.get(pk=post.pk).is_active:
            case = self.world.case(who)
            self.hold(case.pk, post.pk)

    @rule(who=workers, good=st.booleans())
    def bring_in_a_file(self, who, good):
        if not Post.objects.get(pk=self.world.posts[who].pk).is_active:
            return
        draft, post = self.world.draft(who), self.world.posts[who]
        row = {
            **{name: getattr(draft, name, "") for name in NAMES},
            "case_ref": draft.reference, "party": post.party.code, "unit": post.unit.code,
            "caseworker": post.user.email, "livelihood": draft.livelihood if good else "nonsense",
        }  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.csv"
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, NAMES)
                writer.writeheader()
                writer.writerow(row)
            outcome = import_cases(worlds.SYSTEM, path)
        assert outcome.ok == good and outcome.imported == int(good)
        if good:
            self.hold(Case.objects.get(reference=draft.reference).pk, post.pk)

    @rule(number=picks, unit=units, named=st.booleans())
    def offer(self, number, unit, named):
        if case := self.case(number):
            self.expect(lambda: self.world.offer(case, unit, f"{unit}_a" if named else None))

    @rule(number=picks, who=picks, ahead=days)
    def accept(self, number, who, ahead):
        if handover := self.handover(number):
            self.take_over(self.receiver(who, handover), handover, ahead)

    @rule(number=picks, who=picks, unit=st.none() | units)
    def decline(self, number, who, unit):
        if handover := self.handover(number):
            to = self.world.units[unit] if unit else None
            act = handovers.decline_handover
            self.expect(lambda: act(self.receiver(who, handover), handover.pk, "not_ready", to, goes_back=to is None))

    @rule(number=picks, who=picks, verb=st.sampled_from(["ask_back", "answer_question", "withdraw_handover"]))
    def talk(self, number, who, verb):
        if handover := self.handover(number):
            asks = verb == "ask_back"
            actor = self.receiver(who, handover) if asks else self.sender(who, handover.case)
            self.expect(lambda: getattr(handovers, verb)(actor, handover.pk, "Ord"))

    @rule(number=picks, who=picks, ahead=days)
    def rebook(self, number, who, ahead):
        if handover := self.handover(number):
            at = worlds.contact_in(ahead)
            self.expect(lambda: contact.rebook_contact(self.receiver(who, handover), handover.pk, at))

    @rule(number=picks, who=picks, ahead=days)
    def miss_contact(self, number, who, ahead):
        if handover := self.handover(number):
            at = worlds.contact_in(ahead)
            self.expect(lambda: contact.miss_contact(self.receiver(who, handover), handover.pk, at))

    @rule(number=picks, who=picks, ahead=days)
    def make_contact(self, number, who, ahead):
        if handover := self.handover(number):
            on = clock.today() + timedelta(days=ahead)
            self.expect(
                lambda: contact.record_contact(self.receiver(who, handover), handover.pk, "held", "Följ upp", on)
            )
            sender, meet = self.sender(who, handover.case), contact.record_joint_contact
            if done := self.expect(lambda: meet(sender, handover.pk, person_agrees=True)):
                self.hold(done.case_id, done.accepted_by_id)

    @rule(number=picks, who=picks, ahead=st.integers(-2, 40))
    def take_step(self, number, who, ahead):
        if case := self.case(number):
            on = clock.today() + timedelta(days=ahead)
            self.expect(lambda: cases.take_next_step(self.sender(who, case), case.pk, "Nästa", on))

    @rule(number=picks, who=picks, ahead=days)
    def pause(self, number, who, ahead):
        if case := self.case(number):
            until = clock.today() + timedelta(days=ahead)
            self.expect(lambda: cases.suspend(self.sender(who, case), case.pk, until, "treatment"))

    @rule(number=picks, who=picks)
    def resume(self, number, who):
        if case := self.case(number):
            self.expect(lambda: cases.resume(self.sender(who, case), case.pk))

    @rule(number=picks, who=picks, named=st.sampled_from(["", "Arbetsgivaren"]), no_more=st.booleans())
    def close(self, number, who, named, no_more):
        if (case := self.case(number)) and self.expect(
            lambda: cases.close(self.sender(who, case), case.pk, "work", named, person_wants_no_more=no_more)
        ):
            assert bool(named) != no_more
            self.holders.pop(case.pk)

    @rule(number=picks, who=picks, to=picks, why=st.sampled_from(["need_returned", "closed_in_error", "death_wrong"]))
    def reopen(self, number, who, to, why):
        case = self.pick(Case.objects.filter(closed_at__isnull=False), number)
        if not case:
            return
        unit = case.holder.unit
        leads = Post.objects.filter(unit=unit, role="lead") | Post.objects.filter(party=unit.party, unit=None)
        post, lead = self.pick(Post.objects.filter(unit=unit), to), self.pick(leads, who)
        actor = viewer_of(lead.user) if who % 4 else self.sender(who, case)
        on = clock.today() + timedelta(days=3)
        if self.expect(lambda: reopen(actor, case.pk, why, post, "Börja om", on)):
            assert why != "death_wrong" and post.is_active and post.role in HOLDING_ROLES
            self.closed.setdefault(case.pk, []).append((case.closed_at, Case.objects.get(pk=case.pk).holder_since))
            self.holders[case.pk] = post.pk
            self.moves[case.pk] += 1

    @rule(number=picks, who=picks, to=picks)
    def reassign(self, number, who, to):
        if case := self.case(number):
            here = Post.objects.filter(unit_id=case.holder.unit_id)
            post = self.pick(here.filter(role__in=HOLDING_ROLES), to)
            leads = here.filter(role="lead")
            actor = viewer_of(leads.get().user) if who % 4 else self.sender(who, case)
            if self.expect(lambda: cases.reassign(actor, [case.public_id], post)):
                self.hold(case.pk, post.pk)

    @rule(who=workers, length=days, stand_in=workers)
    def go_away(self, who, length, stand_in):
        lead = self.viewer(f"{who.split('_')[0]}_lead")
        today = clock.today()
        post, other = self.world.posts[who], self.world.posts[stand_in]
        self.expect(
            lambda: parties.register_absence(
                lead, post, today, today + timedelta(days=length), other if other.unit_id == post.unit_id else None
            )
        )

    @rule(number=picks)
    def come_back(self, number):
        if absence := self.pick(Absence.objects.all(), number):
            lead = next(
                n for n, p in self.world.posts.items() if p.unit_id == absence.post.unit_id and p.role == "lead"
            )
            self.expect(lambda: parties.end_absence(self.viewer(lead), absence))

    @rule(who=st.sampled_from(["fk_b", "af_b", "kom_b"]), to=workers, moving=st.booleans())
    def leave(self, who, to, moving):
        post, lead = self.world.posts[who], self.viewer(f"{who.split('_')[0]}_lead")
        if not Post.objects.get(pk=post.pk).is_active:
            return

        def act():
            if moving:
                cases.move_everything(lead, post, self.world.posts[to])
            parties.end_post(lead, post)
            return True

        if self.expect(act):
            for case_id, holder in self.holders.items():
                if holder == post.pk:
                    self.hold(case_id, self.world.posts[to].pk)

    @rule(count=st.integers(1, 9))
    def days_pass(self, count):
        seal()
        self.time.shift(timedelta(days=count))
        go_round()

    @invariant()
    def the_promises_hold(self):
        seal()  # as a server does all the time
        findings = prove(clock.today())
        assert not {n: f.offenders for n, f in findings.items() if f.broken}

    @invariant()
    def everyone_is_where_the_model_says(self):
        held = dict(Case.objects.filter(closed_at__isnull=True).order_by().values_list("id", "holder_id"))
        assert held == self.holders

    @invariant()
    def the_history_has_no_hole_and_no_overlap(self):
        for case in Case.objects.order_by("id"):
            spells = holdings(case)
            assert spells[0].since == case.opened_at and spells[-1].until == case.closed_at
            gaps = [(a.until, b.since) for a, b in pairwise(spells) if a.until != b.since]
            assert gaps == self.closed.get(case.pk, []), "nobody held it while it was closed, and only then"
            assert all(a.since < a.until <= b.since for a, b in pairwise(spells))
            assert len(spells) == self.moves[case.pk] + 1
            assert case.closed_at or spells[-1].since - timezone.now() < timedelta(seconds=1)


def test_the_promises_survive_whatever_people_do(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "25"))
    run_state_machine_as_test(Work, settings=settings(max_examples=examples, stateful_step_count=40))


with suppress(AttributeError):
    del Work.TestCase
