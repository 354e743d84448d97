"""What is locked of a measure stays, and two of the association's members carry it, one of them its owner."""

from handslag.foundation.guards import Guard, frozen, undeletable
from handslag.measures.rules import FEWEST_PARTIES, STRUCTURAL

MEASURE, CARRIER, ACTIVITY = "measures_measure", "measures_carrier", "measures_activity"
_LOCKED = "1 FROM measures_measure m WHERE m.id = {}.measure_id FOR UPDATE"
_CARRIED = f"(SELECT COUNT(*) FROM {CARRIER} c WHERE c.measure_id = {{}})"

GUARDS = [
    undeletable(MEASURE),
    frozen(MEASURE, "id", "public_id", "association_id", "direction", "follow_up", "has_esf", "by_id", "made_at"),
    Guard("measures_measure_begins_unlisted", MEASURE, "INSERT", "NEW.is_listed", "measures_measure: list it last"),
    Guard(
        "measures_measure_is_carried",
        MEASURE,
        "UPDATE",
        f"NEW.is_listed AND ({_CARRIED.format('NEW.id')} < {FEWEST_PARTIES} OR NOT EXISTS "
        f"(SELECT 1 FROM {CARRIER} c WHERE c.measure_id = NEW.id AND c.party_id = NEW.owner_id))",
        "measures_measure: two parties carry it, one of them its owner",
    ),
    Guard(
        "measures_measure_stays_listed",
        MEASURE,
        "UPDATE",
        "OLD.is_listed AND NOT NEW.is_listed",
        "measures_measure: what is listed stays; it can end",
    ),
    undeletable(ACTIVITY),
    frozen(ACTIVITY, *"id public_id measure_id kind day hours reached by_id noted_at".split()),
    frozen(ACTIVITY, "is_struck", when="OLD.is_struck", name="struck_stands"),
    Guard(
        f"{ACTIVITY}_is_structural",
        ACTIVITY,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {MEASURE} m WHERE m.id = NEW.measure_id AND m.direction = '{STRUCTURAL}')",
        f"{ACTIVITY}: a structural measure alone has activities",
    ),
    frozen(CARRIER, "id", "measure_id", "party_id"),
    Guard(
        "measures_carrier_is_member",
        CARRIER,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM measures_measure m JOIN parties_association_members a "
        "ON a.association_id = m.association_id WHERE m.id = NEW.measure_id AND a.party_id = NEW.party_id)",
        "measures_carrier: members of the association alone carry its measures",
    ),
    Guard(
        "measures_carrier_stays",
        CARRIER,
        "DELETE",
        f"{_CARRIED.format('OLD.measure_id')} <= {FEWEST_PARTIES} AND EXISTS "
        "(SELECT 1 FROM measures_measure m WHERE m.id = OLD.measure_id AND m.is_listed)",
        "measures_carrier: two parties carry a measure",
        lock=_LOCKED.format("OLD"),
    ),
    Guard(
        "measures_carrier_owner_stays",
        CARRIER,
        "DELETE",
        "EXISTS (SELECT 1 FROM measures_measure m "
        "WHERE m.id = OLD.measure_id AND m.is_listed AND m.owner_id = OLD.party_id)",
        "measures_carrier: its owner carries a measure",
        lock=_LOCKED.format("OLD"),
    ),
]
