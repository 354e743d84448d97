"""The demo world's associations' books: the last year whole but for a little, this year as far as it has come."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handslag.associations import rules
from handslag.associations.models import Agreement, Allocation, Cost, Decision, Goal, Planned, Position, Report
from handslag.associations.queries import Books
from handslag.associations.reporting import DEFINITIONS, content_of, written
from handslag.foundation import clock
from handslag.journal.actions import entry, record_all
from handslag.journal.seals import instant
from handslag.measures.models import Measure
from handslag.parties.models import Association, Post
from handslag.simulation.bulk import create
from handslag.simulation.places import EXAMPLE

HALF, QUARTER = 50, 25
"""Per cent that the state pays, and that regions and municipalities pay together each."""
GOALS = (
    ("Deltagare som är nöjda med stödet, i procent", 80, 60, 95),
    ("Handläggare som har gått den gemensamma utbildningen", 60, 30, 90),
)
ROWS = (("Personal", 0.75), ("Lokal och material", 0.25))
REPORTED_SHARE = 0.85
NOON = clock.midnight(date(2000, 1, 1)).timetz().replace(hour=12)


@dataclass
class _Books:
    """The books of one association, as they are drawn."""

    rng: random.Random
    association: Association
    officer: Post
    measures: list[Measure]
    on: date

    def _told(self, day: date) -> dict[str, Any]:
        """Who noted something, and when: on a day, or today where that is to come."""
        at = clock.instant(min(day, self.on), NOON)
        return {"association": self.association, "by": self.officer, "at": at}

    def draw(self, year: int, decision: Decision) -> Iterator[Any]:
        """Everything of a year."""
        whole = self.rng.randrange(20, 80) * 100_000
        yield from self._allocations(year, whole)
        yield from self._costs(year, whole)
        yield from self._positions(year, whole)
        for text, target, low, high in GOALS:
            result = self.rng.randint(low, high) if year < self.on.year else None
            told = self._told(date(year, 12, 20))
            yield Goal(
                year=year, decision=decision, text=text, indicator=rules.OWN, target=target, result=result, **told
            )

    def decision(self, year: int) -> Decision:
        """The board's decision on goals and budget."""
        day = date(year - 1, 11, 20 + self.rng.randrange(8))
        text = f"Mål och budget för {year} fastställs."
        return Decision(on=day, number=f"§ {self.rng.randint(20, 60)}", text=text, **self._told(day))

    def agreements(self) -> Iterator[Agreement]:
        """An agreement before nearly every measure."""
        for measure in self.measures:
            day = measure.starts_on - timedelta(days=14)
            if self.rng.random() < 0.9:
                yield Agreement(measure=measure, signed_on=day, **self._told(day))

    def _allocations(self, year: int, whole: int) -> Iterator[Allocation]:
        members = list(self.association.members.filter(kind__in=rules.FINANCIERS).order_by("id"))
        for kind, share in (("FK", HALF), ("REG", QUARTER), ("KOM", QUARTER)):
            payers = [party for party in members if party.kind == kind]
            parts = [rules.WHOLE_SHARE * share // 100 // len(payers)] * len(payers)
            parts[0] += rules.WHOLE_SHARE * share // 100 - sum(parts)
            for party, part in zip(payers, parts, strict=True):
                told = self._told(date(year, 1, 10))
                yield Allocation(year=year, party=party, amount=whole * part // rules.WHOLE_SHARE, share=part, **told)

    def _costs(self, year: int, whole: int) -> Iterator[Cost | Planned]:
        told = self._told(date(year, 12, 28))
        for name, share in (("Kansli och styrelse", 0.12), ("Revision", 0.03)):
            yield self._cost(year, None, rules.ADMINISTRATION, int(whole * share), name, told)
        going = [m for m in self.measures if _goes_on(m, year)]
        for measure in going:
            budget = int(whole * 0.8) // len(going)
            for name, share in ROWS:
                yield self._cost(year, measure, rules.MEASURE_COST, int(budget * share), name, told)
            if measure.has_esf:
                yield self._cost(year, measure, rules.ESF_COST, budget // 2, "Projektmedel", told)
            if measure.planned_a_year:
                yield Planned(year=year, measure=measure, number=measure.planned_a_year, **told)

    def _cost(
        self, year: int, measure: Measure | None, kind: str, budget: int, name: str, told: dict[str, Any]
    ) -> Cost:
        outcome = int(budget * self.rng.uniform(0.8, 1.05)) if year < self.on.year else None
        if self.rng.random() < 0.1:
            outcome = None
        return Cost(year=year, measure=measure, kind=kind, budget=budget, outcome=outcome, description=name, **told)

    def _positions(self, year: int, whole: int) -> Iterator[Position]:
        capital = int(whole * self.rng.uniform(0.05, 0.3))
        for month in (3, 6, 9, 12):
            funds = capital + int(whole * self.rng.uniform(0.1, 0.3))
            told = self._told(rules.month_end(year, month) + timedelta(days=5))
            yield Position(year=year, month=month, own_capital=capital, liquid_funds=funds, **told)
            capital += int(whole * self.rng.uniform(-0.05, 0.05))


def _goes_on(measure: Measure, year: int) -> bool:
    return measure.starts_on.year <= year and (measure.ends_on is None or measure.ends_on.year >= year)


def write(rng: random.Random, on: date) -> None:
    """Writes two years of books for each association, and journals that they were kept."""
    posts = Post.objects.filter(role="association_officer").select_related("user").order_by("id")
    officers = {post.association_id: post for post in posts}
    noted: list[Any] = []
    for association in Association.objects.order_by("id"):
        measures = list(Measure.objects.filter(association=association).order_by("id"))
        books = _Books(rng, association, officers[association.pk], measures, on)
        decisions = {year: books.decision(year) for year in (on.year - 1, on.year)}
        create(Decision, decisions.values())
        noted += [*decisions.values(), *books.agreements()]
        for year, decision in decisions.items():
            noted += books.draw(year, decision)
    for model in (Allocation, Cost, Planned, Position, Agreement, Goal):
        create(model, [row for row in noted if type(row) is model])
    record_all(_journalled(noted))
    _report(rng, officers, on)


def _report(rng: random.Random, officers: dict[int | None, Post], on: date) -> None:
    """The report of last year, where it was made in time."""
    year, at = on.year - 1, clock.instant(date(on.year, 3, 20), NOON)
    if clock.day_of(at) > on:
        return
    for association in Association.objects.order_by("id"):
        if association.name == EXAMPLE or rng.random() < REPORTED_SHARE:
            officer, content = officers[association.pk], written(content_of(Books(association, year)))
            told = {"definitions": DEFINITIONS, "content": content, "by": officer, "made_at": at}
            Report.objects.create(association=association, year=year, number=1, **told)
            line = entry(officer.user.email, "report_made", "association", association.pk, year=year, number=1)
            line.at = instant(at)
            record_all([line])


def _journalled(noted: list[Any]) -> Iterator[Any]:
    for row in noted:
        line = entry(
            row.by.user.email, "books_noted", "association", row.association_id,
            kind=row._meta.model_name, row=row.pk, year=getattr(row, "year", None),
        )  # fmt: skip
        line.at = instant(row.at)
        yield line
