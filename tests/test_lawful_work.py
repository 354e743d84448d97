"""Promise 6 by the ways in which joint work leaves the product: mail, calendar files and feeds, lists and pages of
meetings, the API, and the plan's PDF. Over random worlds each tells what the small model of `lawful.py` says, no more.
"""

import io
import json
import re
from contextlib import suppress
from datetime import timedelta

import pypdf
import pytest
import vobject
from django.core import mail
from django.test import Client, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.disclosure.rules import GROUPS
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.meetings import actions as meetings
from handslag.meetings import calling, feeds
from handslag.meetings.letters import REMINDER
from handslag.meetings.models import Meeting, Participant
from handslag.outbox.actions import send_waiting
from handslag.outbox.models import Letter
from handslag.outbox.rules import SENT
from handslag.plans import actions as plans
from handslag.plans.models import Plan
from tests.lawful import IDENTITY, MEETINGS, PARTY, PLAN, SYSTEMS, UNIT_OF, Called, Fact, File, Gathering
from tests.test_lawful import EXAMPLES, HOLDERS, UNITS, Play, client_of, groups, number, played

LOOKING = ("fk_a", "fk_lead", "fk2_a", "af_a", "kom_a", "hylte_a", "af_officer", "analyst")
WITH_CALENDAR = ("fk_a", "fk_lead", "fk2_a", "af_a", "kom_a", "hylte_a")
NAMES = st.sampled_from(("fk_b", "fk2_a", "af_a", "af_b", "kom_a", "hylte_a"))
STEPS = st.one_of(
    st.tuples(st.just("meet"), number),
    st.tuples(st.just("move"), number),
    st.tuples(st.just("call"), number, st.sampled_from(UNITS), st.none() | NAMES),
    st.tuples(st.just("call"), number, st.none(), st.none()),
    st.tuples(st.just("guest"), number, st.booleans(), st.booleans()),
    st.tuples(st.just("uncall"), number),
    st.tuples(st.just("off"), number),
    st.tuples(st.just("plan"), number),
    st.tuples(st.just("planned"), number, NAMES),
    st.tuples(st.just("post"), st.just(0)),
    st.tuples(st.just("agree"), number, st.sampled_from(UNITS), groups, groups, st.sampled_from([3, 200])),
    st.tuples(st.just("agree"), number, st.sampled_from(UNITS), st.just(frozenset(GROUPS)), groups, st.just(200)),
    st.tuples(st.just("confirm"), number, st.just(""), st.just(True)),
    st.tuples(st.just("withdraw"), st.sets(number, min_size=1, max_size=8)),
    st.tuples(st.just("offer"), number, st.sampled_from(UNITS)),
    st.tuples(st.just("answer"), number, st.booleans()),
    st.tuples(st.just("open"), st.sampled_from(HOLDERS), st.integers(1, 2)),
    st.tuples(st.just("away"), st.sampled_from(["fk_b", "af_b"]), st.sampled_from(["fk_a", "af_a"])),
    st.tuples(st.just("wait"), st.integers(1, 5)),
)


class Work(Play):
    """Plays joint work too, and judges each mail at the moment in which it is sent."""

    def __init__(self, traveller):
        super().__init__(traveller)
        self.rows: dict[int, Gathering] = {}
        self.people: dict[str, tuple[File, Gathering, Called]] = {}
        self.calendars = {name: feeds.make_feed(self.viewer(name)) for name in WITH_CALENDAR}

    def gathering(self, n) -> tuple[int, File, Gathering] | None:
        found = [(pk, file, m) for file in self.law.files.values() for pk, m in self.rows.items() if m in file.meetings]
        return found[n % len(found)] if found else None

    def _know(self, file, meeting, participant, called):
        meeting.called.append(called)
        self.people[str(participant.public_id)] = (file, meeting, called)

    def _time(self, days: int) -> meetings.Time:
        self.serial += 1
        at = clock.now().replace(second=0, microsecond=0) + timedelta(days=days, minutes=self.serial)
        return meetings.Time(at, 60, self.word())

    def meet(self, n):
        case_id, file = self.pick(n)
        party, time, purpose = PARTY[UNIT_OF[file.holder]], self._time(1 + n % 9), self.word()
        made = meetings.book_meeting(self.viewer(file.holder), case_id, meetings.Plan("sip", purpose), time)
        meeting = self.rows[made.pk] = Gathering(party, party, time.at, purpose, time.place, [])
        file.meetings.append(meeting)
        person, holder = made.participants.order_by("id")
        self._know(file, meeting, person, Called(is_person=True))
        self._know(file, meeting, holder, Called(UNIT_OF[file.holder], file.holder))

    def _change(self, n, act):
        """Does something with a meeting that is still to come."""
        picked = self.gathering(n)
        if picked and not picked[2].is_off:
            with suppress(Refused):
                act(*picked)

    def move(self, n):
        def act(pk, file, meeting):
            time = self._time(1 + n % 9)
            meetings.move_meeting(self.viewer(file.holder), pk, time, "another_time")
            meeting.at, meeting.place, meeting.timed_by = time.at, time.place, PARTY[UNIT_OF[file.holder]]

        self._change(n, act)

    def call(self, n, unit, name):
        def act(pk, file, meeting):
            to = self.world.posts[name] if name else None
            place = UNIT_OF[name] if name else unit
            made = calling.invite(self.viewer(file.holder), pk, self.world.units[place], to)
            self._know(file, meeting, made, Called(place, name))

        if unit or name:
            self._change(n, act)

    def guest(self, n, is_person, agreed):
        def act(pk, file, meeting):
            email, day = f"ute{self.serial}@firma.example", clock.today() if agreed else None
            told = calling.Guest("person" if is_person else "employer", "" if is_person else self.word(), email, day)
            made = calling.invite_guest(self.viewer(file.holder), pk, told)
            if is_person:
                for called in meeting.called:
                    called.off |= called.is_person
            self._know(file, meeting, made, Called(None, None, email, is_person, agreed))

        self.serial += 1
        self._change(n, act)

    def uncall(self, n):
        found = sorted(self.people.items())
        public_id, (file, _meeting, called) = found[n % len(found)] if found else ("", (None, None, None))
        if called and not called.off:
            with suppress(Refused):
                calling.uninvite(self.viewer(file.holder), Participant.objects.get(public_id=public_id).pk)
                called.off = True

    def off(self, n):
        def act(pk, file, meeting):
            meetings.call_off(self.viewer(file.holder), pk, "not_needed")
            meeting.is_off = True

        self._change(n, act)

    def plan(self, n):
        case_id, file = self.pick(n)
        word, write = self.word(), plans.review_plan if file.goals else plans.make_plan
        write(self.viewer(file.holder), case_id, plans.Words(word))
        file.goals.append(Fact(word, PLAN, PARTY[UNIT_OF[file.holder]]))

    def planned(self, n, name):
        case_id, file = self.pick(n)
        if not file.goals:
            return
        party, word, unit = PARTY[UNIT_OF[file.holder]], self.word(), UNIT_OF[name]
        step = plans.Planned(word, self.world.posts[name], clock.today() + timedelta(days=30 + self.serial))
        is_told = unit == UNIT_OF[file.holder] or PARTY[unit] != party and any(
            t.standing and t.begun and t.until >= self.law.today and t.group == PLAN
            and (t.subject, t.from_party, t.to_unit) == (file.subject, party, unit) for t in self.law.told)  # fmt: skip
        if not is_told:
            with pytest.raises(Refused):
                plans.add_step(self.viewer(file.holder), case_id, step)
            return
        plans.add_step(self.viewer(file.holder), case_id, step)
        file.steps.append(Fact(word, PLAN, party))

    def post(self, _n):
        """Sends what is due, and judges it."""
        before = set(Letter.objects.filter(ended_at__isnull=True).values_list("pk", flat=True))
        mail.outbox.clear()
        send_waiting()
        sent = {message.extra_headers["Message-ID"][1:].partition("@")[0]: message for message in mail.outbox}
        for letter in Letter.objects.filter(pk__in=before, ended_at__isnull=False):
            self._judge(letter, sent.get(str(letter.public_id)))

    def _judge(self, letter, message):
        file, meeting, called = self.people[str(letter.about)]
        told, to = self.law.may_mail(file, meeting, called), _receivers(called)
        is_reminder = letter.kind == REMINDER
        if is_reminder and (called.off or not self.law.is_near(meeting, clock.now())):
            told = None
        assert (letter.ending == SENT) == (message is not None) == bool(told and to), (called, meeting, self.law.told)
        if message is None:
            return
        assert message.to == to
        whole = f"{message.subject} {message.body}"
        assert not [word for word in self.words() if word in whole] and f"{meeting.at:%H:%M}" not in whole
        if told == "that" or is_reminder:
            assert not message.alternatives
            return
        ((text, _kind),) = message.alternatives
        event = vobject.readOne(text).vevent
        is_cancelled = called.off or meeting.is_off
        assert event.dtstart.value == meeting.at and event.status.value == (
            "CANCELLED" if is_cancelled else "CONFIRMED"
        )
        assert (meeting.place in text) != is_cancelled, text
        assert not [word for word in self.words() if word in text and word != meeting.place]
        assert event.attendee.value == f"mailto:{to[0]}"

    def words(self) -> set[str]:
        """Every word of every file."""
        found = set()
        for file in self.law.files.values():
            found |= {fact.word for fact in (*file.facts, *file.goals, *file.steps)}
            found |= {word for meeting in file.meetings for word in (meeting.purpose, meeting.place)}
        return found


def _receivers(called: Called) -> list[str]:
    if called.unit:
        return [f"{called.name or f'{called.unit}_lead'}@test.example"]
    return [called.email] if called.email else []


def lawful(work: Work, viewer: str, file: File) -> set[str]:
    """The words of a file that the viewer may read."""
    law = work.law
    found, _not = law.words(viewer, file)
    found |= set(law.known(viewer, file, file.goals)) | set(law.known(viewer, file, file.steps))
    for meeting in file.meetings:
        found |= {meeting.place} if law.knows_when(viewer, file, meeting) else set()
        found |= {meeting.purpose} if law.reads(viewer, file, MEETINGS, meeting.booked_by) else set()
    return found


def shown_in(work: Work, text: str) -> set[str]:
    return {word for word in work.words() if word in text}


def check_lists(work: Work):
    """My work shows the week's own meetings whose time may be known, and no word that may not be read."""
    week = clock.midnight(clock.today() + timedelta(days=7))
    for viewer in LOOKING:
        page = client_of(work, viewer).get("/my-work/").content.decode()
        shown, week_ahead = shown_in(work, page), re.search(r'<section id="meetings".*?</section>', page, re.S)
        soon = shown_in(work, week_ahead.group() if week_ahead else "")
        may = set().union(*(lawful(work, viewer, file) for file in work.law.files.values()))
        assert shown <= may, (viewer, shown - may)
        for file in work.law.files.values() if viewer in WITH_CALENDAR else ():
            for meeting in file.meetings:
                is_near = clock.midnight(clock.today()) <= meeting.at < week
                is_own = work.law.attends(viewer, file, meeting) and work.law.knows_when(viewer, file, meeting)
                assert (meeting.place in soon) == (is_near and is_own), (viewer, meeting, file)


def check_calendars(work: Work):
    """A feed tells when the own meetings are whose time may be known, and no word at all."""
    since = clock.midnight(clock.today() - timedelta(days=7))
    for viewer, secret in work.calendars.items():
        text = Client().get(f"/calendar/{secret}.ics").content.decode()
        events = vobject.readOne(text).contents.get("vevent", [])
        own = [meeting.at for file in work.law.files.values() for meeting in file.meetings
               if work.law.attends(viewer, file, meeting) and work.law.knows_when(viewer, file, meeting)
               and meeting.at >= since]  # fmt: skip
        assert sorted(event.dtstart.value for event in events) == sorted(own), (viewer, work.law.told)
        assert not shown_in(work, text), viewer


def _text(response) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.content)).pages)


def check_plan(work: Work, viewer: str, client, case_id: int, file: File):
    """A plan's page shows the words that may be read, and its PDF the last of them with the steps and the name."""
    plan = Plan.objects.filter(case_id=case_id).first()
    if plan is None:
        return
    law, address = work.law, f"/plans/{plan.public_id}/"
    goals, steps = law.known(viewer, file, file.goals), set(law.known(viewer, file, file.steps))
    page, printed = client.get(address), client.get(f"{address}printed/")
    assert (page.status_code == 200) == law.reaches(viewer, file)
    assert (printed.status_code == 200) == (bool(goals) and viewer in WITH_CALENDAR), (viewer, file)
    if page.status_code == 200:
        names = {fact.word for fact in file.facts if fact.group == IDENTITY}
        plain = shown_in(work, page.content.decode()) - names
        assert plain == set(goals) | steps, (viewer, file)
    if printed.status_code == 200:
        read, _not = law.words(viewer, file)
        names = {fact.word for fact in file.facts if fact.group == IDENTITY} & read
        assert shown_in(work, _text(printed)) == {goals[-1]} | steps | names, (viewer, file, law.told)


def check_meetings(work: Work, viewer: str, client, file: File):
    """A meeting's page shows its place and purpose to whom they may be told."""
    for pk, meeting in work.rows.items():
        if meeting not in file.meetings:
            continue
        page = client.get(f"/meetings/{Meeting.objects.get(pk=pk).public_id}/")
        assert (page.status_code == 200) == work.law.reaches(viewer, file), (viewer, file)
        shown, may = shown_in(work, page.content.decode()), lawful(work, viewer, file)
        assert shown <= may and (shown >= {meeting.place, meeting.purpose} & may or page.status_code != 200), viewer


def check_pages(work: Work):
    """Each viewer opens each case with its meetings and its plan."""
    for viewer in LOOKING:
        client = client_of(work, viewer)
        for case_id, file in work.law.files.items():
            page = client.get(f"/cases/{work.public[case_id]}/").content.decode()
            assert shown_in(work, page) <= lawful(work, viewer, file), (viewer, file, work.law.told)
            check_meetings(work, viewer, client, file)
            check_plan(work, viewer, client, case_id, file)
    told = client_of(work, "admin").get("/outbox/").content.decode()
    assert not shown_in(work, told), "the outbox tells of no case"


def check_api(work: Work):
    """The parties' systems get of meetings and plans what an officer of the party may see."""
    for system, party in SYSTEMS.items():
        client = Client(headers={"Authorization": f"Bearer {work.world.token(party)}"})
        may = {case_id: lawful(work, system, file) for case_id, file in work.law.files.items()}
        lists = [client.get(f"/api/v1/{room}").json() for room in ("meetings", "plans")]
        assert shown_in(work, json.dumps(lists)) <= set().union(*may.values()), (system, work.law.told)
        for case_id, file in work.law.files.items():
            rows = [("meetings", m.public_id) for m in Meeting.objects.filter(case_id=case_id)]
            rows += [("plans", p.public_id) for p in Plan.objects.filter(case_id=case_id)]
            told = [client.get(f"/api/v1/{room}/{public_id}") for room, public_id in rows]
            assert {answer.status_code for answer in told} <= {200 if work.law.reaches(system, file) else 404}
            shown = shown_in(work, json.dumps([answer.json() for answer in told]))
            asked = {word for meeting in file.meetings for word in (meeting.place, meeting.purpose)}
            asked |= {fact.word for fact in file.steps}
            assert asked & may[case_id] <= shown <= may[case_id], (system, file, work.law.told)


BEGINS = [("meet", 0), ("plan", 0)]


@pytest.mark.django_db
@settings(max_examples=EXAMPLES)
@given(st.lists(STEPS, min_size=6, max_size=18))
def test_mail_calendars_lists_and_documents_tell_what_is_lawful(steps):
    with override_settings(HANDSLAG_SENDS_MAIL=True), played([*BEGINS, *steps], Work) as work:
        work.post(0)
        check_lists(work)
        check_calendars(work)
        check_pages(work)
        check_api(work)
