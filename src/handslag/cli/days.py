"""Days that are given on the command line."""

from typing import Any

import click

from handslag.foundation.spans import EARLIEST, LATEST


class Day(click.DateTime):
    """A day, as YYYY-MM-DD, by which something can be dated."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The day; a sentence for any other text."""
        day = super().convert(value, param, ctx)
        if not EARLIEST <= day.date() <= LATEST:
            self.fail(f"Choose a day from {EARLIEST} to {LATEST}.", param, ctx)
        return day
