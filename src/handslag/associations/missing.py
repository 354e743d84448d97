"""What is still missing before a year can be reported."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.associations import rules
from handslag.associations.queries import Books, OfMeasure
from handslag.reference import codes


@dataclass(frozen=True)
class Missing:
    """Something that is missing, in words: noted as something new of a kind, for which measure if any, or (no kind)
    filled in where it stands already."""

    words: str
    kind: str = ""
    measure: str = ""
    is_of_board: bool = False
    """Whether it stands among what the board decided, not in the economy."""


def missing_in(books: Books) -> list[Missing]:
    """What the annual report of a year still lacks: of the association first, then measure by measure."""
    return [*_of_association(books), *(gap for of in books.measures for gap in _of_measure(of))]


def _of_association(books: Books) -> Iterator[Missing]:
    for paid in books.paid:
        if not paid.amount:
            who = codes.label("party_kind", paid.kind)
            yield Missing(_("{who}: what is allocated").format(who=who), "allocation")
    if not books.administration:
        yield Missing(_("Administration: budget and outcome"), "cost")
    elif books.administered.without_outcome:
        yield Missing(_("Administration: the outcome of each row"))
    if not books.closing:
        yield Missing(_("Own capital and liquid funds at the end of December"), "position")
    for goal in books.goals:
        if goal.indicator == rules.OWN and goal.result is None:
            yield Missing(_("The goal “{text}”: its result").format(text=goal.text), is_of_board=True)


def _of_measure(of: OfMeasure) -> Iterator[Missing]:
    name = of.measure.name
    if not of.costs:
        yield Missing(_("{name}: budget and outcome").format(name=name), "cost", str(of.measure.public_id))
    elif of.sums().without_outcome:
        yield Missing(_("{name}: the outcome of each row").format(name=name))
    if not of.planned and of.measure.planned_a_year is not None:
        yield Missing(_("{name}: budgeted participants").format(name=name), "planned", str(of.measure.public_id))
    if not of.agreement:
        yield Missing(_("{name}: the agreement").format(name=name), "agreement", str(of.measure.public_id))
