"""What a measured figure must stay within: told as it is measured, and at the end again where it does not."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True)
class Limit:
    """A figure that must be at least `least` and below `below`."""

    what: str
    value: float
    below: float = inf
    least: float = -inf

    @property
    def is_kept(self) -> bool:
        """Whether the figure is within its limits."""
        return self.least <= self.value < self.below

    @property
    def words(self) -> str:
        """The limit in words."""
        return f"below {self.below:g}" if self.below < inf else f"at least {self.least:g}"


def tell(limits: Iterable[Limit]) -> None:
    """Prints each figure with its limit and whether it is kept."""
    for limit in limits:
        print(f"  {limit.what:<58} {limit.value:8.2f}   ({limit.words}: {'yes' if limit.is_kept else 'NO'})")


def finish(out: Path, results: dict, limits: list[Limit]) -> NoReturn:
    """Writes the results and the limits as JSON, and exits: 1, naming them, where limits are not kept."""
    told = {one.what: {"value": one.value, "limit": one.words, "is_kept": one.is_kept} for one in limits}
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({**results, "limits": told}, indent=2))
    print(f"\nWritten to {out}.")
    passed = [limit for limit in limits if not limit.is_kept]
    lines = [f"  {limit.what}: {limit.value:.2f} is not {limit.words}" for limit in passed]
    sys.exit("\n".join(["Limits that were not kept:", *lines]) if passed else 0)
