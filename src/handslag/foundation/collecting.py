"""Python's collector of garbage, set for a server: a page makes tens of thousands of objects, and hardly a cycle."""

import gc

SELDOM = (50_000, 20, 50)
"""How many more objects are made than freed before the youngest are looked through, and how many such rounds before
the older ones are (Python's own: 700, 10, 10, which is some forty rounds a page)."""


def collect_seldom() -> None:
    """What is loaded by now is never looked through again, and what comes seldom. For a process that serves, when all
    of the program is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
