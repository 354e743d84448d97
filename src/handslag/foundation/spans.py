"""Spans: how far from today a day may lie. No day that anything is dated by lies outside of `EARLIEST` to `LATEST`."""

from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class Span:
    """From how many days before today to how many after it a day may lie; one after `far` days is for the team lead."""

    before: int
    after: int
    far: int

    def first(self, today: date) -> date:
        """The first day that may be chosen."""
        return max(today - timedelta(days=self.before), EARLIEST)

    def last(self, today: date, *, leads: bool) -> date:
        """The last day that may be chosen, by a team lead (`leads`) or by anybody else."""
        return min(today + timedelta(days=self.after if leads else self.far), LATEST)

    def holds(self, day: date, today: date, *, leads: bool) -> bool:
        """Whether a day may be chosen."""
        return self.first(today) <= day <= self.last(today, leads=leads)
