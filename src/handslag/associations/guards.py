"""No row of the books ever changes or goes; a version replaces one of the same thing; and what is noted holds."""

from handslag.associations.rules import ESF_COST, FINANCIERS
from handslag.foundation.guards import Guard, frozen, undeletable

_ALWAYS = ("id", "public_id", "association_id", "replaces_id", "is_struck", "reason", "by_id", "at")
SAME = {
    "allocation": ("year", "party_id"),
    "cost": ("year", "measure_id"),
    "planned": ("year", "measure_id"),
    "position": ("year", "month"),
    "decision": ('"on"', "number"),
    "agreement": ("measure_id",),
    "goal": ("year",),
}
"""What a new version has in common with the one that it replaces."""
_MORE = {
    "allocation": ("amount", "share"),
    "cost": ("kind", "budget", "outcome", "description"),
    "planned": ("number",),
    "position": ("own_capital", "liquid_funds"),
    "decision": ("text", "measure_id"),
    "agreement": ("signed_on", "decision_id"),
    "goal": ("decision_id", "measure_id", "text", "indicator", "target", "result"),
}
_OF_YEARS = ("allocation", "cost", "planned", "position", "goal")
_OF_MEASURES = ("cost", "planned", "decision", "agreement", "goal")
_OF_DECISIONS = ("agreement", "goal")
_REPORTED = (
    "EXISTS (SELECT 1 FROM associations_report r WHERE r.association_id = NEW.association_id AND r.year = NEW.year)"
)
_LOCKED = "1 FROM parties_association a WHERE a.id = NEW.association_id FOR UPDATE"


def _replaces_the_same(name: str) -> Guard:
    table = f"associations_{name}"
    same = " AND ".join(f"o.{column} IS NOT DISTINCT FROM NEW.{column}" for column in ("association_id", *SAME[name]))
    return Guard(
        f"{table}_replaces_the_same",
        table,
        "INSERT",
        f"NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} o WHERE o.id = NEW.replaces_id AND {same})",
        f"{table}: a version replaces one of the same thing",
    )


def _says_why(name: str) -> Guard:
    table = f"associations_{name}"
    return Guard(
        f"{table}_says_why",
        table,
        "INSERT",
        f"NEW.reason = '' AND {_REPORTED}",
        f"{table}: the year has been reported; say why",
        lock=_LOCKED,
    )


def _of_the_association(name: str, column: str, of: str) -> Guard:
    table = f"associations_{name}"
    return Guard(
        f"{table}_own_{column}",
        table,
        "INSERT",
        f"NEW.{column}_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {of} o WHERE o.id = NEW.{column}_id "
        "AND o.association_id = NEW.association_id)",
        f"{table}: the {column} belongs to the association",
    )


REPORT, FIGURES = "associations_report", "associations_figures"
GUARDS = [
    *(undeletable(f"associations_{name}") for name in SAME),
    *(frozen(f"associations_{name}", *_ALWAYS, *SAME[name], *_MORE[name]) for name in SAME),
    *(_replaces_the_same(name) for name in SAME),
    *(_says_why(name) for name in _OF_YEARS),
    *(_of_the_association(name, "measure", "measures_measure") for name in _OF_MEASURES),
    *(_of_the_association(name, "decision", "associations_decision") for name in _OF_DECISIONS),
    Guard(
        "associations_allocation_by_member",
        "associations_allocation",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM parties_association_members m JOIN parties_party p ON p.id = m.party_id "
        f"WHERE m.association_id = NEW.association_id AND p.id = NEW.party_id AND p.kind IN {FINANCIERS})",
        "associations_allocation: members that finance pay, nobody else",
    ),
    Guard(
        "associations_cost_esf",
        "associations_cost",
        "INSERT",
        f"NEW.kind = '{ESF_COST}' AND NOT EXISTS "
        "(SELECT 1 FROM measures_measure m WHERE m.id = NEW.measure_id AND m.has_esf)",
        "associations_cost: ESF pays for its measures alone",
    ),
    undeletable(FIGURES),
    frozen(FIGURES, "id", "public_id", "association_id", "year", "content", "made_at"),
    undeletable(REPORT),
    frozen(REPORT, "id", "public_id", "association_id", "year", "number", "definitions", "content", "by_id", "made_at"),
    Guard(
        f"{REPORT}_follows",
        REPORT,
        "INSERT",
        "NEW.number <> 1 + (SELECT COUNT(*) FROM associations_report r "
        "WHERE r.association_id = NEW.association_id AND r.year = NEW.year)",
        f"{REPORT}: numbered one after the other",
        lock=_LOCKED,
    ),
]
