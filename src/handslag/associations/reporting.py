"""The yearly report: the fields of the national follow-up (“Uppföljning Finsam”), as an association and year have them.

Definitions, version C 1. Allocated: what members pay for the year. Own capital: at the end of December. Budget and
outcome: sums of rows of the year, of the association's own money apart from ESF's. Budgeted participants: as noted for
the year. A measure is of the year where it went on on any day of it, or something is noted for it. Participants:
who took part on any day of the year, each once a measure; an anonymous one in the year of the start. They are counted
once and protected (counting.py): null where they are not counted, and, where they are, where they are hidden.
"""

import json
from typing import Any

from handslag.associations import rules
from handslag.associations.models import Goal
from handslag.associations.queries import Books, OfMeasure

DEFINITIONS = "C 1"
Content = dict[str, Any]
"""A report's figures, as JSON can hold them: money in whole kronor, null where a figure is not known."""


def content_of(books: Books) -> Content:
    """The figures of a year, as the books have them now."""
    return {
        "association": books.association.name,
        "year": books.year,
        "allocated": {paid.kind: paid.amount for paid in books.paid},
        "own_capital": books.closing and books.closing.own_capital,
        "liquid_funds": books.closing and books.closing.liquid_funds,
        "administration": _sums(books.administered),
        "is_counted": books.figures is not None,
        "measures": [_measure(of) | _participants(books, of) for of in books.measures],
        "target_groups": _groups(books),
        "goals": [_goal(goal) | {"result": books.result_of(goal)} for goal in books.goals],
    }


def _sums(found: rules.Sums) -> Content:
    return {"budget": found.budget, "outcome": found.outcome}


def _measure(of: OfMeasure) -> Content:
    measure = of.measure
    return {
        "name": measure.name,
        "direction": measure.direction,
        "detail": measure.detail,
        "follow_up": measure.follow_up,
        "target_groups": sorted(group.target_group for group in measure.groups.all()),
        "parties": sorted(carrier.party.code for carrier in measure.carriers.all()),
        "starts_on": measure.starts_on.isoformat(),
        "ends_on": measure.ends_on and measure.ends_on.isoformat(),
        **_sums(of.sums(rules.MEASURE_COST)),
        "has_esf": measure.has_esf,
        **{f"esf_{name}": value for name, value in _sums(of.sums(rules.ESF_COST)).items()},
        "planned": of.planned and of.planned.number,
    }


def _participants(books: Books, of: OfMeasure) -> Content:
    found = books.participants(of.measure) or {}
    return {"women": found.get("woman"), "men": found.get("man"), "participants": found.get(rules.TOTAL)}


def _groups(books: Books) -> list[Content]:
    """Participants by target group."""
    cells = (books.figures or {}).get("target_group", {})
    found = sorted({code for code, _sex in cells} - {rules.TOTAL})
    names = {"women": "woman", "men": "man", "participants": rules.TOTAL}
    return [{"code": code, **{name: cells[code, sex] for name, sex in names.items()}} for code in found]


def _goal(goal: Goal) -> Content:
    return {
        "text": goal.text,
        "measure": goal.measure and goal.measure.name,
        "indicator": goal.indicator,
        "target": goal.target,
        "decided_on": goal.decision.on.isoformat(),
        "decided_in": goal.decision.number,
    }


def written(content: Content) -> str:
    """The figures as they are stored."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
