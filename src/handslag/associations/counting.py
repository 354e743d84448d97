"""People in an association's measures, as counts alone.

Participants of a year are counted once, when the year is over, and protected before anybody sees them: who took part in
a measure on any day of the year, each once a measure, without those who were registered by mistake; who took part in
two measures counts in both. What was shown is stored and never counted again, so that no difference between two views,
or days, tells of anybody. How many wait is told in bands, as it was at the end of a month that is over.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from handslag.associations.rules import SEXES, THRESHOLD, TOTAL, band
from handslag.foundation.acting import reading
from handslag.foundation.rooms import rooms
from handslag.measures.models import Measure
from handslag.parties.models import Association
from handslag.referrals.models import Message, Referral
from handslag.referrals.rules import IN_LINE, TRANSITIONS
from handslag.statistics.errors import BadInput
from handslag.statistics.safety.tables import Cell, ShownTable, Table

FACTS = "participations"
"""The microdata that participants are counted from (statistics/microdata/schema.json)."""
OUT_OF_LINE = {t.verb for t in TRANSITIONS if set(t.sources) & set(IN_LINE) and t.target not in IN_LINE}
"""The steps by which somebody leaves a waiting list."""
Stored = dict[str, list[list[str | int | None]]]
"""Tables as they are stored: by dimension, rows of code, sex and count; a count that is hidden is null."""


@dataclass(frozen=True)
class Participant:
    """Somebody who took part in a measure: its public id, sex and target group alone."""

    measure: str
    sex: str
    target_group: str


def source() -> Callable[[date, date], Iterator[tuple[Any, ...]]] | None:
    """What yields participations, of all associations; None where no room declares it."""
    declared = (facts for room in rooms().values() for facts in room.microdata if facts.name == FACTS)
    return next((facts.rows for facts in declared), None)


def participants(association: Association, year: int) -> Iterator[Participant]:
    """Everybody who took part in one of an association's measures in a year, once a measure."""
    rows, seen = source(), set()
    own = dict(Measure.objects.filter(association=association).values_list("pk", "public_id"))
    for _key, measure, subject, sex, group, *_rest in rows(date(year, 1, 1), date(year, 12, 31)) if rows else ():
        if measure in own and (measure, subject) not in seen:
            if subject:
                seen.add((measure, subject))
            yield Participant(str(own[measure]), sex, group)


def _table(name: str, codes: Iterable[str], everybody: Iterable[Participant]) -> Table[int]:
    """How many there are by a dimension and sex, with all totals; also where there is nobody."""
    counts: Counter[Cell] = Counter()
    for one in everybody:
        for code in (getattr(one, name), TOTAL):
            for sex in (one.sex, TOTAL):
                counts[code, sex] += 1
    cells = [(code, sex) for code in (*codes, TOTAL) for sex in (*SEXES, TOTAL)]
    return Table(name, (name, "sex"), {cell: counts[cell] for cell in cells})


def protected(measures: Iterable[str], groups: Iterable[str], everybody: Iterable[Participant]) -> list[ShownTable]:
    """The participants by measure and sex, and by target group and sex, as they may be shown together (a hidden count
    is None): protected as one, then attacked. Where nothing protects them, all is hidden."""
    from handslag.statistics.safety.gate import release  # (the solvers take their time to load)

    listed = list(everybody)
    tables = [_table("measure", measures, listed), _table("target_group", groups, listed)]
    try:
        found = release(tables, TOTAL, (), THRESHOLD)
    except BadInput:
        return [_hidden(table) for table in tables]
    return [_hidden(table) for table in tables] if found.falls else list(found.tables)


def _hidden(table: ShownTable) -> ShownTable:
    return Table(table.name, table.dimensions, dict.fromkeys(table.counts))


def stored(tables: Iterable[ShownTable]) -> Stored:
    """Tables as they are stored."""
    return {table.name: [[*cell, count] for cell, count in sorted(table.counts.items())] for table in tables}


def counted(association: Association, year: int, measures: Iterable[str]) -> Stored:
    """The participants of a year as they may be shown: by measure (these, and others in which people took part) and by
    target group. What is here is counted anew: store it, and show that."""
    everybody = list(participants(association, year))
    ids = sorted({*measures, *(one.measure for one in everybody)})
    groups = sorted({one.target_group for one in everybody})
    return stored(protected(ids, groups, everybody))


@reading
def waiting_at(association: Association, at: datetime) -> dict[int, str]:
    """How many were on the waiting list of each of an association's measures at an instant that is past, as a band.

    Told from what was written of each step, which stays: so it is the same on whatever day it is asked.
    """
    waits = Message.objects.filter(verb="wait", at__lt=at).values("referral")
    left = Message.objects.filter(referral=OuterRef("pk"), at__lt=at, verb__in=OUT_OF_LINE)
    waited = Referral.objects.filter(~Exists(left), pk__in=waits, measure__association=association)
    counts = Counter(waited.order_by().values_list("measure_id", flat=True))
    return {measure: band(number) for measure, number in counts.items()}
