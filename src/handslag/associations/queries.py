"""Reading an association's books: by its own officers alone. They hold no person."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Q, QuerySet

from handslag.associations import dated, rules
from handslag.associations.models import (
    Agreement,
    Allocation,
    Cost,
    Decision,
    Figures,
    Goal,
    Noted,
    Planned,
    Position,
    Report,
)
from handslag.associations.noting import KINDS
from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.measures.queries import own_associations, reached_in
from handslag.parties.models import Association, Party
from handslag.parties.viewer import Viewer

N = TypeVar("N", bound=Noted)
Shown = dict[str, dict[tuple[str, str], int | None]]


def present(model: type[N], association: Association) -> QuerySet[N]:
    """The latest version of each thing, but of those that were struck."""
    rows: QuerySet[N] = cast(Any, model).objects.all()
    return rows.filter(association=association, replaced_by__isnull=True, is_struck=False)


@dataclass(frozen=True)
class OfMeasure:
    """A measure in a year's books."""

    measure: Measure
    costs: tuple[Cost, ...]
    planned: Planned | None
    agreement: Agreement | None
    did: tuple[int, int] | None
    """Activities of a structural measure in the year, and how many people at work they reached; None without any."""

    def sums(self, *kinds: str) -> rules.Sums:
        """Budget and outcome of its costs of these kinds (of all, where none is named)."""
        return rules.sums((c.budget, c.outcome) for c in self.costs if not kinds or c.kind in kinds)


@dataclass(frozen=True)
class Books:
    """The books of an association for a year, as they stand now."""

    association: Association
    year: int

    @cached_property
    def allocations(self) -> list[Allocation]:
        """What members pay, by kind of financier and name."""
        found = present(Allocation, self.association).filter(year=self.year).select_related("party")
        order = {kind: place for place, kind in enumerate(rules.FINANCIERS)}
        return sorted(found, key=lambda a: (order[a.party.kind], a.party.name))

    @cached_property
    def allocated(self) -> int:
        """All that is allocated, in kronor."""
        return sum(allocation.amount for allocation in self.allocations)

    @cached_property
    def paid(self) -> list[rules.Paid]:
        """What each kind of financier pays, beside the law."""
        amounts = ((a.party.kind, a.amount) for a in self.allocations)
        return rules.by_kind(amounts, dated.statutory_shares(self.year))

    @cached_property
    def costs(self) -> list[Cost]:
        """All rows of costs, in the order in which they were first noted."""
        found = present(Cost, self.association).filter(year=self.year).select_related("measure")
        return sorted(found, key=lambda c: (c.description, c.pk))

    @cached_property
    def administration(self) -> list[Cost]:
        """Rows of the costs of administration."""
        return [cost for cost in self.costs if cost.measure_id is None]

    @cached_property
    def administered(self) -> rules.Sums:
        """Budget and outcome of administration."""
        return rules.sums((c.budget, c.outcome) for c in self.administration)

    @cached_property
    def total(self) -> rules.Sums:
        """Budget and outcome of all."""
        return rules.sums((c.budget, c.outcome) for c in self.costs)

    @cached_property
    def measures(self) -> list[OfMeasure]:
        """Every measure that went on in the year, or has something noted for it, by name."""
        costs: dict[int | None, list[Cost]] = defaultdict(list)
        for cost in self.costs:
            costs[cost.measure_id].append(cost)
        planned = {p.measure_id: p for p in present(Planned, self.association).filter(year=self.year)}
        agreed = {a.measure_id: a for a in present(Agreement, self.association).order_by("signed_on", "pk")}
        went_on = Q(starts_on__year__lte=self.year) & (Q(ends_on__isnull=True) | Q(ends_on__year__gte=self.year))
        noted = Q(pk__in=[pk for pk in (*costs, *planned) if pk])
        found = Measure.objects.filter(went_on | noted, association=self.association, is_listed=True)
        listed = list(found.prefetch_related("groups", "carriers__party").order_by("name"))
        did = reached_in(listed, self.year)
        return [OfMeasure(m, tuple(costs[m.pk]), planned.get(m.pk), agreed.get(m.pk), did.get(m.pk)) for m in listed]

    @cached_property
    def positions(self) -> list[Position]:
        """Own capital and liquid funds by month."""
        return list(present(Position, self.association).filter(year=self.year).order_by("month"))

    @cached_property
    def closing(self) -> Position | None:
        """Own capital and liquid funds at the end of the year, once it is over; None where nobody has noted them."""
        last = next((p for p in self.positions if p.month == rules.DECEMBER), None)
        return last if last and not is_forecast(last) else None

    @cached_property
    def reasonable(self) -> tuple[int, rules.Step] | None:
        """How much own capital is reasonable by the staircase; None where its steps are not known."""
        return rules.reasonable_capital(self.allocated, dated.capital_steps(self.year))

    @cached_property
    def goals(self) -> list[Goal]:
        """The goals of the year, in the order in which they were first noted."""
        found = present(Goal, self.association).filter(year=self.year)
        return list(found.select_related("measure", "decision").order_by("text", "pk"))

    @cached_property
    def decisions(self) -> list[Decision]:
        """What the board decided, of all years, the latest first."""
        found = present(Decision, self.association).select_related("measure")
        return list(found.order_by("-on", "-number"))

    @cached_property
    def figures(self) -> Shown | None:
        """The participants of the year by dimension, code and sex, as they were shown first (a hidden count is None);
        None where they are not counted yet."""
        made = Figures.objects.filter(association=self.association, year=self.year).first()
        if made is None:
            return None
        return {name: {(c, s): n for c, s, n in rows} for name, rows in json.loads(made.content).items()}

    def participants(self, measure: Measure | None = None) -> dict[str, int | None] | None:
        """The participants by sex and in all (rules.TOTAL), of a measure or of all; None where they are not counted."""
        code = str(measure.public_id) if measure else rules.TOTAL
        if self.figures is None:
            return None
        by_measure = self.figures["measure"]
        return {sex: by_measure.get((code, sex), 0) for sex in (*rules.SEXES, rules.TOTAL)}

    def result_of(self, goal: Goal) -> int | None:
        """What came of a goal; None where that is not known, or hidden."""
        if goal.indicator != rules.PARTICIPANTS:
            return goal.result
        return (self.participants(goal.measure) or {}).get(rules.TOTAL)

    @cached_property
    def reports(self) -> list[Report]:
        """The yearly reports that were made of the year, the latest first."""
        found = Report.objects.filter(association=self.association, year=self.year)
        return list(found.select_related("by__user").order_by("-number"))


def books_of(viewer: Viewer, year: int) -> Books | None:
    """The books of the viewer's association for a year; None for who is no officer, or a year without books."""
    association = own_associations(viewer).first()
    if association is None or not rules.is_year(year, clock.today()):
        return None
    return Books(association, year)


def is_forecast(position: Position) -> bool:
    """Whether it was noted before the month was over."""
    return clock.day_of(position.at) < rules.month_end(position.year, position.month)


def noted_of(viewer: Viewer, kind: str, public_id: UUID) -> Noted | None:
    """What a version says, of the viewer's own association; None where there is none."""
    if kind not in KINDS:
        return None
    found = KINDS[kind].rows.filter(association__in=own_associations(viewer), public_id=public_id)
    return found.select_related("association", "by__user").first()


def present_of(viewer: Viewer, kind: str, public_id: UUID) -> Noted | None:
    """The latest version of a thing, by any of its versions; None where there is none."""
    found = noted_of(viewer, kind, public_id)
    while found and (later := KINDS[kind].rows.filter(replaces=found).first()):
        found = later
    return found


def versions_of(noted: Noted) -> list[Noted]:
    """A thing's versions until this one, the latest first."""
    found = [noted]
    while earlier := found[-1].replaces:
        found.append(earlier)
    return found


def payers_of(association: Association) -> QuerySet[Party]:
    """The members that finance an association, by kind and name."""
    return association.members.filter(kind__in=rules.FINANCIERS).order_by("kind", "name")


def measures_of(association: Association) -> QuerySet[Measure]:
    """An association's measures, by name."""
    return Measure.objects.filter(association=association, is_listed=True).order_by("name")


def report_of(viewer: Viewer, public_id: UUID) -> Report | None:
    """A yearly report of the viewer's own association; None where there is none."""
    found = Report.objects.filter(association__in=own_associations(viewer), public_id=public_id)
    return found.select_related("association").first()
