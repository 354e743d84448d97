"""Synthetic joint support of a year: assessments, rehabilitations that end, meetings, and the lives around them."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from handslag.statistics.arrays import Floats, Integers, Marks
from handslag.statistics.simulating.targets import Targets

WOMAN, MAN = 0, 1
SICKNESS_BENEFIT, ACTIVITY_COMPENSATION = 0, 3
KINDS_AFTER = np.array([9, 9, 9, 4, 4, 5, 8, 7])
"""What follows sickness insurance, as places in the livelihood list: mostly wage, then support for the unemployed."""
OTHER_CHAPTERS = np.array([12, 12, 12, 5, 8, 18, 1, 9])
PSYCHIATRIC = 4
WINDOW = 31
"""Days after a rehabilitation's last day on which it is seen whether somebody left sickness insurance."""


@dataclass
class Assessed:
    """The people assessed in a year: arrays of the same length, days counted from 1970-01-01."""

    person: Integers
    sex: Integers
    birth_year: Integers
    municipality: Integers
    held: Integers
    benefit: Integers
    chapter: Integers
    sick_from: Integers
    sick_to: Integers


def split(random: Generator, size: int, share: float) -> Marks:
    """A shuffled array of which exactly `share` percent, rounded to whole ones, are true."""
    chosen = np.zeros(size, dtype=bool)
    chosen[: round(size * share / 100)] = True
    return random.permutation(chosen)


def weekdays(year: int) -> Integers:
    """The year's Mondays to Fridays."""
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]").astype(int)
    return days[(days + 3) % 7 < 5]


def assessed(random: Generator, year: int, goal: Targets, first_person: int, weights: Floats) -> Assessed:
    """The year's assessed people, whose numbers begin at `first_person`."""
    size = goal.assessments
    sex = np.where(split(random, size, goal.women), WOMAN, MAN)
    young = random.random(size) < 0.18
    benefit = np.where(young, ACTIVITY_COMPENSATION, SICKNESS_BENEFIT)
    psychiatric = np.zeros(size, dtype=bool)
    shares = (goal.psychiatric_activity_compensation, goal.psychiatric_sickness_benefit)
    for group, share in zip((young, ~young), shares, strict=True):
        psychiatric[group] = split(random, int(group.sum()), share)
    held = random.choice(weekdays(year), size)
    age = np.where(young, random.integers(19, 30, size), random.integers(22, 64, size))
    sick_from = held - np.maximum(random.gamma(2.0, goal.mean_sick_day / 2, size), 14).astype(int)
    return Assessed(
        np.arange(first_person, first_person + size),
        sex,
        year - age,
        random.choice(len(weights), size, p=weights),
        held,
        benefit,
        np.where(psychiatric, PSYCHIATRIC, random.choice(OTHER_CHAPTERS, size)),
        sick_from,
        held + random.integers(60, 700, size),
    )


def rehabilitations(random: Generator, year: int, goal: Targets, earlier: Assessed) -> dict[str, Integers]:
    """Rehabilitations that end in the year, of people assessed before it; changes when these people's benefit ends.

    Exactly the year's shares of women and of men have left sickness insurance when the month after is over.
    """
    size = min(goal.ended, len(earlier.person))
    women = round(size * goal.women / 100)
    chosen = np.concatenate(
        [
            random.choice(np.flatnonzero(earlier.sex == s), n, replace=False)
            for s, n in ((WOMAN, women), (MAN, size - women))
        ]
    )
    regained = np.concatenate(
        [split(random, n, share) for n, share in ((women, goal.regained_women), (size - women, goal.regained_men))]
    )
    ended = random.choice(weekdays(year), size)
    started = np.minimum(earlier.held[chosen] + random.integers(14, 120, size), ended - 1)
    left = np.maximum(ended + 1 - random.integers(0, 21, size), earlier.sick_from[chosen] + 1)
    stays = ended + WINDOW + 1 + random.integers(0, 500, size)
    earlier.sick_to[chosen] = np.where(regained, left, stays)
    return {
        "person": earlier.person[chosen],
        "started": started,
        "ended": ended,
        "direction": random.integers(0, 2, size),
        "municipality": earlier.municipality[chosen],
    }


def meetings(random: Generator, year: int, goal: Targets, people: Assessed) -> dict[str, Integers]:
    """The year's meetings: the transition meetings, and about as many of other kinds."""
    size = goal.meetings * 2 if len(people.person) else 0
    chosen = random.integers(0, max(len(people.person), 1), size)
    return {
        "person": people.person[chosen],
        "kind": np.where(np.arange(size) < goal.meetings, 0, random.integers(1, 3, size)),
        "held": random.choice(weekdays(year), size),
        "municipality": people.municipality[chosen],
    }


def lives(random: Generator, people: Assessed) -> dict[str, Integers]:
    """Spells of livelihood of assessed people: work before, the benefit (stepped down for some), what came after."""
    size = len(people.person)
    before = people.sick_from - random.integers(200, 2000, size)
    middle = people.sick_from + (people.sick_to - people.sick_from) // 2
    stepped = (random.random(size) < 0.3) & (middle > people.sick_from)
    after_to = people.sick_to + random.integers(40, 900, size)
    open_ended = random.random(size) < 0.5
    full = np.full(size, 100)
    parts = [
        (people.person, np.full(size, 9), full * 0, before, people.sick_from),
        (people.person, people.benefit, full, people.sick_from, np.where(stepped, middle, people.sick_to)),
        (people.person[stepped], people.benefit[stepped], full[stepped] // 2, middle[stepped], people.sick_to[stepped]),
        (people.person, random.choice(KINDS_AFTER, size), full * 0, people.sick_to, np.where(open_ended, 0, after_to)),
    ]
    names = ("person", "kind", "degree", "from", "to")
    return {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}
