"""Choosing days: what lies outside its span is refused, in words."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.foundation.spans import EARLIEST, LATEST, Span


def fault(day: date, span: Span, *, leads: bool) -> str:
    """What is wrong with a day, and how to mend it; empty where it lies in its span."""
    today = clock.today()
    if span.holds(day, today, leads=leads):
        return ""
    if day < today and not span.before:
        return _("The date has passed. Choose today or a later day.")
    first, last = span.first(today), span.last(today, leads=leads)
    if not leads and span.holds(day, today, leads=True):
        told = _("Only the team lead chooses a day that far ahead. Choose {last} at the latest, or ask the team lead.")
        return told.format(last=last)
    return _("Choose a day from {first} to {last}.").format(first=first, last=last)


def require_day(day: date, span: Span, field: str, *, leads: bool) -> None:
    """Raises Refused for a day outside its span."""
    if wrong := fault(day, span, leads=leads):
        raise Refused(wrong, field)


def require_later(at: datetime, span: Span, field: str, *, leads: bool) -> None:
    """Raises Refused for an instant that has passed, or whose day lies outside its span."""
    require_day(clock.day_of(at), span, field, leads=leads)
    if at <= clock.now():
        raise Refused(_("The time has passed. Choose a later one."), field)


def require_possible(day: date | datetime) -> None:
    """Raises Refused for a day, or an instant on one, that nothing can be dated by."""
    on = day.date() if isinstance(day, datetime) else day
    if not EARLIEST <= on <= LATEST:
        raise Refused(_("Choose a day from {first} to {last}.").format(first=EARLIEST, last=LATEST))
