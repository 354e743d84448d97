"""What a cell means: the day, the time, the number or the codes that stand in it, and what is wrong with it."""

import re
from datetime import date, time
from typing import Any

from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _

from handslag.foundation.dating import fault
from handslag.foundation.files import Column
from handslag.foundation.spans import Span
from handslag.reference import codes

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:00)?")


def day(text: str, span: Span, *, leads: bool = True) -> tuple[date | None, str]:
    """The day that stands in a cell, None where none does, and what is wrong with it."""
    try:
        found = parse_date(text) if ISO_DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if text and not found:
        return None, _("“{text}” is not a date. Write it as YYYY-MM-DD.").format(text=text)
    return found, fault(found, span, leads=leads) if found else ""


def code_fault(code: str, list_name: str) -> str:
    """What is wrong with a code that is not in its list."""
    if not code or codes.exists(list_name, code):
        return ""
    message = _("“{code}” is not in the code list. “handslag codes {list}” shows the codes.")
    return message.format(code=code, list=list_name)


def several(text: str) -> tuple[str, ...]:
    """What stands in a cell with semicolons between."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _time(text: str) -> tuple[time | None, str]:
    try:
        found = parse_time(text) if CLOCK.fullmatch(text) else None
    except ValueError:
        found = None
    wrong = _("“{text}” is not a time of day. Write it as HH:MM.").format(text=text)
    return found, "" if found or not text else wrong


def _number(text: str) -> tuple[int | None, str]:
    if text.isascii() and text.isdecimal():
        return int(text), ""
    return None, _("“{text}” is not a whole number.").format(text=text) if text else ""


def value(column: Column, text: str) -> tuple[Any, str]:
    """What a cell of a column means, and what is wrong with it."""
    if column.days:
        return day(text, column.days)
    if column.is_time:
        return _time(text)
    if column.is_number:
        return _number(text)
    if column.several:
        parts = several(text)
        faults = (code_fault(part, column.codes) for part in parts) if column.codes else ()
        return parts, next(filter(None, faults), "")
    return text.replace("\r\n", "\n"), code_fault(text, column.codes) if column.codes else ""
