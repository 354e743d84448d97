"""Days: which are worked in Sweden, and counting with them. No Django."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

NOT_WORKED = ("public", "de_facto")  # Swedish holidays, and the eves that agencies keep closed


@lru_cache(maxsize=64)
def _closed_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("SE", years=year, categories=NOT_WORKED))


def is_working_day(day: date) -> bool:
    """Whether Swedish agencies work on `day` (source: the Act on public holidays 1989:253, and the closed eves)."""
    return day.weekday() < 5 and day not in _closed_days(day.year)


def add_working_days(day: date, count: int) -> date:
    """The working day that lies `count` working days after `day` (before it, where `count` is negative)."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def latest_start(on: date, count: int) -> date:
    """The latest day from which `count` working days have passed when `on` ends; `on` itself counts if worked."""
    day = on
    while True:
        count -= is_working_day(day)
        day -= timedelta(days=1)
        if count == 0:
            return day


def add_days(day: date, count: int) -> date:
    """The day that lies `count` calendar days after `day`."""
    return day + timedelta(days=count)
