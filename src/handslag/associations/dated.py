"""What law and recommendation say of an association's money, as dated data with their source.

An administrator changes a file by placing one of the same name in `HANDSLAG_HOME/codes/`, as with code lists.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.conf import settings

from handslag.associations.rules import DECEMBER, FINANCIERS, WHOLE, Step, month_end

SHIPPED = Path(__file__).parent / "data"
SHARES, STEPS = "statutory_shares", "capital_steps"
COLUMNS = {
    SHARES: ("valid_from", "valid_until", "kind", "percent", "source"),
    STEPS: ("valid_from", "valid_until", "allocated_up_to", "percent", "is_verified", "source"),
}


def path_of(name: str) -> Path:
    """The file that counts: the operator's own, or the one that ships with the product."""
    own = settings.HANDSLAG_HOME / "codes" / f"{name}.csv"
    return own if own.exists() else SHIPPED / f"{name}.csv"


def _rows(name: str, on: date) -> Iterator[dict[str, str]]:
    """The rows of a file that hold on a day. Raises ValueError, KeyError or InvalidOperation for one that is none."""
    with path_of(name).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS[name]:
            raise ValueError(f"The columns are {', '.join(COLUMNS[name])}.")
        for row in reader:
            until = date.fromisoformat(row["valid_until"]) if row["valid_until"] else date.max
            if date.fromisoformat(row["valid_from"]) <= on <= until:
                yield row


def _percent(text: str) -> Decimal:
    found = Decimal(text)
    if not 0 <= found <= WHOLE:
        raise ValueError(f"“{text}” is no share: write 0 to 100.")
    return found


def statutory_shares(year: int) -> dict[str, Decimal]:
    """The share of each kind of financier by law, at the end of a year, in per cent. Kinds without one are left out."""
    rows = list(_rows(SHARES, month_end(year, DECEMBER)))
    if unknown := {row["kind"] for row in rows} - set(FINANCIERS):
        raise ValueError(f"“{unknown.pop()}” is no kind of financier: write {', '.join(FINANCIERS)}.")
    return {row["kind"]: _percent(row["percent"]) for row in rows}


def law_of(year: int) -> str:
    """The source of the statutory shares; empty where none is known."""
    return next((row["source"] for row in _rows(SHARES, month_end(year, DECEMBER))), "")


def capital_steps(year: int) -> list[Step]:
    """The staircase of own capital at the end of a year; empty where its steps are not known."""
    return [
        Step(
            int(row["allocated_up_to"]) if row["allocated_up_to"] else None,
            _percent(row["percent"]),
            row["source"],
            row["is_verified"] == "yes",
        )
        for row in _rows(STEPS, month_end(year, DECEMBER))
    ]


def faults() -> Iterator[str]:
    """What is wrong with each file, in words for the operator."""
    for name, read in ((SHARES, statutory_shares), (STEPS, capital_steps)):
        try:
            read(2025)
        except (ValueError, KeyError, TypeError, InvalidOperation, csv.Error, OSError) as error:
            yield f"{path_of(name)} cannot be used: {error or 'a value is wrong.'}"
