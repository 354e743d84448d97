"""Crowds of random people, counted in large linked tables."""

import itertools
from collections import Counter

import numpy as np

from handslag.statistics.codes import labels
from handslag.statistics.safety.tables import Hierarchy, Table


def people(size: int, *, municipal: bool, most: int | None = None) -> tuple[Table, list[Hierarchy]]:
    """County (and municipality) by sex, six ages and three groups; of the first `most` municipalities."""
    random, places = np.random.default_rng(1), list(labels("municipality"))[:most]
    weights = random.lognormal(0, 1.2, len(places))
    where = random.choice(len(places), size, p=weights / weights.sum())
    others = zip(random.choice(2, size, p=[0.6, 0.4]), random.choice(6, size, p=[0.1, 0.15, 0.2, 0.25, 0.2, 0.1]),
                 random.choice(3, size, p=[0.6, 0.25, 0.15]), strict=True)  # fmt: skip
    counts: Counter = Counter()
    for place, rest in zip(where, others, strict=True):
        code = places[place]
        own = [code, code[:2], "Total"] if municipal else [code[:2], "Total"]
        for key in itertools.product(own, *([f"{n}{v}", "Total"] for n, v in zip("sag", rest, strict=True))):
            counts[key] += 1
    axes = [sorted({key[n] for key in counts}) for n in range(4)]
    table = Table("t", ("place", "sex", "age", "group"), {key: counts[key] for key in itertools.product(*axes)})
    return table, [Hierarchy("place", {code: code[:2] for code in places})] if municipal else []
