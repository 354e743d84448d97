"""Synthetic measures through associations, and those who take part in them."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from handslag.statistics.arrays import Integers
from handslag.statistics.simulating.support import MAN, WOMAN
from handslag.statistics.simulating.targets import Targets

PRIORITY_GROUPS = (0, 1, 2)
OTHER_GROUPS = np.array([3, 4, 5, 6, 7])
GOES_ON = 0.35
"""The share of measures and of participations that go on into the next year."""
MIS_REGISTERED = 7
REASONS = np.array([0, 0, 0, 0, 1, 1, 2, 3, 4, 5])
BEFORE = np.array(
    [
        [0, 1, 0, 0],
        [3, 7, 3, 11],
        [3, 3, 3, 3],
        [7, 7, 11, 7],
        [7, 4, 5, 7],
        [6, 6, 7, 7],
        [0, 7, 5, 11],
        [7, 5, 11, 10],
    ]
)
"""Livelihoods before, by target group, as places in the livelihood list."""
AFTER = np.array([9, 9, 5, 7, 0, 8, 4, 11])
OCCUPATION_OF = {9: 0, 5: 3, 7: 3, 0: 4, 8: 2, 4: 3, 11: 4}
"""The occupation that goes with a livelihood after."""


@dataclass
class Measures:
    """Measures that have been made so far: arrays of the same length; `end` is 0 while open."""

    direction: Integers
    priority: Integers
    group: Integers
    start: Integers
    end: Integers
    municipality: Integers


def no_measures() -> Measures:
    """Before the first year."""
    return Measures(*(np.zeros(0, dtype=int) for _ in range(6)))


def day(year: int, month: int = 1, day_of_month: int = 1) -> int:
    """A day counted from 1970-01-01."""
    return int(np.datetime64(f"{year}-{month:02}-{day_of_month:02}", "D").astype(int))


def go_on(random: Generator, before: Measures, year: int, goal: Targets, covered: Integers) -> Measures:
    """The measures with this year's new ones: exactly the year's counts by direction and priority group are active.

    Those that are open go on where the year has room for them, and else end before it.
    """
    first, last = day(year), day(year, 12, 31)
    priority_individual = round(goal.priority_measures * goal.individual / max(goal.measures, 1))
    structural = goal.measures - goal.individual
    wanted = {
        (0, 1): priority_individual,
        (0, 0): goal.individual - priority_individual,
        (1, 1): goal.priority_measures - priority_individual,
        (1, 0): structural - goal.priority_measures + priority_individual,
    }
    new: list[Measures] = []
    for (direction, priority), number in wanted.items():
        alive = np.flatnonzero((before.direction == direction) & (before.priority == priority) & (before.end == 0))
        kept = random.permutation(alive)[: min(len(alive), number)]
        before.end[np.setdiff1d(alive, kept)] = first - 1
        size = number - len(kept)
        group = random.choice(PRIORITY_GROUPS if priority else OTHER_GROUPS, size)
        start = random.integers(first, last - 30, size)
        where = random.choice(covered, size)
        new.append(Measures(np.full(size, direction), np.full(size, priority), group, start, start * 0, where))
    names = Measures.__dataclass_fields__
    made = Measures(*(np.concatenate([getattr(before, n), *(getattr(one, n) for one in new)]) for n in names))
    ending = (made.end == 0) & (random.random(len(made.end)) > GOES_ON + 0.3)
    made.end[ending] = np.maximum(random.integers(first, last + 1, int(ending.sum())), made.start[ending] + 10)
    made.end[ending] = np.minimum(made.end[ending], last)
    return made


@dataclass
class Taking:
    """Participations: arrays of the same length; `person` is -1 when anonymous, `end` 0 while it goes on."""

    person: Integers
    sex: Integers
    measure: Integers
    group: Integers
    start: Integers
    end: Integers
    reason: Integers
    before: Integers
    after: Integers
    education: Integers


def begin(random: Generator, year: int, size: int, persons: Integers, sexes: Integers, measures: Measures) -> Taking:
    """Participations that begin in the year: of `persons`, and anonymous ones up to `size`."""
    first, last = day(year), day(year, 12, 31)
    active = np.flatnonzero(
        (measures.direction == 0) & (measures.start <= last) & ((measures.end == 0) | (measures.end >= first))
    )
    measure = random.choice(active, size)
    stop = np.where(measures.end[measure] == 0, last, np.minimum(measures.end[measure], last))
    start = random.integers(np.maximum(measures.start[measure], first), stop + 1)
    end = np.where(random.random(size) < GOES_ON, 0, random.integers(start, last + 1))
    anonymous = size - len(persons)
    group = measures.group[measure]
    return Taking(
        np.concatenate([persons, np.full(anonymous, -1)]),
        np.concatenate([sexes, random.choice([WOMAN, MAN], anonymous, p=[0.55, 0.45])]),
        measure,
        group,
        start,
        end,
        random.choice(REASONS, size),
        BEFORE[group, random.integers(0, BEFORE.shape[1], size)],
        random.choice(AFTER, size),
        random.integers(0, 4, size),
    )


def end_in(random: Generator, year: int, taking: Taking) -> None:
    """Ends all participations that came with the year, some day in it."""
    going = taking.end == 0
    taking.end[going] = random.integers(day(year, 1, 15), day(year, 12, 1), int(going.sum()))
