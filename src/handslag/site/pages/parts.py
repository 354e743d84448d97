"""Pieces of composed pages."""

from collections.abc import Iterable
from typing import Any

from handslag.foundation.rooms import Part


def filled(parts: Iterable[Part], about: Any) -> list[tuple[str, dict]]:
    """The pieces that have something to show of what the page is about: the template of each, and what fills it."""
    found = ((part.template, part.fill(about)) for part in sorted(parts, key=lambda part: part.place))
    return [(template, filling) for template, filling in found if filling is not None]
