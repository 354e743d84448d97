"""The clock: one place that says what time it is, and on which day in Sweden an instant lies."""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


@cache
def _zone() -> ZoneInfo:
    """Sweden's time (settings.TIME_ZONE), whatever is active elsewhere."""
    return ZoneInfo(settings.TIME_ZONE)


def now() -> datetime:
    """The present instant, timezone-aware."""
    return timezone.now()


def today() -> date:
    """The present day in Sweden."""
    return now().astimezone(_zone()).date()


def local(at: datetime) -> datetime:
    """An instant as clocks in Sweden show it."""
    return at.astimezone(_zone())


def day_of(at: datetime | date) -> date:
    """The day in Sweden on which an instant lies; a day is its own."""
    return local(at).date() if isinstance(at, datetime) else at


def midnight(day: date) -> datetime:
    """The first instant of `day` in Sweden."""
    return instant(day, time.min)


def instant(day: date, hour: time) -> datetime:
    """The instant at which clocks in Sweden show a time of `day`."""
    return datetime.combine(day, hour, _zone())
