"""What each synthetic year must come to (`targets.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TARGETS = Path(__file__).with_name("targets.toml")


@dataclass(frozen=True)
class Targets:
    """The counts of a year; shares in percent of what they are shares of."""

    assessments: int
    women: float
    psychiatric_sickness_benefit: float
    psychiatric_activity_compensation: float
    ended: int
    regained_women: float
    regained_men: float
    meetings: int
    measures: int
    individual: int
    priority_measures: int
    participants: int
    identified_participants: int
    mean_sick_day: int


@cache
def _years() -> dict[int, dict[str, int]]:
    return {int(year): given for year, given in tomllib.loads(TARGETS.read_text(encoding="utf-8"))["year"].items()}


def targets(year: int, scale: float) -> Targets:
    """The targets of a year (or the nearest that is given), counts multiplied by `scale`. Measures do not scale."""
    given = dict(_years()[min(_years(), key=lambda one: abs(one - year))])
    priority, identified = given.pop("priority"), given.pop("identified")
    given.setdefault("priority_measures", round(given["measures"] * priority / 100))
    given.setdefault("identified_participants", round(given["participants"] * identified / 100))
    for name in ("assessments", "ended", "meetings", "participants", "identified_participants"):
        given[name] = max(round(given[name] * scale), 0)
    return Targets(**given)
