"""Days and instants as pages write them."""

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.foundation.clock import local


def when(day: date | None, today: date) -> str:
    """How far off a day is, in words; empty for none."""
    if day is None:
        return ""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 1:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("{n} day ago", "{n} days ago", -days).format(n=-days)


def minute(at: datetime | None) -> str:
    """An instant as day and time of day in Sweden; empty for none."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""


def iso(day: date | None) -> str:
    """A day as it is written in figures; empty for none."""
    return day.isoformat() if day else ""


def due_tone(day: date, today: date) -> str:
    """The tone of a day on which something is due: `late` when it has passed, `now` today."""
    return "late" if day < today else "now" if day == today else ""


def end_tone(day: date | None, today: date, soon: int) -> str:
    """The tone of a day on which something ends: `late` when it has passed, `soon` within so many days."""
    if day is None:
        return ""
    days = (day - today).days
    return "late" if days < 0 else "soon" if days < soon else ""
