"""The books in tables."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.associations.models import Allocation, Cost, Decision, Goal, Noted, Position
from handslag.associations.pages.money import agreed, kronor, percent
from handslag.associations.queries import Books, OfMeasure, is_forecast
from handslag.associations.rules import PARTICIPANTS, TOTAL, Paid
from handslag.associations.writing import HIDDEN
from handslag.measures.pages.rows import groups_of, places_label
from handslag.reference import codes
from handslag.ui.dates import iso
from handslag.ui.tables import Column, Table, labelled, link, plain, table


def _change(kind: str, noted: Noted, text: str, small: str = "") -> SafeString:
    return link(text, reverse("change-noted", args=[kind, noted.public_id]), small)


def paid_table(paid: Iterable[Paid]) -> Table:
    """What each kind of financier pays, beside the law."""
    columns = (
        Column(_("Financier"), lambda p: plain(codes.label("party_kind", p.kind)), is_head=True),
        Column(_("Allocated"), lambda p: plain(kronor(p.amount))),
        Column(_("Share"), lambda p: plain(percent(p.share))),
        Column(_("By law"), lambda p: plain(percent(p.by_law))),
    )
    return table(columns, paid)


def allocation_table(allocations: Iterable[Allocation]) -> Table:
    """What each member pays."""
    columns = (
        Column(_("Member"), lambda a: _change("allocation", a, a.party.name), is_head=True),
        Column(_("Allocated"), lambda a: plain(kronor(a.amount))),
        Column(_("Agreed share"), lambda a: plain(percent(agreed(a.share)))),
    )
    return table(columns, allocations)


def cost_table(costs: Iterable[Cost]) -> Table:
    """Rows of costs."""

    def what(cost: Cost) -> SafeString:
        return _change("cost", cost, cost.description, codes.label("cost_kind", cost.kind))

    columns = (
        Column(_("What for?"), what, is_head=True),
        Column(_("Budgeted"), lambda c: plain(kronor(c.budget))),
        Column(_("Spent"), lambda c: plain(kronor(c.outcome))),
    )
    return table(columns, costs)


def _agreed(of: OfMeasure) -> SafeString:
    if not of.agreement:
        return plain(_("missing"))
    small = _("after the start") if of.agreement.signed_on > of.measure.starts_on else ""
    return _change("agreement", of.agreement, iso(of.agreement.signed_on), small)


def count(number: int | None) -> str:
    """A count of people; two dots for one that is hidden."""
    return HIDDEN if number is None else str(number)


def group_table(cells: dict[tuple[str, str], int | None]) -> Table:
    """Participants by target group and sex."""
    found = sorted({code for code, _sex in cells} - {TOTAL})
    columns = (
        Column(_("Target group"), lambda code: plain(codes.label("target_group", code)), is_head=True),
        Column(_("Women"), lambda code: plain(count(cells[code, "woman"]))),
        Column(_("Men"), lambda code: plain(count(cells[code, "man"]))),
        Column(_("All"), lambda code: plain(count(cells[code, TOTAL]))),
    )
    return table(columns, found)


def measure_table(books: Books, waiting: dict[int, str] | None) -> Table:
    """The measures of a year, with what was planned and spent, who took part once that is counted, and (where it is
    given) how many wait."""

    def people(of: OfMeasure) -> SafeString:
        told = books.participants(of.measure) or {}
        by_sex = _("{women} women, {men} men")
        small = by_sex.format(women=count(told.get("woman")), men=count(told.get("man")))
        return plain(count(told.get(TOTAL)), small)

    def budgeted(of: OfMeasure) -> SafeString:
        if not of.planned:
            return plain("–" if of.measure.planned_a_year is None else _("missing"))
        return _change("planned", of.planned, str(of.planned.number))

    def did(of: OfMeasure) -> SafeString:
        if of.did is None:
            return plain("–")
        number, people = of.did
        return plain(
            str(number), ngettext("reached {people} person", "reached {people} people", people).format(people=people)
        )

    columns = (
        Column(
            _("Measure"),
            lambda of: link(
                of.measure.name, reverse("measure", args=[of.measure.public_id]), ", ".join(groups_of(of.measure))
            ),
            is_head=True,
        ),
        Column(_("Places"), lambda of: plain(places_label(of.measure))),
        labelled(_("Budgeted participants"), budgeted),
        labelled(_("Participants"), people) if books.figures else None,
        labelled(_("Activities"), did) if any(of.did for of in books.measures) else None,
        labelled(_("Waiting"), lambda of: plain(waiting.get(of.measure.pk, "0") if waiting else "0"))
        if waiting is not None
        else None,
        labelled(_("Budgeted"), lambda of: plain(kronor(of.sums().budget))),
        labelled(_("Spent"), lambda of: plain(kronor(of.sums().outcome))),
        labelled(_("Agreement"), _agreed),
    )
    return table(columns, books.measures)


def position_table(positions: Iterable[Position]) -> Table:
    """Own capital and liquid funds by month."""

    def month(position: Position) -> SafeString:
        small = _("forecast") if is_forecast(position) else ""
        return _change("position", position, f"{position.year}-{position.month:02}", small)

    columns = (
        Column(_("End of"), month, is_head=True),
        Column(_("Own capital"), lambda p: plain(kronor(p.own_capital))),
        Column(_("Liquid funds"), lambda p: plain(kronor(p.liquid_funds))),
    )
    return table(columns, positions)


def decision_table(decisions: Iterable[Decision]) -> Table:
    """What the board decided."""
    columns = (
        Column(_("Paragraph"), lambda d: _change("decision", d, d.number, iso(d.on)), is_head=True),
        Column(_("What was decided"), lambda d: plain(d.text, d.measure.name if d.measure else "")),
    )
    return table(columns, decisions)


def goal_table(books: Books) -> Table:
    """Goals, and what came of them."""

    def result(goal: Goal) -> SafeString:
        found, is_counted = books.result_of(goal), goal.indicator == PARTICIPANTS and books.figures
        return plain(str(found) if found is not None else HIDDEN if is_counted else "–")

    columns = (
        Column(_("Goal"), lambda g: _change("goal", g, g.text, g.measure.name if g.measure else ""), is_head=True),
        labelled(_("Measured by"), lambda g: plain(codes.label("goal_indicator", g.indicator))),
        labelled(_("Goal is"), lambda g: plain(str(g.target))),
        labelled(_("Result"), result),
        labelled(_("Set"), lambda g: plain(g.decision.number, iso(g.decision.on))),
    )
    return table(columns, books.goals)
