"""Swedish identity numbers. No database."""

from datetime import date

from stdnum import luhn

COORDINATION_OFFSET = 60
"""A samordningsnummer's day is the birth day plus 60 (Act 2022:1697); an unknown month or day is 0."""


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_coordination_day(year: int, month: int, day: int) -> bool:
    if month == 0 or day == 0:
        return year > 0 and month <= 12 and 0 <= day <= 31
    return _is_day(year, month, day)


def identity_number_problem(number: str) -> str | None:
    """What is wrong with a 12-digit personnummer or samordningsnummer: 'format', 'date', 'checksum', or None.

    Source: folkbokföringslagen (1991:481) § 18; the last digit is Luhn's over the last ten. The official test series
    holds samordningsnummer whose month or day is unknown (00, 60), so those count as proper.
    """
    if len(number) != 12 or not (number.isascii() and number.isdigit()):
        return "format"
    year, month, day = int(number[:4]), int(number[4:6]), int(number[6:8])
    if day >= COORDINATION_OFFSET:
        proper = _is_coordination_day(year, month, day - COORDINATION_OFFSET)
    else:
        proper = _is_day(year, month, day)
    if not proper:
        return "date"
    return None if luhn.is_valid(number[2:]) else "checksum"


def sex(number: str) -> str:
    """`woman` or `man`: the eleventh digit is even for women, odd for men."""
    return "man" if int(number[10]) % 2 else "woman"


def birth_year(number: str) -> int:
    """The year of birth."""
    return int(number[:4])


INITIALS = 3
"""How many first characters of the search name are stored by themselves."""


def search_name(given_name: str, family_name: str) -> str:
    """The name as search compares it: family name first, whatever the case of its letters."""
    return f"{family_name} {given_name}".casefold()
