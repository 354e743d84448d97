"""The demo world's meetings: today's and the week's, some that were held, a few that nobody has noted."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from handslag.cases.opening import Draft
from handslag.foundation import days
from handslag.foundation.rooms import verbs
from handslag.handovers.models import Handover
from handslag.handovers.rules import CONDITIONAL
from handslag.journal.actions import entry, record_all
from handslag.journal.models import Entry
from handslag.journal.seals import instant
from handslag.meetings.models import Decision, Item, Meeting, Participant
from handslag.meetings.rules import DATED, FIRST_CONTACT, ITEMS, PERSON, SIP, TRANSITION
from handslag.parties.models import Post, Unit
from handslag.simulation.bulk import update_many
from handslag.simulation.places import Places, unit_of

RECONCILIATION, FOLLOW_UP = "reconciliation_meeting", "follow_up"
KINDS = {"FK": (RECONCILIATION, FOLLOW_UP), "AF": (FOLLOW_UP,), "KOM": (SIP, FOLLOW_UP), "REG": (RECONCILIATION, SIP)}
SHARES = {"ahead": 0.10, "held": 0.08, "unnoted": 0.01}
FOCUS = {"ahead": 0.25, "held": 0.15, "unnoted": 0.08}
"""At the place where the sign-ins work each has meetings in the week, and some to note."""
PURPOSES = {
    RECONCILIATION: "Stämma av vad läkaren ser, vad arbetet kräver och vad personen själv vill.",
    SIP: "Samordna stödet och komma överens om vem som gör vad.",
    FOLLOW_UP: "Följa upp hur arbetsträningen går.",
    FIRST_CONTACT: "Ses alla tre innan ansvaret går över.",
    TRANSITION: "Förbereda att ersättningen tar slut: vad personen lever på sedan och vem som stöttar.",
}
PLACES = ("Besöksrummet, plan 2", "På vårdcentralen", "På arbetsplatsen", "Hemma hos personen")
LINK = "https://mote.example/rum"
OUTSIDE = {RECONCILIATION: ("health_care", "Behandlande läkare"), SIP: ("health_care", "Kontaktperson i vården")}
DONE = "Skicka kallelse till nästa möte"
ANSWERS = ("Klart under mötet.", "Personen vet vem som ringer.", "Skrivet i planen.")
HOURS = (8, 9, 10, 11, 13, 14, 15, 16)


@dataclass(slots=True)
class Planned:
    """A meeting as it is booked; with whom, and when it was noted as held (None where it was not noted)."""

    meeting: Meeting
    holder: Post
    draft: Draft
    units: tuple[Unit, ...] = ()
    held_at: datetime | None = None


def at_hour(day: date, hour: int) -> datetime:
    """An hour of a day in Sweden."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


@dataclass
class Diary:
    """Plans meetings, nobody in two at once, and writes them all."""

    rng: random.Random
    places: Places
    on: date
    planned: list[Planned] = field(default_factory=list)
    _taken: set[tuple[int, datetime]] = field(default_factory=set)

    def plan(
        self, case_id: int, draft: Draft, holder: Post, kind: str, day: date, *units: Unit, held: bool = False
    ) -> None:
        """Books a meeting on a day, at an hour when the holder is free; `held` on that day where it was."""
        free = [hour for hour in HOURS if (holder.pk, at_hour(day, hour)) not in self._taken]
        at = at_hour(day, self.rng.choice(free or HOURS))
        self.book(case_id, draft, holder, kind, at, *units, held=held)

    def book(
        self, case_id: int, draft: Draft, holder: Post, kind: str, at: datetime, *units: Unit, held: bool = False
    ) -> None:
        """Books a meeting at an instant."""
        self._taken.add((holder.pk, at))
        place = self.rng.choice((*PLACES, ""))
        meeting = Meeting(
            case_id=case_id,
            kind=kind,
            purpose=PURPOSES[kind],
            interpreter="Arabiska" if self.rng.random() < 0.08 else "",
            by=holder,
            timed_by=holder,
            booked_at=min(at, at_hour(self.on, 7)) - timedelta(days=self.rng.randint(2, 12)),
            at=at,
            minutes=self.rng.choice((30, 45, 60, 60, 90)),
            place=place,
            link="" if place else LINK,
        )
        held_at = at + timedelta(minutes=meeting.minutes) if held else None
        self.planned.append(Planned(meeting, holder, draft, units, held_at))

    def usual(self, case_id: int, draft: Draft, holder: Post, *, is_focus: bool, is_quiet: bool) -> None:
        """What meetings a case has: one ahead, or none; where nothing else happened (`is_quiet`) also one behind."""
        kind = self.rng.choice(KINDS[holder.party.kind])
        draw, share = self.rng.random(), FOCUS if is_focus else SHARES
        if draw < share["ahead"]:
            day = days.add_working_days(self.on - timedelta(days=1), self.rng.choice((1, 1, 1, 2, 3, 4, 5, 9)))
            self.plan(case_id, draft, holder, kind, day)
        elif is_quiet and draw < share["ahead"] + share["held"]:
            day = days.add_working_days(self.on, -self.rng.randint(1, 15))
            self.plan(case_id, draft, holder, kind, day, held=True)
        elif is_quiet and draw < share["ahead"] + share["held"] + share["unnoted"]:
            self.plan(case_id, draft, holder, kind, days.add_working_days(self.on, -self.rng.randint(1, 4)))

    def first_contacts(self, drafts: dict[int, Draft]) -> None:
        """Books the joint first contacts of cases that are still ahead, with the receivers' units called."""
        ahead = Handover.objects.filter(
            case_id__gte=min(drafts),
            case_id__lte=max(drafts),
            state=CONDITIONAL,
            first_contact_at__gte=at_hour(self.on, 0),
        )
        for handover in ahead.select_related("sender__user", "sender__unit", "to_unit").order_by("id"):
            case_id, at = handover.case_id, handover.first_contact_at
            self.book(case_id, drafts[case_id], handover.sender, FIRST_CONTACT, at, handover.to_unit)

    def write(self) -> None:
        """Writes all that was planned: booked first, then noted, as it happened."""
        Meeting.objects.bulk_create([p.meeting for p in self.planned], batch_size=2000)
        Participant.objects.bulk_create((guest for p in self.planned for guest in _guests(p)), batch_size=2000)
        held = [p for p in self.planned if p.held_at]
        Item.objects.bulk_create((item for p in held for item in self._items(p)), batch_size=2000)
        Decision.objects.bulk_create((d for p in held for d in _decisions(p)), batch_size=2000)
        ends = [(p.held_at, p.holder.pk, "Vi gick igenom läget och kom överens.", p.meeting.pk) for p in held]
        update_many("meetings_meeting", ("ended_at", "ended_by_id", "notes"), ends)
        record_all(line for p in self.planned for line in _told(p))

    def _items(self, planned: Planned) -> Iterator[Item]:
        for item in ITEMS.get(planned.meeting.kind, ()):
            day = self.on + timedelta(days=self.rng.randint(5, 40)) if item in DATED else None
            yield Item(meeting=planned.meeting, item=item, text=self.rng.choice(ANSWERS), day=day, by=planned.holder)


def _guests(planned: Planned) -> Iterator[Participant]:
    meeting, holder = planned.meeting, planned.holder
    came = True if planned.held_at else None
    yield Participant(meeting=meeting, role=PERSON, by=holder, came=came)
    yield Participant(meeting=meeting, role="caseworker", unit=unit_of(holder), post=holder, by=holder, came=came)
    for unit in planned.units:
        yield Participant(meeting=meeting, role="caseworker", unit=unit, by=holder, came=came)
    if outside := OUTSIDE.get(meeting.kind):
        role, name = outside
        agreed_on = meeting.booked_at.date()
        yield Participant(meeting=meeting, role=role, name=name, agreed_on=agreed_on, by=holder, came=came)


def _decisions(planned: Planned) -> Iterator[Decision]:
    """What was decided became the case's present next step; something else was decided too, and is done."""
    meeting, holder, draft = planned.meeting, planned.holder, planned.draft
    yield Decision(
        meeting=meeting, text=draft.next_step, to=holder, due_on=draft.next_step_on, by=holder, became_step=True
    )
    yield Decision(
        meeting=meeting,
        text=DONE,
        to=holder,
        due_on=meeting.at.date(),
        by=holder,
        done_at=planned.held_at,
        done_by=holder,
    )


def _told(planned: Planned) -> Iterator[Entry]:
    meeting, on = planned.meeting, planned.meeting.at.date().isoformat()
    about = {"meeting": meeting.pk, "kind": meeting.kind, "on": on}
    yield told(planned.holder, "meeting_booked", meeting.case_id, meeting.booked_at, **about)
    for unit in planned.units:
        called = {"meeting": meeting.pk, "to_unit": unit.name}
        yield told(planned.holder, "meeting_called", meeting.case_id, meeting.booked_at, **called)
    if planned.held_at:
        yield told(planned.holder, "meeting_held", meeting.case_id, planned.held_at, **about)


def told(post: Post, verb: str, case_id: int, at: datetime, **details) -> Entry:
    """A line of the journal about a case, as of an instant."""
    line = entry(post.user.email, verb, "case", case_id, party=post.party_id, group=verbs()[verb].group, **details)
    line.at = instant(at)
    return line
