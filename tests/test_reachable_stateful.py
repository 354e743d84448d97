"""In no reachable state is a present holder without the means to reach the person: consents come, go and run out, cases
are handed over with and without them, joined, parted, given back and protected, and the model's own books agree."""

import os
from contextlib import suppress
from datetime import timedelta

import time_machine
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.reopening import reopen
from handslag.cases.visibility import visibility
from handslag.check.proof import prove
from handslag.disclosure.models import Disclosure
from handslag.disclosure.rules import GROUPS, IDENTITY
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.handovers.models import Handover
from handslag.journal.chain import seal
from handslag.parties.queries import viewer_of
from handslag.rights.protection import protect
from handslag.sharing import actions as sharing
from handslag.watch.actions import go_round
from tests import worlds

UNITS = ["fk", "fk2", "af", "kom"]
picks, units = st.integers(0, 10_000), st.sampled_from(UNITS)
groups = st.frozensets(st.sampled_from(GROUPS)) | st.just(frozenset(GROUPS))


class Reaching(RuleBasedStateMachine):
    """People of three parties hand two persons over; `met` is the model's own book of which party met whose case."""

    def __init__(self):
        super().__init__()
        self.traveller = time_machine.travel("2026-03-02T09:00:00+01:00", tick=False)
        self.time = self.traveller.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = worlds.build()
        self.met: set[tuple[int, int]] = set()

    @initialize()
    def two_persons(self):
        for who, number in (("fk_a", 700), ("af_a", 700), ("kom_a", 701)):
            self.world.case(who, identity_number=worlds.numbers()[number])

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.traveller.stop()

    def expect(self, act):
        with suppress(Refused), transaction.atomic():
            return act()
        return None

    def pick(self, found, number):
        found = list(found.order_by("id"))
        return found[number % len(found)] if found else None

    def case(self, number):
        return self.pick(Case.objects.filter(closed_at__isnull=True).select_related("holder__user"), number)

    def viewer(self, post):
        return viewer_of(post.user)

    @rule(number=picks, unit=units, out=groups, back=groups, until=st.sampled_from([0, 2, 30]), confirms=st.booleans())
    def agree(self, number, unit, out, back, until, confirms):
        if (case := self.case(number)) and self.world.units[unit].party_id != case.holder.party_id:
            self.expect(lambda: self.world.consent(case, unit, out, back, until=until, confirms=confirms))

    @rule(number=picks, whole=st.booleans())
    def take_back(self, number, whole):
        if told := self.pick(Disclosure.objects.filter(ended_at__isnull=True), number):
            case = self.pick(Case.objects.filter(person__subject=told.subject), number)
            posts = self.world.posts
            who = next(n for n in ("fk_a", "fk2_a", "af_a", "kom_a") if posts[n].unit_id == told.to_unit_id)
            more = Disclosure.objects.filter(subject=told.subject, to_unit=told.to_unit, ended_at__isnull=True)
            ids = list(more.values_list("pk", flat=True)) if whole else [told.pk]
            self.expect(lambda: sharing.withdraw(self.viewer(posts[who]), ids, case.pk))

    @rule(number=picks)
    def take_back_oneself(self, number):
        told = Disclosure.objects.filter(ended_at__isnull=True, consent__isnull=False)
        if told := self.pick(told, number):
            self.expect(lambda: sharing.withdraw_own(told.subject, [told.public_id]))

    @rule(number=picks, unit=units)
    def offer(self, number, unit):
        if case := self.case(number):
            self.expect(lambda: self.world.offer(case, unit, consents=False))

    @rule(number=picks, unit=st.sampled_from(["fk", "af", "kom"]))
    def offer_with_consent(self, number, unit):
        if case := self.case(number):
            self.expect(lambda: self.world.offer(case, unit))

    @rule(number=picks)
    def join(self, number):
        if case := self.case(number):
            viewer = self.viewer(case.holder)
            for other in sharing.joinable(viewer, case):
                self.expect(lambda o=other: sharing.propose_joining(viewer, case.pk, o.pk, worlds.contact_in(2)))

    def handover(self, number, *states):
        return self.pick(Handover.objects.filter(state__in=states).select_related("accepted_by__user"), number)

    @rule(number=picks, ahead=st.integers(1, 6), who=st.sampled_from("ab"))
    def accept(self, number, ahead, who):
        if handover := self.handover(number, "offered", "asked", "conditional"):
            unit = next(name for name, unit in self.world.units.items() if unit.pk == handover.to_unit_id)
            post = self.world.posts.get(f"{unit}_{who}") or self.world.posts[f"{unit}_a"]
            at = worlds.contact_in(ahead)
            self.expect(lambda: handovers.accept_handover(self.viewer(post), handover.pk, at))

    @rule(number=picks, back=st.booleans())
    def say_no(self, number, back):
        if handover := self.handover(number, "offered", "conditional"):
            case = Case.objects.select_related("holder__user").get(pk=handover.case_id)
            receiver = handover.to_unit.posts.filter(role="lead").get()
            no = handovers.decline_handover
            if back:
                self.expect(lambda: no(self.viewer(receiver), handover.pk, "not_ready", None, goes_back=True))
            else:
                self.expect(lambda: handovers.withdraw_handover(self.viewer(case.holder), handover.pk))

    @rule(number=picks, result=st.sampled_from(["held", "held", "declined_by_person"]))
    def contact(self, number, result):
        """The day of a contact comes, and the watch goes its round as it does every day."""
        handover = self.handover(number, "accepted", "conditional")
        if not handover:
            return
        self.days_pass(max(0, (clock.day_of(handover.first_contact_at) - clock.today()).days))
        if handover.first_contact_at > clock.now():
            self.time.move_to(handover.first_contact_at)
        handover.refresh_from_db()
        case = Case.objects.select_related("holder__user").get(pk=handover.case_id)
        if handover.state == "conditional":
            act = contact.record_joint_contact
            done = self.expect(lambda: act(self.viewer(case.holder), handover.pk, person_agrees=result == "held"))
        else:
            act, holder = contact.record_contact, self.viewer(case.holder)
            done = self.expect(lambda: act(holder, handover.pk, result, "Vidare", clock.today()))
        if done and result == "held":
            main = case.joined_to_id or case.pk
            together = Case.objects.filter(joined_to=main).values_list("pk", flat=True)
            self.met |= {(pk, handover.accepted_by.party_id) for pk in (main, *together)}

    @rule(number=picks)
    def reassign(self, number):
        if case := self.case(number):
            lead = case.holder.unit.posts.get(role="lead")
            self.expect(lambda: cases.reassign(self.viewer(lead), [case.public_id], lead))

    @rule(number=picks, chance=st.integers(0, 2))
    def close(self, number, chance):
        if chance == 0 and (case := self.case(number)):
            self.expect(lambda: cases.close(self.viewer(case.holder), case.pk, "work", "Chefen"))

    @rule(number=picks)
    def reopen(self, number):
        if case := self.pick(Case.objects.filter(closed_at__isnull=False).select_related("holder__unit"), number):
            lead = case.holder.unit.posts.get(role="lead")
            self.expect(lambda: reopen(self.viewer(lead), case.pk, "need_returned", case.holder, "Ring", clock.today()))

    @rule(number=picks, chance=st.integers(0, 5))
    def hide(self, number, chance):
        if chance == 0 and (case := self.case(number)):
            self.expect(lambda: protect(self.viewer(case.holder), case.pk))

    @rule(count=st.integers(1, 9))
    def days_pass(self, count):
        for _day in range(count):
            seal()
            self.time.shift(timedelta(days=1))
            go_round()

    @invariant()
    def every_holder_can_reach_the_person(self):
        for case in Case.objects.filter(closed_at__isnull=True).select_related("holder__user", "person__identity"):
            main = case.joined_to or case
            parties = {main.party_id, *(party for pk, party in self.met if pk == main.pk)}
            told = Disclosure.objects.filter(
                subject=main.person.subject, to_unit=case.holder.unit, group=IDENTITY, from_party__in=parties,
                begins_at__isnull=False, ended_at__isnull=True, until__gte=clock.today(),
            )  # fmt: skip
            assert case.holder.party_id in parties or told.exists(), case.reference
            if not case.joined_to_id and not case.person.is_protected:
                assert visibility(self.viewer(case.holder), case).identity, "the page names the person"

    @invariant()
    def the_promises_hold(self):
        seal()
        assert not {n: f.offenders for n, f in prove(clock.today()).items() if f.broken}


def test_no_holder_is_ever_without_the_means_to_reach_the_person(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "15"))
    run_state_machine_as_test(Reaching, settings=settings(max_examples=examples, stateful_step_count=30))


with suppress(AttributeError):
    del Reaching.TestCase
