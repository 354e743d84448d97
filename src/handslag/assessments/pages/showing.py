"""Signed parts as a viewer may read them: facts in words, and versions side by side with what differs marked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from handslag.assessments import rules
from handslag.assessments.models import Part
from handslag.assessments.signing import CODED
from handslag.cases.visibility import CaseVisibility
from handslag.foundation.rooms import record_of
from handslag.reference import codes
from handslag.ui.dates import iso, minute

READ = (
    *("own_words", "goal", "no_words_reason", "livelihood", "livelihood_since", "diagnosis_chapter", "spells"),
    *("prognosis", "prognosis_days", "obstacles", "occupation", "education", "work", "resources", "standpoint"),
    *("dissents", "dissent_reason", "settle_by"),
)
"""The columns of a part, in the order in which they are read."""
LIST = {**CODED, "no_words_reason": "no_words_reason"}


def _told(name: str, value: Any) -> str:
    if not value:
        return ""
    if name in LIST:
        return codes.label(LIST[name], value)
    if name == "spells":
        return "; ".join(f"{s.degree} % {s.since} – {iso(s.until) or '…'}" for s in rules.read(value))
    return _("yes") if value is True else str(value)


def facts(visible: CaseVisibility, part: Part) -> dict[str, str]:
    """What stands in a part, by column, in words; None where no basis shows it, empty where nothing stands."""
    return {name: _told(name, getattr(part, name)) if visible.sees(name, part) else None for name in READ}  # type: ignore[misc]


@dataclass(frozen=True)
class ShownPart:
    """A version of a part, as one viewer may see it."""

    number: int
    party: str
    who: str
    at: str
    lines: list[tuple[str, str]]
    """What is told, with its words."""
    hidden: int
    """How many of its columns no basis shows."""
    sick_day: int | None


def shown(visible: CaseVisibility, part: Part) -> ShownPart:
    """A version, as the viewer may see it."""
    told, words = facts(visible, part), record_of(Part).columns
    return ShownPart(
        part.number,
        part.party.name,
        f"{part.by.user}, {part.by.unit}",
        minute(part.at),
        [(str(words[name].words), text) for name, text in told.items() if text],
        sum(text is None for text in told.values()),
        part.sick_day if visible.sees("spells", part) else None,
    )


Piece = tuple[str, bool]
"""Words, and whether they differ from the version before."""


def marked(before: str | None, now: str) -> list[Piece]:
    """A text in pieces: those that the version before did not have are marked. All of it is new where there is none."""
    old, new = (before or "").split(" "), now.split(" ")
    if before is None:
        return [(now, False)]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(" ".join(new[a:b]), kind != "equal") for kind, _c, _d, a, b in blocks if a < b]


@dataclass(frozen=True)
class VersionLine:
    """A column through all versions, the latest first."""

    label: str
    cells: list[list[Piece]]
    differs: bool


def side_by_side(visible: CaseVisibility, versions: Iterable[Part]) -> Iterator[VersionLine]:
    """The columns in which any version tells something, through all of them, the latest first."""
    versions, words = list(versions), record_of(Part).columns
    told = [facts(visible, part) for part in versions]
    for name in READ:
        texts = [facts_of[name] or "" for facts_of in told]
        if any(texts):
            earlier = [*texts[1:], None]
            cells = [marked(before, now) for now, before in zip(texts, earlier, strict=True)]
            yield VersionLine(str(words[name].words), cells, len(set(texts)) > 1)
