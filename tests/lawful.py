"""What is lawful, as a small model of its own: it keeps its own books of who did what, and asks the database nothing.

A fact is a word that appears nowhere else, with its group and the party that noted it. The model says who may open a
case and which of its words they may read.
"""

from dataclasses import dataclass, field
from datetime import date

IDENTITY = "identity"

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


@dataclass
class Law:
    """The books."""

    today: date
    files: dict[int, File] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    away: dict[str, str] = field(default_factory=dict)
    """Who is away, and who stands in."""

    def units(self, viewer: str) -> set[str]:
        """Units whose cases the viewer may see."""
        if viewer in OFFICERS or viewer in SYSTEMS or viewer in OUTSIDE:
            return set()
        names = {viewer} | {absent for absent, stand_in in self.away.items() if stand_in == viewer}
        return {UNIT_OF[name] for name in names}

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
        if self._at(viewer, held_by) or any(self._at(viewer, unit) for unit in file.sides):
            return True
        return any(self.covered(viewer, file, None, party) for party in {file.party, PARTY[held_by]})

    def reads(self, viewer: str, file: File, group: str, party: str) -> bool:
        """Whether the viewer may read a group of a party's facts about the file's person."""
        if not self.reaches(viewer, file):
            return False
        own = {PARTY[unit] for unit in self.units(viewer)} | {self.whole_party(viewer)}
        return party in own or self.covered(viewer, file, group, party)

    def words(self, viewer: str, file: File) -> tuple[set[str], set[str]]:
        """(the words that the viewer may read, those that the viewer may not)."""
        read = [fact for fact in file.facts if self.reads(viewer, file, fact.group, fact.party)]
        may = {fact.word for fact in read}
        own = {PARTY[unit] for unit in self.units(viewer)} | {self.whole_party(viewer)}
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
