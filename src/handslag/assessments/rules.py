"""A joint assessment's states, the day of the sick case, and what a signed part must say. No database."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, timedelta

from handslag.foundation.spans import Span

WANTED = Span(before=0, after=365, far=180)
SETTLE = Span(before=0, after=365, far=365)
SINCE = Span(before=50 * 365, after=0, far=0)
CERTIFIED = Span(before=50 * 365, after=2 * 365, far=2 * 365)
HAS_BEEN = SINCE
"""Which days may be chosen."""

WITHIN = 60
"""Days within which an assessment is proposed to be ready."""
MOST_SPELLS = 6
BREAKS = ("consent_withdrawn", "own_request", "illness", "moved", "deceased", "mis_registered")
"""Reasons for which an assessment is broken off (code list `end_reason`)."""
UNFINISHED = ("deceased", "mis_registered")
"""Reasons after which nobody plans anything: these alone need no plan."""

WAITING, ASSESSING = "waiting", "assessing"
PLANNED_PREPARATORY, ACTIVE_PREPARATORY = "planned_preparatory", "active_preparatory"
PLANNED_DIRECTED, ACTIVE_DIRECTED = "planned_directed", "active_directed"
COMPLETED, BROKEN_OFF = "completed", "broken_off"

MET, SIGNED, ENDED, BROKEN = "met", "signed", "ended", "broken"
PREPARATORY_PLANNED, PREPARATORY_BEGUN = "preparatory_planned", "preparatory_begun"
DIRECTED_PLANNED, DIRECTED_BEGUN = "directed_planned", "directed_begun"
"""Facts from which the state is read: a meeting was held, a part signed, the assessment ended or broken off, and what
measures the plan that it ended in still holds."""

STATES = (
    (BROKEN_OFF, {BROKEN}),
    (ACTIVE_DIRECTED, {ENDED, DIRECTED_BEGUN}),
    (ACTIVE_PREPARATORY, {ENDED, PREPARATORY_BEGUN}),
    (PLANNED_DIRECTED, {ENDED, DIRECTED_PLANNED}),
    (PLANNED_PREPARATORY, {ENDED, PREPARATORY_PLANNED}),
    (COMPLETED, {ENDED}),
    (ASSESSING, {SIGNED}),
    (ASSESSING, {MET}),
    (WAITING, set[str]()),
)
"""The first state of which all facts are there is the state."""


def state(facts: Set[str]) -> str:
    """The state that these facts make."""
    return next(state for state, needed in STATES if needed <= facts)


@dataclass(frozen=True)
class Spell:
    """A stretch in which a certificate tells that the work capacity is lowered by a degree; its last day is in it.
    Without one it goes on."""

    degree: int
    since: date
    until: date | None


JOINED_WITHIN = 90
"""Sick periods with fewer days than this between them are counted together (SFB 2010:110 27:51)."""


def periods(spells: Iterable[Spell], on: date) -> list[tuple[date, date]]:
    """The sick periods up to a day, first and last day: spells that touch or overlap are one period (27:26)."""
    found: list[tuple[date, date]] = []
    for spell in sorted(spells, key=lambda spell: spell.since):
        until = min(spell.until or on, on)
        if spell.since > until:
            continue
        if found and spell.since <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((spell.since, until))
    return found


def sick_day(spells: Iterable[Spell], on: date) -> int | None:
    """Which day of the sick case `on` is; None where it lies in no sick period.

    “Vid beräkningen av hur lång tid den försäkrade har haft nedsatt arbetsförmåga … ska dagar i sjukperioder läggas
    samman om färre än 90 dagar förflutit mellan sjukperioderna” (27:51): the days of the periods are counted, those
    between them are not.
    """
    found = periods(spells, on)
    if not found or found[-1][1] < on:
        return None
    days, begins = 0, None
    for since, until in reversed(found):
        if begins and (begins - until).days - 1 >= JOINED_WITHIN:
            break
        days, begins = days + (until - since).days + 1, since
    return days


def written(spells: Iterable[Spell]) -> str:
    """Spells as they are kept: degree and days, in order."""
    ordered = sorted(spells, key=lambda spell: (spell.since, spell.degree))
    return ";".join(f"{s.degree}:{s.since}:{s.until or ''}" for s in ordered)


def read(text: str) -> list[Spell]:
    """Spells as they were kept."""
    found = []
    for part in text.split(";") if text else ():
        degree, since, until = part.split(":")
        found.append(Spell(int(degree), date.fromisoformat(since), date.fromisoformat(until) if until else None))
    return found
