"""What stands in the books, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.associations.models import Noted
from handslag.associations.noting import KINDS
from handslag.associations.pages.money import agreed, percent
from handslag.reference import codes
from handslag.ui.dates import minute

NEW = {
    "allocation": gettext_lazy("Note what a member pays"),
    "cost": gettext_lazy("Note a cost"),
    "planned": gettext_lazy("Note budgeted participants"),
    "position": gettext_lazy("Note own capital and liquid funds"),
    "decision": gettext_lazy("Note a decision of the board"),
    "agreement": gettext_lazy("Note an agreement"),
    "goal": gettext_lazy("Note a goal"),
}
CHANGED = {
    "allocation": gettext_lazy("Change what a member pays"),
    "cost": gettext_lazy("Change a cost"),
    "planned": gettext_lazy("Change budgeted participants"),
    "position": gettext_lazy("Change own capital and liquid funds"),
    "decision": gettext_lazy("Change a decision of the board"),
    "agreement": gettext_lazy("Change an agreement"),
    "goal": gettext_lazy("Change a goal"),
}
COLUMNS = {
    "party": gettext_lazy("Who pays?"),
    "amount": gettext_lazy("Amount in kronor"),
    "share": gettext_lazy("Agreed share of the whole, in per cent"),
    "measure": gettext_lazy("Measure"),
    "kind": gettext_lazy("Kind"),
    "budget": gettext_lazy("Budgeted"),
    "outcome": gettext_lazy("Spent"),
    "description": gettext_lazy("What for?"),
    "number": gettext_lazy("Number"),
    "month": gettext_lazy("Month"),
    "own_capital": gettext_lazy("Own capital"),
    "liquid_funds": gettext_lazy("Liquid funds"),
    "on": gettext_lazy("Day of the meeting"),
    "text": gettext_lazy("Text"),
    "signed_on": gettext_lazy("Signed on"),
    "decision": gettext_lazy("Decision"),
    "indicator": gettext_lazy("Measured by"),
    "target": gettext_lazy("Goal is"),
    "result": gettext_lazy("Result"),
}
LISTS = {"kind": "cost_kind", "indicator": "goal_indicator"}


def heading_of(kind: str, noted: Noted | None = None) -> str:
    """The heading of the page on which something is noted, or changed."""
    return str((CHANGED if noted else NEW)[kind])


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if name == "share":
        return percent(agreed(value))
    if name in LISTS:
        return codes.label(LISTS[name], value)
    if name == "decision":
        return f"{value.on:%Y-%m-%d} {value.number}"
    return f"{value:,}".replace(",", "\u00a0") if isinstance(value, int) else str(value)


def version_words(kind: str, version: Noted) -> dict[str, Any]:
    """A version: what it says, when it was noted and by whom, and why."""
    names = (name for name in KINDS[kind].columns if name != "year")
    return {
        "at": minute(version.at),
        "by": str(version.by.user),
        "reason": version.reason,
        "is_struck": version.is_struck,
        "says": [(COLUMNS[name], _value(name, getattr(version, name))) for name in names],
        "year": _("the year {year}").format(year=getattr(version, "year", "")) if hasattr(version, "year") else "",
    }
