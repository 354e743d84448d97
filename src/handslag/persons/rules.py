"""Swedish identity numbers. No database."""

from datetime import date

from stdnum import luhn

COORDINATION_OFFSET = 60  # a samordningsnummer's day is the birth day plus 60 (Act 2022:1697)


def identity_number_problem(number: str) -> str | None:
    """What is wrong with a 12-digit personnummer or samordningsnummer: 'format', 'date', 'checksum', or None.

    Source: folkbokföringslagen (1991:481) § 18; the last digit is Luhn's over the last ten.
    """
    if len(number) != 12 or not (number.isascii() and number.isdigit()):
        return "format"
    day = int(number[6:8])
    try:
        date(int(number[:4]), int(number[4:6]), day - COORDINATION_OFFSET if day > COORDINATION_OFFSET else day)
    except ValueError:
        return "date"
    return None if luhn.is_valid(number[2:]) else "checksum"


def sex(number: str) -> str:
    """`woman` or `man`: the eleventh digit is even for women, odd for men."""
    return "man" if int(number[10]) % 2 else "woman"


def birth_year(number: str) -> int:
    """The year of birth."""
    return int(number[:4])


def search_name(given_name: str, family_name: str) -> str:
    """The name as search compares it: family name first, whatever the case of its letters."""
    return f"{family_name} {given_name}".casefold()
