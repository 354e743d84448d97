"""Joint assessments over random work by several authors: a small model of its own must agree after each step."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from handslag.assessments import actions, queries
from handslag.assessments.models import Assessment, Part
from handslag.assessments.signing import Content
from handslag.cases.models import Case
from handslag.disclosure.models import Disclosure
from handslag.disclosure.rules import HEALTH, IDENTITY, PLAN, WORK_EDUCATION
from handslag.drafts import actions as drafts
from handslag.drafts.queries import also_writing, content_of
from handslag.foundation import clock
from handslag.plans import actions as plans
from handslag.plans.models import Plan
from handslag.sharing.actions import withdraw
from handslag.watch.actions import go_round
from tests.machines import WorldMachine

AUTHORS = ("fk_a", "fk_lead", "af_a", "af_b", "kom_a")
PARTY = {name: name.split("_")[0] for name in AUTHORS}
OTHERS = ("af", "kom")
GROUPS = (PLAN, HEALTH, WORK_EDUCATION)
FIELDS = {"own_words": PLAN, "goal": PLAN, "obstacles": HEALTH, "work": WORK_EDUCATION, "standpoint": PLAN}
picks = st.integers(0, 10_000)


@dataclass
class Book:
    """What the model remembers of an assessment."""

    called: set[str]
    signed: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Party and words of each version, in the order of signing."""
    ended: str = ""
    has_step: bool = False


class Assessments(WorldMachine):
    """Three parties around one person."""

    def __init__(self):
        super().__init__()
        self.words = 0
        self.books: dict[int, Book] = {}
        self.rows: dict[int, dict] = {}
        self.told: set[tuple[str, str, str]] = set()
        """(who tells, who is told, the group)."""
        self.drafts: dict[str, tuple[str, int]] = {}
        self.has_plan = False

    @initialize()
    def begin(self):
        self.case = self.world.case("fk_a", next_step_on=clock.today() + timedelta(days=300))

    @property
    def open(self) -> int | None:
        return next((pk for pk, book in self.books.items() if not book.ended), None)

    @property
    def last(self) -> int | None:
        return max(self.books, default=None)

    def word(self) -> str:
        self.words += 1
        return f"ordet{self.words:04d}x"

    def takes_part(self, who: str, book: Book) -> bool:
        return PARTY[who] == "fk" or PARTY[who] in book.called

    def versions(self, book: Book, party: str) -> list[dict[str, str]]:
        return [words for by, words in book.signed if by == party]

    @rule(units=st.sets(st.sampled_from(OTHERS), min_size=1), who=st.sampled_from(AUTHORS))
    def ask(self, units, who):
        wanted = actions.Request("Väg", clock.today(), tuple(self.world.units[unit] for unit in sorted(units)))
        made = self.tried(
            lambda: actions.ask_assessment(self.world.viewer(who), self.case.pk, wanted),
            may=PARTY[who] == "fk" and self.open is None,
        )
        if made:
            self.books[made.pk] = Book(set(units))
            self.drafts = {}  # each assessment has a form of its own

    @rule(unit=st.sampled_from(OTHERS), calls=st.booleans())
    def call(self, unit, calls):
        if self.open is None:
            return
        book, lead = self.books[self.open], self.world.viewer("fk_a")
        if calls:
            act = lambda: actions.call_unit(lead, self.open, self.world.units[unit])  # noqa: E731
            if self.tried(act, may=unit not in book.called):
                book.called.add(unit)
        elif unit in book.called:
            found = next(
                c for c in queries.calls_of(Assessment.objects.get(pk=self.open)) if c.unit.code == f"E-{unit}"
            )
            actions.uncall_unit(lead, found.pk)
            book.called.remove(unit)

    @rule(who=st.sampled_from(AUTHORS), empty=st.booleans(), behind=st.integers(0, 1))
    def sign(self, who, empty, behind):
        if self.last is None:
            return
        book = self.books[self.last]
        content = {name: self.word() for name in FIELDS}
        if empty:
            content["own_words"] = ""
        before = len(self.versions(book, PARTY[who]))
        may = self.takes_part(who, book) and not empty and not behind
        act = lambda: actions.sign_part(self.world.viewer(who), self.last, Content(**content), before + behind)  # noqa: E731
        made = self.tried(act, may=may)
        if made:
            book.signed.append((PARTY[who], content))
            self.rows[made.pk] = model_to_dict(made)
            self.drafts.pop(who, None)

    @rule(who=st.sampled_from(AUTHORS), stale=st.booleans())
    def write(self, who, stale):
        if self.last is None or not self.reaches(who):
            return
        form = actions.form_of(Assessment.objects.get(pk=self.last))
        word, number = self.word(), self.drafts.get(who, ("", 0))[1]
        act = lambda: drafts.save_draft(self.world.viewer(who), self.case.pk, form, {"own_words": word}, number + stale)  # noqa: E731
        if self.tried(act, may=not stale):
            self.drafts[who] = word, number + 1

    @rule(how=st.sampled_from(["joint_measure", "own_request", "completed"]), has_goal=st.booleans())
    def end(self, how, has_goal):
        if self.open is None:
            return
        book = self.books[self.open]
        outcome, reason = (how, "") if how == "joint_measure" else ("", how)
        all_signed = {"fk", *book.called} <= {party for party, _words in book.signed}
        may = (all_signed if outcome else reason == "own_request") and (has_goal or self.has_plan)
        due = clock.today() + timedelta(days=100)
        told = actions.Ending("Mål" if has_goal else "", "Nästa", due, self.world.posts["fk_a"], outcome, reason)
        pk = self.open
        if self.tried(lambda: actions.end_assessment(self.world.viewer("fk_a"), pk, told), may=may):
            book.ended, self.has_plan = how, True
            assert Case.objects.get(pk=self.case.pk).next_step == "Nästa"

    @rule(directed=st.booleans(), begins=st.integers(-1, 3))
    def plan_measure(self, directed, begins):
        if not self.has_plan:
            return
        begins_on = clock.today() + timedelta(days=begins)
        measure = "work_directed" if directed else "work_preparatory"
        planned = plans.Planned(
            "Insats", self.world.posts["fk_lead"], begins_on + timedelta(days=90), "", measure, begins_on
        )
        plans.add_step(self.world.viewer("fk_a"), self.case.pk, planned)

    @rule(unit=st.sampled_from(OTHERS), group=st.sampled_from(GROUPS), out=st.booleans())
    def consent(self, unit, group, out):
        flows = {"out": (IDENTITY, group) if out else (IDENTITY,), "back": () if out else (group,)}
        self.world.consent(self.case, unit, **flows, until=600)
        self.told |= {("fk", unit, IDENTITY)}
        answers = self.last is not None and any(unit in book.called for book in self.books.values())
        if out:
            self.told.add(("fk", unit, group))
        elif answers or (unit, "fk", group) in self.told:
            self.told.add((unit, "fk", group))

    @rule(unit=st.sampled_from(OTHERS))
    def withdraws(self, unit):
        ids = Disclosure.objects.filter(consent__isnull=False, ended_at=None)
        found = [
            d.pk
            for d in ids.select_related("from_party", "to_unit")
            if unit in (self.code(d.from_party.code), self.code(d.to_unit.party.code))
        ]
        if found:
            withdraw(self.world.viewer("fk_a"), found, self.case.pk)
            self.told = {flow for flow in self.told if unit not in flow}

    def code(self, code: str) -> str:
        return next(name for name, party in self.world.parties.items() if party.code == code)

    @rule(count=st.integers(1, 3))
    def days_pass(self, count):
        self.time.shift(timedelta(days=count))
        go_round()

    def reaches(self, who: str) -> bool:
        party = PARTY[who]
        called = any(party in book.called for book in self.books.values())
        return party == "fk" or called or any(told[1] == party for told in self.told)

    def reads(self, who: str, by: str, group: str) -> bool:
        return PARTY[who] == by or (by, PARTY[who], group) in self.told

    @invariant()
    def a_signed_part_never_changes(self):
        assert {pk: model_to_dict(Part.objects.get(pk=pk)) for pk in self.rows} == self.rows
        assert Part.objects.count() == len(self.rows)

    @invariant()
    def none_ends_without_a_plan_and_a_next_step(self):
        for pk, book in self.books.items():
            row = Assessment.objects.get(pk=pk)
            assert bool(row.ended_at) == bool(book.ended)
            if row.ended_at:
                assert (
                    row.plan and row.plan.case_id == self.case.pk and row.plan.steps.filter(became_step=True).exists()
                )
        assert bool(Plan.objects.count()) == self.has_plan

    @invariant()
    def the_state_is_the_models(self):
        measures = {
            (step.measure, step.begins_on <= clock.today())
            for plan in Plan.objects.all()
            for step in plan.steps.exclude(measure="").filter(ended_at=None)
        }
        for pk, book in self.books.items():
            told = "assessing" if book.signed else "waiting"
            if book.ended == "own_request":
                told = "broken_off"
            elif book.ended:
                ranked = [(d, b) for b in (True, False) for d in ("work_directed", "work_preparatory")]
                first = next((m for m in ranked if m in measures), None)
                begun = first and ("active" if first[1] else "planned")
                told = f"{begun}_{first[0].removeprefix('work_')}" if first else "completed"
            assert queries.facts_of(Assessment.objects.select_related("plan").get(pk=pk)).state == told

    @invariant()
    def nothing_reaches_a_party_without_a_basis(self):
        for pk, book in self.books.items():
            assessment = Assessment.objects.get(pk=pk)
            latest = {party: words for party, words in book.signed}
            for who in ("fk_lead", "af_b", "kom_a"):
                client = Client()
                client.force_login(self.world.posts[who].user)
                pages = [reverse(name, args=[assessment.public_id]) for name in ("assessment", "assessment-versions")]
                texts = [client.get(url) for url in pages]
                assert {page.status_code for page in texts} == {200 if self.reaches(who) else 404}
                shown = "".join(page.content.decode() for page in texts)
                for by, words in book.signed:
                    for name, word in words.items():
                        reads = self.reaches(who) and self.reads(who, by, FIELDS[name])
                        assert (word in shown) == reads, (who, by, name)
                assert latest or not book.signed

    @invariant()
    def a_draft_is_its_partys_alone(self):
        if self.last is None:
            return
        form = actions.form_of(Assessment.objects.get(pk=self.last))
        for who in AUTHORS:
            seen = {content_of(d)["own_words"] for d in also_writing(self.world.viewer(who), self.case, form)}
            theirs = {word for other, (word, _n) in self.drafts.items() if other != who and PARTY[other] == PARTY[who]}
            assert seen == theirs


def test_assessments_are_what_a_model_says_whatever_people_do(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "8"))
    run_state_machine_as_test(Assessments, settings=settings(max_examples=examples, stateful_step_count=25))


with suppress(AttributeError):
    del Assessments.TestCase
