"""What holds of an association's books. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ACT_SINCE = 2004
"""The first year in which there can be an association (Act 2003:1210 came into force on 1 January 2004)."""
YEARS_AHEAD = 3
"""So many years ahead a budget is made at most."""
MOST = 10_000_000_000
"""The largest amount, in whole kronor."""
MOST_PARTICIPANTS = 10_000
DECEMBER = 12
WHOLE = Decimal(100)
WHOLE_SHARE = 10_000
"""An agreed share of all, in hundredths of a per cent."""

FINANCIERS = ("FK", "REG", "KOM")
"""Kinds of members that pay: the state through FK, regions, municipalities (Act 2003:1210 s. 5). AF pays nothing."""

THRESHOLD = 5
"""A count of fewer people, but of some, is never shown."""
TOTAL, SEXES = "total", ("woman", "man")

ADMINISTRATION, MEASURE_COST, ESF_COST = "administration", "measure_cost", "esf_cost"
"""Kinds of costs (code list `cost_kind`)."""
OWN, PARTICIPANTS = "own", "participants"
"""Goals whose result the association works out and writes itself, and those that are counted (code list
`goal_indicator`)."""


def is_year(year: int, today: date) -> bool:
    """Whether books are kept for a year."""
    return ACT_SINCE <= year <= today.year + YEARS_AHEAD


def band(number: int) -> str:
    """A number of people as a band of THRESHOLD, the first of them without zero."""
    if not number:
        return "0"
    low = number // THRESHOLD * THRESHOLD
    return f"{max(low, 1)}–{low + THRESHOLD - 1}"


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // DECEMBER, month % DECEMBER + 1, 1) - timedelta(days=1)


def due_on(year: int) -> date:
    """The last day for the annual report of a year: three months after it (Act 2003:1210; FACTS: within 3 months)."""
    return date(year + 1, 3, 31)


@dataclass(frozen=True)
class Paid:
    """What one kind of financier pays, in kronor and of the whole, and what the law says."""

    kind: str
    amount: int
    share: Decimal | None
    """Per cent of all that is allocated; None where nothing is."""
    by_law: Decimal | None
    """Per cent by law; None where no law is known for the year."""


def by_kind(amounts: Iterable[tuple[str, int]], by_law: Mapping[str, Decimal]) -> list[Paid]:
    """Allocations (kind of financier, kronor) summed by kind, each beside the share that the law says."""
    sums = dict.fromkeys(FINANCIERS, 0)
    for kind, amount in amounts:
        sums[kind] += amount
    whole = sum(sums.values())
    return [
        Paid(kind, amount, (WHOLE * amount / whole).quantize(Decimal("0.1")) if whole else None, by_law.get(kind))
        for kind, amount in sums.items()
    ]


@dataclass(frozen=True)
class Step:
    """A step of the staircase: of up to so much allocated (None: any amount), so many per cent may be own capital."""

    allocated_up_to: int | None
    percent: Decimal
    source: str
    is_verified: bool


def reasonable_capital(allocated: int, steps: Iterable[Step]) -> tuple[int, Step] | None:
    """How much own capital is reasonable for what is allocated for a year, and the step that says so; None where no
    step is known. Steps go by their limit, the lowest first, one without a limit last."""
    ordered = sorted(steps, key=lambda step: (step.allocated_up_to is None, step.allocated_up_to or 0))
    for step in ordered:
        if step.allocated_up_to is None or allocated <= step.allocated_up_to:
            return int(allocated * step.percent / WHOLE), step
    return None


@dataclass(frozen=True)
class Sums:
    """Budget and outcome of some rows. The outcome is None where none of them has one yet."""

    budget: int
    outcome: int | None
    without_outcome: int
    """How many rows have none yet."""
    rows: int


def sums(rows: Iterable[tuple[int, int | None]]) -> Sums:
    """The sums of rows of budget and outcome, in kronor."""
    listed = list(rows)
    known = [outcome for _budget, outcome in listed if outcome is not None]
    return Sums(
        sum(budget for budget, _ in listed), sum(known) if known else None, len(listed) - len(known), len(listed)
    )
