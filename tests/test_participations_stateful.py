"""Taking part in measures over random histories: a small model of its own, of referrals, waiting lists, places, stays and
follow-ups, agrees after each step; and what it refuses, the product refuses."""

import calendar
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.reopening import reopen
from handslag.foundation import clock
from handslag.measures.actions import change_measure
from handslag.measures.models import Measure
from handslag.measures.queries import free_places
from handslag.participations import actions, anonymous
from handslag.participations.microdata import participations
from handslag.participations.models import Interruption, Participation
from handslag.participations.queries import states_of, to_follow_up
from handslag.participations.waits import FOLLOW_UP, waits
from handslag.referrals import actions as referrals
from handslag.referrals import line
from handslag.referrals.models import Referral
from handslag.referrals.queries import line_of, places_of
from handslag.referrals.wording import waits_told
from tests import worlds
from tests.machines import WorldMachine

BEGAN = date(2027, 2, 1)
HOLDERS, STAFF = ("fk_a", "fk_b"), {"measure", "kom_lead"}
STRANGERS = ("af_a", "kom_a", "association", "fk_a", "measure")
WAITS = {"no_place": "ledig plats", "group_start": "gruppstart", "decision": "beslut"}
OPEN = ("offered", "asked", "waiting", "invited")
OFTEN = "accept accept wait wait offer offer answer_for_place start start start interrupt interrupt come_back come_back end end follow_up follow_up days_pass"
SELDOM = (
    "refer refer move say_no leave_before_the_start attend mis_register see note_nameless nameless_leaves change_places "
    "close comes_back another_holds days_pass"
)
DAYS = (0, 0, 0, 1, 1, 2, 3, 5, 8, 12, -1)
WHAT = (*3 * OFTEN.split(), *SELDOM.split())


@dataclass
class Stay:
    """A participation as the model knows it. `away` are the first days away and back, None while it lasts."""

    began: date
    ended: date | None = None
    reason: str = ""
    away: list[list[date | None]] = field(default_factory=list)
    came: dict[date, bool] = field(default_factory=dict)
    is_seen: bool = False
    asked: set[int] = field(default_factory=set)

    @property
    def is_away(self):
        return bool(self.away) and self.away[-1][1] is None

    @property
    def state(self):
        if self.reason == "mis_registered":
            return self.reason
        return "ended" if self.ended else "interrupted" if self.is_away else "under_way"

    @property
    def last_noted(self):
        """The first day that can be the last."""
        days = [day for spell in self.away for day in spell if day]
        return max([self.began, *days, *(day for day, came in self.came.items() if came)])

    def due(self, today):
        """The follow-up that is to be made, counted month by month; None where none is."""
        if self.ended is None or self.reason in ("mis_registered", "deceased"):
            return None
        past = [months for months in (6, 12, 24, 48) if counted(self.ended, months) <= today]
        return past[-1] if past and past[-1] != 48 and past[-1] not in self.asked else None


def counted(day, months):
    """The same day so many months later, or that month's last: month by month."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass
class Told:
    """A referral as the model knows it."""

    case: int
    measure: int
    state: str = "offered"
    waits: tuple[str, date | None] | None = None
    starts: date | None = None
    stay: Stay | None = None

    @property
    def takes_a_place(self):
        return self.state in ("invited", "accepted")


class Participations(WorldMachine):
    """Two measures, five persons with two holders, and people who do what they may and what they may not."""

    BEGINS = "2027-02-25T09:00:00+01:00"

    def __init__(self):
        super().__init__()
        self.told: dict[int, Told] = {}

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        self.random = Random(seed)
        self.measures = [self.world.staffed(name=n, places=p, starts_on=BEGAN) for n, p in (("Ett", 1), ("Två", 2))]
        self.places = {measure.pk: measure.places for measure in self.measures}
        self.lines: dict[int, list[int]] = {measure.pk: [] for measure in self.measures}
        self.nameless: dict[int, tuple[int, bool]] = {}
        self.holder = {self.world.case(HOLDERS[n % 2]).pk: HOLDERS[n % 2] for n in range(5)}
        self.closed: set[int] = set()
        for n in range(7):
            self.refer(n, who=2, yes=n > 4)

    def referring(self, case, number):
        """Mostly who holds the case, or the lead; and whether that one is."""
        may = (self.holder[case], "fk_lead")
        name = may[number % 2] if number % 7 < 6 else STRANGERS[number // 7 % len(STRANGERS)]
        return self.viewer(name), name in may

    def staff(self, number):
        name = sorted(STAFF)[number % 2] if number % 7 < 6 else STRANGERS[number // 7 % len(STRANGERS)]
        return self.viewer(name), name in STAFF

    def pick(self, number, fits):
        """Mostly a referral that fits."""
        found = sorted(self.told)
        fit = [pk for pk in found if fits(self.told[pk])]
        of = fit if fit and number % 9 < 8 else found
        return (of[number % len(of)], self.told[of[number % len(of)]]) if of else (None, None)

    def picked_stay(self, number, fits):
        """Mostly a stay that fits: its referral, and its participation."""
        found = {pk: told for pk, told in self.told.items() if told.stay}
        fit = {pk: told for pk, told in found.items() if fits(told.stay)}
        of = sorted(fit if fit and number % 9 < 8 else found)
        if not of:
            return None, None
        pk = of[number % len(of)]
        return Participation.objects.values_list("pk", flat=True).get(referral=pk), self.told[pk]

    def taken(self, measure):
        named = sum(told.measure == measure and told.takes_a_place for told in self.told.values())
        return named + sum(where == measure and is_there for where, is_there in self.nameless.values())

    def is_free(self, measure):
        return self.taken(measure) < self.places[measure]

    def waiting(self, measure):
        return [pk for pk in self.lines[measure] if self.told[pk].state == "waiting"]

    def lists(self):
        return [self.waiting(measure) for measure in self.lines]

    def off_the_list(self, pk):
        with suppress(ValueError):
            self.lines[self.told[pk].measure].remove(pk)

    @rule()
    def something_happens(self):
        """What, to whom and by whom is drawn evenly: hypothesis would draw the least of each again and again, and take
        hardly anybody from a referral to a follow-up."""
        what, number, who = self.random.choice(WHAT), self.random.randrange(10_000), self.random.randrange(10_000)
        given = {"number": number, "who": who, "days": self.random.choice(DAYS), "yes": self.random.random() < 1 / 2}
        note(f"{what} {given}")
        getattr(self, what)(**given)

    def refer(self, number, who, yes, **_):
        case, measure = sorted(self.holder)[number % 5], self.measures[yes]
        viewer, may = self.referring(case, who)
        goes_on = any(t.case == case and t.measure == measure.pk and t.state in OPEN for t in self.told.values())
        asked = referrals.Asked(measure, self.world.units["kom"])
        may = may and not goes_on and case not in self.closed
        if made := self.tried(lambda: referrals.refer(viewer, case, asked), may=may):
            self.told[made.pk] = Told(case, measure.pk)

    def accept(self, number, who, **_):
        pk, told = self.pick(number, lambda t: t.state in ("offered", "asked"))
        if not told:
            return
        viewer, may = self.staff(who)
        may = may and told.state in ("offered", "asked") and not self.lines[told.measure] and self.is_free(told.measure)
        if self.tried(lambda: line.accept_referral(viewer, pk, clock.today()), may=may):
            told.state, told.starts = "accepted", clock.today()

    def wait(self, number, who, days, yes, **_):
        pk, told = self.pick(number, lambda t: t.state in ("offered", "asked"))
        if not told:
            return
        viewer, may = self.staff(who)
        why, until = sorted(WAITS)[days % 3], clock.today() + timedelta(days=days) if yes else None
        may = may and told.state in ("offered", "asked") and not (yes and days < 0)
        if self.tried(lambda: line.put_on_list(viewer, pk, line.Waits(why, until)), may=may):
            told.state, told.waits = "waiting", (why, until)
            self.lines[told.measure].append(pk)

    def move(self, number, who, days, **_):
        pk, told = self.pick(number, lambda t: t.state == "waiting")
        if not told:
            return
        viewer, may = self.staff(who)
        waiting, place = self.waiting(told.measure), days % 5
        may = may and told.state == "waiting" and 1 <= place <= len(waiting) and waiting[place - 1] != pk
        if self.tried(lambda: line.move_in_line(viewer, pk, place, "mistake"), may=may):
            self.put(pk, place)

    def put(self, pk, place):
        """Gives who waits a place among those who wait; who is invited keeps hers."""
        whole = self.lines[self.told[pk].measure]
        whole.remove(pk)
        others = self.waiting(self.told[pk].measure)
        whole.insert(whole.index(others[place - 1]) if place <= len(others) else len(whole), pk)

    def offer(self, number, who, **_):
        pk, told = self.pick(number, lambda t: t in [self.told[waiting[0]] for waiting in self.lists() if waiting])
        if not told:
            return
        viewer, may = self.staff(who)
        is_first = told.state == "waiting" and self.waiting(told.measure)[0] == pk
        soon = clock.today() + timedelta(days=3)
        if self.tried(
            lambda: line.offer_place(viewer, pk, soon, clock.today()),
            may=may and is_first and self.is_free(told.measure),
        ):
            told.state, told.starts = "invited", soon

    def answer_for_place(self, number, who, days, yes, **_):
        pk, told = self.pick(number, lambda t: t.state == "invited")
        if not told:
            return
        viewer, may = self.referring(told.case, who)
        may = may and told.state == "invited"
        if yes or days:
            if self.tried(lambda: line.take_place(viewer, pk), may=may):
                told.state, told.starts = "accepted", max(told.starts, clock.today())
                self.off_the_list(pk)
        elif self.tried(lambda: line.pass_place(viewer, pk), may=may):
            told.state = "waiting"
            waiting = self.waiting(told.measure)
            if waiting[-1] != pk:
                self.put(pk, waiting.index(pk) + 2)

    def say_no(self, number, who, yes, **_):
        pk, told = self.pick(number, lambda t: t.state in (*OPEN, "accepted"))
        if not told:
            return
        viewer, may = self.staff(who) if yes else self.referring(told.case, who)
        without = told.stay is None and yes and told.state == "accepted"
        may = may and (told.state in OPEN or without)
        act = (lambda: referrals.decline_referral(viewer, pk, "full")) if yes else (
            lambda: referrals.withdraw_referral(viewer, pk))  # fmt: skip
        if self.tried(act, may=may):
            self.off_the_list(pk)
            told.state = "declined" if yes else "withdrawn"

    def leave_before_the_start(self, number, who, **_):
        pk, told = self.pick(number, lambda t: t.state == "accepted" and not t.stay)
        if not told:
            return
        viewer, may = self.staff(who)
        may = may and told.state == "accepted" and not told.stay
        if self.tried(lambda: line.leave_place(viewer, pk), may=may):
            told.state = "ended"

    def start(self, number, who, days, **_):
        pk, told = self.pick(number, lambda t: t.state == "accepted" and not t.stay)
        if not told:
            return
        viewer, may = self.staff(who)
        day = clock.today() - timedelta(days=days)
        may = may and told.state == "accepted" and not told.stay and told.case not in self.closed
        may = may and BEGAN <= day <= clock.today()
        before = actions.Before(day, "long_term_sick")
        if self.tried(lambda: actions.start_participation(viewer, pk, before), may=may):
            told.stay = Stay(day)

    def interrupt(self, number, who, days, **_):
        pk, told = self.picked_stay(number, lambda s: s.state == "under_way")
        if not told:
            return
        viewer, may = self.staff(who)
        stay, day = told.stay, clock.today() - timedelta(days=days)
        may = may and stay.ended is None and not stay.is_away and stay.began <= day <= clock.today()
        may = may and all(until <= day for _, until in stay.away)
        if self.tried(lambda: actions.interrupt(viewer, pk, day, "illness"), may=may):
            stay.away.append([day, None])

    def come_back(self, number, who, days, **_):
        pk, told = self.picked_stay(number, lambda s: s.state == "interrupted")
        if not told:
            return
        viewer, may = self.staff(who)
        stay, day = told.stay, clock.today() - timedelta(days=days)
        may = may and stay.state == "interrupted" and stay.away[-1][0] < day <= clock.today()
        if self.tried(lambda: actions.come_back(viewer, pk, day), may=may):
            stay.away[-1][1] = day

    def attend(self, number, who, days, yes, **_):
        pk, told = self.picked_stay(number, lambda s: s.ended is None)
        if not told:
            return
        viewer, may = self.staff(who)
        stay, day = told.stay, clock.today() - timedelta(days=days)
        may = may and stay.ended is None and stay.began <= day <= clock.today()
        if self.tried(lambda: actions.note_attendance(viewer, pk, day, came=yes), may=may):
            stay.came[day] = yes

    def end(self, number, who, days, yes, **_):
        pk, told = self.picked_stay(number, lambda s: s.ended is None)
        if not told:
            return
        viewer, may = self.staff(who)
        stay, day = told.stay, clock.today() - timedelta(days=days if yes else 0)
        may = may and stay.ended is None and stay.last_noted <= day <= clock.today()
        reason = "deceased" if number % 5 == 4 else "completed"
        if self.tried(lambda: actions.end_participation(viewer, pk, actions.After(day, reason, "work")), may=may):
            stay.ended, stay.reason, told.state = day, reason, "ended"
            if stay.is_away:
                stay.away[-1][1] = day + timedelta(days=1)

    def mis_register(self, number, who, **_):
        pk, told = self.picked_stay(number, lambda s: s.reason != "mis_registered")
        if not told:
            return
        viewer, may = self.staff(who)
        stay = told.stay
        if self.tried(lambda: actions.mis_register(viewer, pk), may=may and stay.reason != "mis_registered"):
            if stay.is_away:
                stay.away[-1][1] = stay.away[-1][0] + timedelta(days=1)
            stay.ended, stay.reason, told.state = stay.ended or stay.began, "mis_registered", "ended"

    def see(self, number, who, **_):
        pk, told = self.picked_stay(number, lambda s: s.ended and not s.is_seen)
        if not told:
            return
        viewer, may = self.referring(told.case, who)
        may = may and told.stay.ended is not None and not told.stay.is_seen
        if self.tried(lambda: actions.see_end(viewer, pk), may=may):
            told.stay.is_seen = True

    def follow_up(self, number, who, days, yes, **_):
        pk, told = self.picked_stay(number, lambda s: s.due(clock.today()))
        if not told:
            return
        viewer, may = self.referring(told.case, who)
        stay = told.stay
        months = stay.due(clock.today()) or (6, 7, 12, 24)[days % 4]
        may = may and months in (6, 12, 24) and stay.ended is not None and counted(stay.ended, months) <= clock.today()
        may = may and stay.reason not in ("mis_registered", "deceased") and months not in stay.asked
        answer = actions.Told(months, yes, "wage", "work_unsubsidised")
        if self.tried(lambda: actions.follow_up(viewer, pk, answer), may=may):
            stay.asked.add(months)

    def note_nameless(self, number, who, days, yes, **_):
        viewer, may = self.staff(who)
        measure, year, sex = self.measures[yes].pk, clock.today().year - days // 3, "woman" if number % 9 < 8 else ""
        may = may and sex and BEGAN.year <= year <= clock.today().year and self.is_free(measure)
        unit = self.world.units["kom"].pk
        may = may and year >= clock.today().year - 3
        if made := self.tried(lambda: anonymous.note_anonymous(viewer, unit, measure, sex, year), may=bool(may)):
            self.nameless[made.pk] = (measure, True)

    def nameless_leaves(self, number, who, **_):
        if not self.nameless:
            return
        pk = sorted(self.nameless)[number % len(self.nameless)]
        (measure, is_there), (viewer, may) = self.nameless[pk], self.staff(who)
        if self.tried(lambda: anonymous.note_anonymous_left(viewer, pk), may=may and is_there):
            self.nameless[pk] = (measure, False)

    def change_places(self, days, yes, **_):
        found, places = Measure.objects.get(pk=self.measures[yes].pk), 1 + days % 4
        kom, fk = self.world.parties["kom"], self.world.parties["fk"]
        told = worlds.described(self.world, name=found.name, owner=kom, parties=(kom, fk), starts_on=BEGAN)
        told = replace(told, places=places)
        act = lambda: change_measure(self.viewer("association"), found.pk, found.changed_at, told)  # noqa: E731
        if self.tried(act, may=self.taken(found.pk) <= places):
            self.places[found.pk] = places

    def close(self, number, **_):
        case = sorted(self.holder)[number % 5]
        mine = [told for told in self.told.values() if told.case == case]
        goes_on = any(t.state in OPEN or (t.stay and t.stay.ended is None) for t in mine)
        act = lambda: cases.close(self.viewer(self.holder[case]), case, "work", "Arbetsgivaren")  # noqa: E731
        if self.tried(act, may=case not in self.closed and not goes_on):
            self.closed.add(case)

    def comes_back(self, number, yes, **_):
        """The case of who returns is opened again, and may get another holder."""
        if not self.closed:
            return
        case, to = sorted(self.closed)[number % len(self.closed)], HOLDERS[yes]
        post, soon = self.world.posts[to], clock.today() + timedelta(days=3)
        reopen(self.viewer("fk_lead"), case, "need_returned", post, "Ring", soon)
        self.closed.remove(case)
        self.holder[case] = to

    def another_holds(self, number, **_):
        case = sorted(self.holder)[number % 5]
        if case in self.closed:
            return
        to = next(who for who in HOLDERS if who != self.holder[case])
        cases.reassign(self.viewer("fk_lead"), [Case.objects.get(pk=case).public_id], self.world.posts[to])
        self.holder[case] = to

    def days_pass(self, number, **_):
        self.time.shift(timedelta(days=(1, 3, 28, 92, 183, 184, 366)[number % 7]))

    @invariant()
    def referrals_and_stays_are_as_the_model_says(self):
        rows = dict(Referral.objects.order_by().values_list("pk", "state"))
        assert rows == {pk: told.state for pk, told in self.told.items()}
        found = list(Participation.objects.all())
        states = states_of(found)
        assert {one.referral_id: states[one.pk] for one in found} == {
            pk: told.stay.state for pk, told in self.told.items() if told.stay
        }
        away = [tuple(row) for told in self.told.values() if told.stay for row in told.stay.away]
        assert sorted(map(str, away)) == sorted(map(str, Interruption.objects.values_list("from_on", "until_on")))
        counts = sum(bool(told.stay) and told.stay.state != "mis_registered" for told in self.told.values())
        named = [row for row in participations(BEGAN, clock.today()) if row[0].startswith("named")]
        assert len(named) == counts, "what was a mistake is in no statistics, and all else is"

    @invariant()
    def the_line_keeps_its_order_and_tells_place_and_reason(self):
        for measure in self.places:
            found, waiting = line_of(measure), self.waiting(measure)
            assert [referral.pk for referral in found] == waiting
            places = places_of(found)
            for place, referral in enumerate(found, 1):
                why, until = self.told[referral.pk].waits
                until = f" {until}" if until else ""
                assert waits_told(referral, places[referral.pk]) == f"plats {place}; väntar på {WAITS[why]}{until}"

    @invariant()
    def no_more_take_part_than_there_are_places(self):
        free = free_places(Measure.objects.filter(pk__in=self.places))
        for measure, places in self.places.items():
            assert self.taken(measure) <= places and free[measure] == places - self.taken(measure)

    @invariant()
    def follow_ups_are_asked_of_who_holds_or_held_last(self):
        today = clock.today()
        due = [(pk, told) for pk, told in self.told.items() if told.stay and told.stay.due(today)]
        for who in HOLDERS:
            asked = {found.referral_id for found in to_follow_up.rows(self.viewer(who))}
            assert asked == {pk for pk, told in due if self.holder[told.case] == who}, who
        posts = self.world.posts
        told = sorted(
            (wait.case_id, wait.since, wait.owers) for wait in waits(today, range(10**9)) if wait.kind == FOLLOW_UP
        )
        assert told == sorted(
            (t.case, counted(t.stay.ended, t.stay.due(today)), (posts[self.holder[t.case]].pk,)) for _, t in due
        )


def test_who_takes_part_is_what_a_model_says_whatever_people_do(db):
    examples = int(os.environ.get("HANDSLAG_EXAMPLES", "12"))
    run_state_machine_as_test(Participations, settings=settings(max_examples=examples, stateful_step_count=80))


with suppress(AttributeError):
    del Participations.TestCase
