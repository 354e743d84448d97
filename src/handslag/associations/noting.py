"""What may be noted of each kind: the columns that are filled in, and what must hold of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from handslag.associations import models, rules
from handslag.foundation import clock
from handslag.foundation.dating import require_possible
from handslag.foundation.errors import Refused
from handslag.measures.models import Measure
from handslag.parties.models import Association, Party
from handslag.reference import codes

Values = Mapping[str, Any]
"""What is filled in, by column."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is noted: its table, the columns that are told of it, those that it keeps for ever (`key`),
    what must hold, and whether there is one of each key."""

    name: str
    model: type[models.Noted]
    told: tuple[str, ...]
    key: tuple[str, ...]
    require: Callable[[Association, Values], None]
    is_single: bool = True

    @property
    def rows(self) -> QuerySet[Any]:
        """All versions of all things of the kind."""
        return cast(Any, self.model).objects.all()

    @property
    def columns(self) -> tuple[str, ...]:
        """All that is filled in, the year first where it is of one."""
        return ("year", *self.told) if "year" in self.key else self.told


def _whole(value: object, name: str, least: int, most: int, *, may_lack: bool = False) -> None:
    if value is None and may_lack:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(_("Write a whole number from {least} to {most}.").format(least=least, most=most), name)


def _text(value: object, name: str, longest: int) -> None:
    if not isinstance(value, str) or not value.strip():
        raise Refused(_("Fill this in."), name)
    if len(value) > longest:
        raise Refused(_("The text is too long: at most {most} characters.").format(most=longest), name)


def require_year(year: object) -> None:
    """Raises Refused for a year that no books are kept for."""
    today = clock.today()
    if not isinstance(year, int) or not rules.is_year(year, today):
        told = _("Choose a year from {first} to {last}.")
        raise Refused(told.format(first=rules.ACT_SINCE, last=today.year + rules.YEARS_AHEAD), "year")


def _own_measure(association: Association, measure: object, *, may_lack: bool = False) -> None:
    if measure is None and may_lack:
        return
    if not isinstance(measure, Measure) or measure.association_id != association.pk:
        raise Refused(_("Choose one of the association's own measures."), "measure")


def _own_decision(association: Association, decision: object, *, may_lack: bool = False) -> None:
    if decision is None and may_lack:
        return
    is_own = isinstance(decision, models.Decision) and decision.association_id == association.pk
    if not is_own:
        raise Refused(_("Choose one of the board's decisions."), "decision")


def _allocation(association: Association, told: Values) -> None:
    require_year(told["year"])
    party = told["party"]
    if not isinstance(party, Party) or not association.members.filter(pk=party.pk).exists():
        raise Refused(_("Only members of the association pay in. Choose one of them."), "party")
    if party.kind not in rules.FINANCIERS:
        raise Refused(_("The state pays through Försäkringskassan. Choose that instead."), "party")
    _whole(told["amount"], "amount", 0, rules.MOST)
    _whole(told["share"], "share", 0, rules.WHOLE_SHARE, may_lack=True)


def _cost(association: Association, told: Values) -> None:
    require_year(told["year"])
    codes.require("cost_kind", told["kind"], "kind")
    measure = told["measure"]
    if told["kind"] == rules.ADMINISTRATION:
        if measure is not None:
            raise Refused(_("Administration belongs to no measure. Choose another kind, or no measure."), "kind")
    else:
        _own_measure(association, measure)
        if told["kind"] == rules.ESF_COST and not measure.has_esf:
            raise Refused(_("ESF takes no part in the funding of this measure. Choose another kind."), "kind")
    _whole(told["budget"], "budget", 0, rules.MOST)
    _whole(told["outcome"], "outcome", 0, rules.MOST, may_lack=True)
    _text(told["description"], "description", 200)


def _planned(association: Association, told: Values) -> None:
    require_year(told["year"])
    _own_measure(association, told["measure"])
    _whole(told["number"], "number", 0, rules.MOST_PARTICIPANTS)


def _position(_association: Association, told: Values) -> None:
    require_year(told["year"])
    _whole(told["month"], "month", 1, rules.DECEMBER)
    for name in ("own_capital", "liquid_funds"):
        _whole(told[name], name, -rules.MOST, rules.MOST)


def _past(day: object, name: str) -> None:
    if not isinstance(day, date):
        raise Refused(_("Fill this in."), name)
    try:
        require_possible(day)
    except Refused as refused:
        raise Refused(refused.message, name) from None
    if day > clock.today():
        raise Refused(_("The day has not come yet. Note it when it has."), name)


def _decision(association: Association, told: Values) -> None:
    _past(told["on"], "on")
    _text(told["number"], "number", 20)
    _text(told["text"], "text", 2000)
    _own_measure(association, told["measure"], may_lack=True)


def _agreement(association: Association, told: Values) -> None:
    _own_measure(association, told["measure"])
    _past(told["signed_on"], "signed_on")
    _own_decision(association, told["decision"], may_lack=True)


def _goal(association: Association, told: Values) -> None:
    require_year(told["year"])
    _own_decision(association, told["decision"])
    _own_measure(association, told["measure"], may_lack=True)
    _text(told["text"], "text", 300)
    codes.require("goal_indicator", told["indicator"], "indicator")
    _whole(told["target"], "target", 0, rules.MOST)
    _whole(told["result"], "result", 0, rules.MOST, may_lack=True)
    if told["indicator"] != rules.OWN and told["result"] is not None:
        raise Refused(_("This result is counted from the work. Leave it empty."), "result")


_ALL = (
    Kind("allocation", models.Allocation, ("party", "amount", "share"), ("year", "party"), _allocation),
    Kind(
        "cost", models.Cost, ("measure", "kind", "budget", "outcome", "description"), ("year", "measure"), _cost, False
    ),
    Kind("planned", models.Planned, ("measure", "number"), ("year", "measure"), _planned),
    Kind("position", models.Position, ("month", "own_capital", "liquid_funds"), ("year", "month"), _position),
    Kind("decision", models.Decision, ("on", "number", "text", "measure"), ("on", "number"), _decision),
    Kind("agreement", models.Agreement, ("measure", "signed_on", "decision"), ("measure",), _agreement, False),
    Kind(
        "goal", models.Goal, ("decision", "measure", "text", "indicator", "target", "result"), ("year",), _goal, False
    ),
)
KINDS = {kind.name: kind for kind in _ALL}
"""The kinds, by name."""
