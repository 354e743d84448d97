"""`python -m tests.timing`: whether the time that a search takes tells that a number is known elsewhere.

In one process somebody at Arbetsförmedlingen searches for numbers that FK alone knows, that another unit of AF knows,
and that nobody knows, each of them 160 times and all of them in random order. Told is, for each kind beside the
unknown, how often a known number took longer than an unknown one (AUC: 0.5 tells nothing, 1 everything), by the median
of its searches and search by search. The processor's time is taken on SQLite, where the database is in the process.
"""

import os
import random
import statistics
import sys
import time
from itertools import product

SEARCHES, NUMBERS, CASES = 160, 60, 2000
FK, AF, NOBODY = "known at FK alone", "known at another unit of AF", "known to nobody"
Times = dict[str, dict[str, list[float]]]
"""Seconds of each search, by kind and number."""


def auc(known: list[float], unknown: list[float]) -> float:
    """How often one of the known is longer than one of the unknown; ties count half."""
    pairs = list(product(known, unknown))
    return sum((k > u) + (k == u) / 2 for k, u in pairs) / len(pairs)


def _kinds(world) -> dict[str, list[str]]:
    """Fills the world; the numbers of each kind. One in thirty is held by who will search."""
    from handslag.cases.opening import open_cases
    from handslag.parties.models import Unit
    from tests.worlds import SYSTEM, numbers

    party = world.parties["af"]
    unit = Unit.objects.create(party=party, code="E-af2", name="Enhet af2", county_code="13")
    world.hire("af2_a", "caseworker", party=party, unit=unit)
    holders = ["fk_a"] * 12 + ["af2_a"] * 12 + ["kom_a"] * 4 + ["af_a"]
    drafts = [world.draft(holders[n % len(holders)]) for n in range(CASES)]
    open_cases(SYSTEM, drafts)

    def held(post: str) -> list[str]:
        own = [draft.identity_number for draft in drafts if draft.holder_id == world.posts[post].pk]
        return random.Random(1).sample(own, NUMBERS)

    return {FK: held("fk_a"), AF: held("af2_a"), NOBODY: numbers()[-NUMBERS:]}


def _measured() -> Times:
    from django.db import connection

    from handslag.cases.searching import found
    from handslag.parties.wall import enter_as, leave
    from tests.worlds import build

    world = build()
    kinds, viewer = _kinds(world), world.viewer("af_a")
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    turns = [(kind, number) for kind, sought in kinds.items() for number in sought for _ in range(SEARCHES)]
    random.Random(2).shuffle(turns)
    took: Times = {kind: {number: [] for number in sought} for kind, sought in kinds.items()}
    enter_as(viewer)
    for kind, number in turns:
        begun = clock()
        if found(viewer, number):
            raise SystemExit("somebody was found")
        took[kind][number].append(clock() - begun)
    leave()
    return took


def _told(took: Times) -> None:
    medians = {kind: [statistics.median(times) for times in each.values()] for kind, each in took.items()}
    single = {kind: [time for times in each.values() for time in times[:20]] for kind, each in took.items()}
    for kind, each in medians.items():
        known = f"AUC by {SEARCHES} searches {auc(each, medians[NOBODY]):.2f}, by one {auc(single[kind], single[NOBODY]):.2f}"
        sys.stdout.write(f"{kind}: {statistics.median(each) * 1000:.3f} ms; {known}\n")


def main() -> None:
    """Measures in a database of its own, and tells."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        _told(_measured())
    finally:
        connection.creation.destroy_test_db("", verbosity=0)


if __name__ == "__main__":
    main()
