"""What is lawful, as a small model of its own: it keeps its own books of who did what, and asks the database nothing.

A fact is a word that appears nowhere else, with its group and the party that noted it. The model says who may open a
case and which of its words they may read.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

IDENTITY, PLAN, MEETINGS = "identity", "plan", "meetings"

PARTY = {"fk": "fk", "fk2": "fk", "af": "af", "kom": "kom", "hylte": "hylte"}
"""The party of each unit."""
UNIT_OF = {f"{unit}_{who}": unit for unit in PARTY for who in ("a", "b", "lead")}
OFFICERS = {f"{party}_officer": party for party in ("fk", "af", "kom", "hylte")}
SYSTEMS = {"api fk": "fk", "api af": "af", "api kom": "kom"}
OUTSIDE = ("association", "measure", "analyst", "admin")
VIEWERS = ("fk_a", "fk_lead", "fk2_a", "af_a", "kom_a", "hylte_a", *OFFICERS, *OUTSIDE)


@dataclass
class Fact:
    """A word, the group that it belongs to, the party that noted it, and whether the case's own row holds it."""

    word: str
    group: str
    party: str
    on_row: bool = False


@dataclass
class Told:
    """That a party tells a unit a group about somebody, until a day or until withdrawn."""

    subject: int
    from_party: str
    to_unit: str
    group: str
    until: date
    begun: bool
    """Whether the party whose facts they are has recorded or confirmed it."""
    standing: bool = True


@dataclass
class Called:
    """Somebody who is called to a meeting: a unit, somebody there by name, or (without a unit) the person or an
    outsider, whose mail goes to `email`."""

    unit: str | None = None
    name: str | None = None
    email: str = ""
    is_person: bool = False
    agreed: bool = False
    off: bool = False


@dataclass
class Gathering:
    """A meeting: which party booked it and which set its time, its words, and who is called."""

    booked_by: str
    timed_by: str
    at: datetime
    purpose: str
    place: str
    called: list[Called]
    is_off: bool = False


@dataclass
class File:
    """A case: whose, about whom, held by whom, offered between which units, and its facts."""

    party: str
    subject: int
    holder: str
    facts: list[Fact]
    sides: set[str] = field(default_factory=set)
    past: list[str] = field(default_factory=list)
    """Who held it before, in order."""
    offered: str | None = None
    """The unit that is offered it and has not answered."""
    meetings: list[Gathering] = field(default_factory=list)
    goals: list[Fact] = field(default_factory=list)
    """The plan's words, as they were written one after the other."""
    steps: list[Fact] = field(default_factory=list)


@dataclass
class Law:
    """The books."""

    today: date
    files: dict[int, File] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    away: dict[str, str] = field(default_factory=dict)
    """Who is away, and who stands in."""

    def names(self, viewer: str) -> set[str]:
        """Whom the viewer acts as: for themselves, and for those who are away."""
        return {viewer} | {absent for absent, stand_in in self.away.items() if stand_in == viewer}

    def units(self, viewer: str) -> set[str]:
        """Units whose cases the viewer may see."""
        if viewer in OFFICERS or viewer in SYSTEMS or viewer in OUTSIDE:
            return set()
        return {UNIT_OF[name] for name in self.names(viewer)}

    def own(self, viewer: str) -> set[str | None]:
        """The viewer's own parties."""
        return {PARTY[unit] for unit in self.units(viewer)} | {self.whole_party(viewer)}

    def whole_party(self, viewer: str) -> str | None:
        """The party whose whole work the viewer may see."""
        return OFFICERS.get(viewer) or SYSTEMS.get(viewer)

    def _at(self, viewer: str, unit: str) -> bool:
        return unit in self.units(viewer) or PARTY[unit] == self.whole_party(viewer)

    def covered(self, viewer: str, file: File, group: str | None, party: str) -> bool:
        """Whether something (of a group) about the file's person is told by a party to the viewer's place today."""
        return any(
            t.standing and t.begun and t.until >= self.today and t.subject == file.subject and t.from_party == party
            and group in (None, t.group) and self._at(viewer, t.to_unit)
            for t in self.told
        )  # fmt: skip

    def answers(self, subject: int, party: str) -> str | None:
        """The unit at which a party answers for what it tells of somebody: it holds, is offered, or held last."""
        found = []
        for case_id, file in self.files.items():
            if file.subject == subject:
                near = [
                    UNIT_OF[file.holder],
                    *([file.offered] if file.offered else []),
                    *(UNIT_OF[name] for name in reversed(file.past)),
                ]
                rank = [0, *([1] if file.offered else []), *[2] * len(file.past)]
                found += [(r, -case_id, unit) for r, unit in zip(rank, near, strict=True) if PARTY[unit] == party]
        first = min(found, key=lambda f: f[:2], default=None)
        return first and first[2]

    def reaches(self, viewer: str, file: File) -> bool:
        """Whether the viewer may know of the case at all."""
        held_by = UNIT_OF[file.holder]
        called = {c.unit for meeting in file.meetings for c in meeting.called if c.unit and not c.off}
        if any(self._at(viewer, unit) for unit in {held_by} | file.sides | called):
            return True
        return any(self.covered(viewer, file, None, party) for party in {file.party, PARTY[held_by]})

    def reads(self, viewer: str, file: File, group: str, party: str) -> bool:
        """Whether the viewer may read a group of a party's facts about the file's person."""
        if not self.reaches(viewer, file):
            return False
        return party in self.own(viewer) or self.covered(viewer, file, group, party)

    def words(self, viewer: str, file: File) -> tuple[set[str], set[str]]:
        """(the words that the viewer may read, those that the viewer may not)."""
        read = [fact for fact in file.facts if self.reads(viewer, file, fact.group, fact.party)]
        may = {fact.word for fact in read}
        own = self.own(viewer)
        names = sorted((f for f in read if f.group == IDENTITY), key=lambda fact: fact.party not in own)
        called_otherwise = {fact.word for fact in names[1:]} - {fact.word for fact in names[:1]}
        return may - called_otherwise, {fact.word for fact in file.facts} - may

    def knows(self, file: File, unit: str, on: date) -> bool:
        """Whether a unit could reach the person on a day: its party has met the person, or is told who it is."""
        return any(
            fact.party == PARTY[unit]
            or any(t.standing and t.begun and t.until >= on and t.group == IDENTITY
                   and (t.subject, t.from_party, t.to_unit) == (file.subject, fact.party, unit) for t in self.told)
            for fact in file.facts if fact.group == IDENTITY
        )  # fmt: skip

    def goes_back_to(self, file: File) -> str | None:
        """Who gets a case whose holder could not reach the person: the last one who can. None where the holder can."""
        if self.knows(file, UNIT_OF[file.holder], self.today):
            return None
        return next(name for name in reversed(file.past) if self.knows(file, UNIT_OF[name], self.today))

    def known(self, viewer: str, file: File, facts: list[Fact]) -> list[str]:
        """The words of facts that the viewer may read, in their order."""
        return [fact.word for fact in facts if self.reads(viewer, file, fact.group, fact.party)]

    def knows_when(self, viewer: str, file: File, meeting: Gathering) -> bool:
        """Whether the viewer may know when and where a meeting is: of the party that set it, or told of its meetings."""
        return self.reads(viewer, file, MEETINGS, meeting.timed_by)

    def attends(self, viewer: str, file: File, meeting: Gathering) -> bool:
        """Whether a meeting is the viewer's own: the viewer holds the person, or is called by name or as a unit."""
        names, units = self.names(viewer), self.units(viewer)
        called = any(c.name in names if c.name else c.unit in units for c in meeting.called if c.unit and not c.off)
        return not meeting.is_off and (file.holder in names or called)

    def may_mail(self, file: File, meeting: Gathering, called: Called) -> str | None:
        """What a mail to one who is called may tell: "when" the meeting is, only "that" something waits, or nothing."""
        if called.unit is None:
            return "when" if called.agreed else "that" if called.is_person else None
        told = PARTY[called.unit] == meeting.timed_by or any(
            t.standing and t.begun and t.until >= self.today and t.group == MEETINGS
            and (t.subject, t.from_party, t.to_unit) == (file.subject, meeting.timed_by, called.unit) for t in self.told
        )  # fmt: skip
        return "when" if told and called.name else "that"  # (a whole unit's mail is read by who knows whom)

    def is_near(self, meeting: Gathering, now: datetime) -> bool:
        """Whether it is time to be reminded."""
        return not meeting.is_off and timedelta(0) < meeting.at - now <= timedelta(days=1)
