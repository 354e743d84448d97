"""Where synthetic people live: municipalities by weight, and the associations that cover most of them."""

import csv
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.random import Generator

from handslag.statistics.arrays import Floats
from handslag.statistics.codes import labels

MEMBERSHIP = Path(__file__).parents[1] / "geography" / "membership.csv"
LARGE = {"0180": 30, "1480": 18, "1280": 11, "0380": 7, "0580": 5, "1880": 5, "0680": 4, "2480": 4, "1283": 4}
UNCOVERED_EVERY = 10
"""One in so many municipalities outside the known associations belongs to none."""


def municipalities(random: Generator) -> tuple[list[str], Floats]:
    """The municipality codes, and the share of people in each."""
    codes = list(labels("municipality"))
    weights = np.array([LARGE.get(code, 1.0) for code in codes]) * random.lognormal(0, 0.5, len(codes))
    return codes, weights / weights.sum()


def associations() -> dict[str, str]:
    """The association of each covered municipality: the known ones, and synthetic ones elsewhere."""
    with MEMBERSHIP.open(encoding="utf-8", newline="") as file:
        known = {row["municipality_code"]: row["association"] for row in csv.DictReader(file)}
    others = [code for code in labels("municipality") if code not in known]
    others = [code for place, code in enumerate(others) if place % UNCOVERED_EVERY]
    made = {}
    for county, found in groupby(others, key=lambda code: code[:2]):
        name = labels("county")[county]["sv"]
        for place, code in enumerate(found):
            made[code] = f"Syntetiskt samordningsförbund {name} {place // 4 + 1}"
    return known | made
