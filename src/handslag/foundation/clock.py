"""The clock: one place that says what time it is, and on which day in Sweden an instant lies."""

from datetime import date, datetime, time

from django.utils import timezone


def now() -> datetime:
    """The present instant, timezone-aware."""
    return timezone.now()


def today() -> date:
    """The present day in Sweden (settings.TIME_ZONE)."""
    return timezone.localdate()


def day_of(at: datetime | date) -> date:
    """The day in Sweden on which an instant lies; a day is its own."""
    return timezone.localtime(at).date() if isinstance(at, datetime) else at


def midnight(day: date) -> datetime:
    """The first instant of `day` in Sweden."""
    return timezone.make_aware(datetime.combine(day, time.min))
