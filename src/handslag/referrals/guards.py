"""A referral moves along its table; a waiting list keeps its order, and a free place goes to who is first in it.

Turns are given at the end, and change by a `Move` alone, which says why. What was said and answered stays.
"""

from handslag.foundation.guards import Consequence, Guard, frozen, undeletable
from handslag.referrals import rules

TABLE, MESSAGE, MOVE, UNMET, CASE = (
    "referrals_referral",
    "referrals_message",
    "referrals_move",
    "referrals_unmet",
    "cases_case",
)


def _listed(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_MOVES = " OR ".join(
    f"(OLD.state = '{source}' AND NEW.state = '{t.target}')" for t in rules.TRANSITIONS for source in t.sources
)
_IN_LINE, _OPEN, _PENDING = _listed(rules.IN_LINE), _listed(rules.OPEN), _listed(rules.PENDING)
_PLACED = _listed(rules.PLACED)
_LINE = "1 FROM measures_measure m WHERE m.id = NEW.measure_id AND {} FOR NO KEY UPDATE"
_LATEST_MOVE = (
    f"EXISTS (SELECT 1 FROM {MOVE} v WHERE v.referral_id = NEW.id AND v.turn = NEW.turn "
    f"AND v.id = (SELECT MAX(l.id) FROM {MOVE} l WHERE l.referral_id = NEW.id))"
)
_COMES = f"OLD.state IN ({_PENDING}) AND NEW.state = '{rules.WAITING}'"
_TOLD = (
    "(EXISTS (SELECT 1 FROM parties_post s JOIN parties_unit u ON u.id = NEW.to_unit_id AND u.party_id = s.party_id "
    "WHERE s.id = NEW.referrer_id) OR EXISTS (SELECT 1 FROM disclosure_disclosure d JOIN parties_post s "
    f"ON s.id = NEW.referrer_id AND s.party_id = d.from_party_id JOIN {CASE} c ON c.id = NEW.case_id "
    "JOIN persons_person p ON p.id = c.person_id AND p.subject = d.subject WHERE d.to_unit_id = NEW.to_unit_id "
    "AND d.\"group\" = 'plan' AND d.begins_at IS NOT NULL AND d.ended_at IS NULL))"
)

GUARDS = [
    undeletable(TABLE),
    frozen(TABLE, "id", "public_id", "case_id", "measure_id", "to_unit_id", "referrer_id", "previous_id", "offered_at"),
    frozen(TABLE, "asked_for", when="NEW.asked_for <> ''", name="words_only_removed"),
    frozen(TABLE, "waiting_since", when="OLD.waiting_since IS NOT NULL", name="list_stands"),
    frozen(TABLE, "said_yes_at", when="OLD.said_yes_at IS NOT NULL", name="yes_stands"),
    frozen(TABLE, "settled_at", when="OLD.settled_at IS NOT NULL", name="settled_stands"),
    frozen(
        TABLE,
        *("state", "answered_at", "decline_reason", "proposed_id", "starts_on", "turn", "wait_reason", "said_yes_at"),
        when=f"OLD.state IN ({_listed(rules.FINAL)})",
        name="answer_stands",
    ),
    frozen(
        TABLE,
        "starts_on",
        when=f"OLD.state = '{rules.ACCEPTED}'",
        name="start_stands",
    ),
    Guard(
        f"{TABLE}_words_need_a_basis",
        TABLE,
        "INSERT",
        f"NEW.asked_for <> '' AND NOT {_TOLD}",
        f"{TABLE}: without a basis a referral to another party carries no words",
        lock="1 FROM disclosure_disclosure d WHERE d.to_unit_id = NEW.to_unit_id AND d.ended_at IS NULL "
        f"AND d.subject = (SELECT p.subject FROM {CASE} c JOIN persons_person p ON p.id = c.person_id "
        "WHERE c.id = NEW.case_id) FOR SHARE",
    ),
    Guard(
        f"{TABLE}_starts_offered",
        TABLE,
        "INSERT",
        f"NEW.state <> '{rules.OFFERED}' OR NOT EXISTS (SELECT 1 FROM {CASE} c JOIN parties_post h "
        "ON h.id = c.holder_id JOIN parties_post r ON r.id = NEW.referrer_id AND r.unit_id = h.unit_id "
        "WHERE c.id = NEW.case_id AND c.closed_at IS NULL)",
        f"{TABLE}: a referral comes from the unit that holds an open case",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR SHARE",
    ),
    Guard(
        f"{TABLE}_goes_to_who_carries",
        TABLE,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM measures_carrier k JOIN parties_unit u ON u.party_id = k.party_id "
        "JOIN measures_measure m ON m.id = k.measure_id AND m.is_listed AND m.direction = 'individual' "
        "WHERE k.measure_id = NEW.measure_id AND u.id = NEW.to_unit_id)",
        f"{TABLE}: it goes to a unit of a party that carries an individual measure",
    ),
    Guard(
        f"{TABLE}_follows_the_table",
        TABLE,
        "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_MOVES})",
        f"{TABLE}: no such step from this state",
    ),
    Guard(
        f"{TABLE}_waits_at_the_end",
        TABLE,
        "UPDATE",
        f"{_COMES} AND (NEW.turn IS NULL OR EXISTS (SELECT 1 FROM {TABLE} o WHERE o.measure_id = NEW.measure_id "
        f"AND o.id <> NEW.id AND o.state IN ({_IN_LINE}) AND o.turn >= NEW.turn))",
        f"{TABLE}: who comes to a waiting list comes last",
        lock=_LINE.format(_COMES),
    ),
    Guard(
        f"{TABLE}_turn_moves_for_a_reason",
        TABLE,
        "UPDATE",
        f"NEW.turn IS DISTINCT FROM OLD.turn AND NOT ({_COMES}) AND NOT {_LATEST_MOVE}",
        f"{TABLE}: a turn changes by a move, which says why",
    ),
    Guard(
        f"{TABLE}_first_is_invited",
        TABLE,
        "UPDATE",
        f"OLD.state = '{rules.WAITING}' AND NEW.state = '{rules.INVITED}' AND EXISTS (SELECT 1 FROM {TABLE} o "
        f"WHERE o.measure_id = NEW.measure_id AND o.id <> NEW.id AND o.state = '{rules.WAITING}' "
        "AND o.turn < OLD.turn)",
        f"{TABLE}: a place is offered to who is first in line",
        lock=_LINE.format(f"NEW.state = '{rules.INVITED}'"),
    ),
    Guard(
        f"{TABLE}_line_goes_first",
        TABLE,
        "UPDATE",
        f"OLD.state IN ({_PENDING}) AND NEW.state = '{rules.ACCEPTED}' AND EXISTS (SELECT 1 FROM {TABLE} o "
        f"WHERE o.measure_id = NEW.measure_id AND o.id <> NEW.id AND o.state IN ({_IN_LINE}))",
        f"{TABLE}: who comes while others wait, waits",
        lock=_LINE.format(f"NEW.state = '{rules.ACCEPTED}'"),
    ),
    Guard(
        f"{TABLE}_place_is_free",
        TABLE,
        "UPDATE",
        f"OLD.state NOT IN ({_PLACED}) AND NEW.state IN ({_PLACED}) AND (SELECT COUNT(*) FROM {TABLE} o "
        f"WHERE o.measure_id = NEW.measure_id AND o.id <> NEW.id AND o.state IN ({_PLACED})) >= "
        "(SELECT m.places FROM measures_measure m WHERE m.id = NEW.measure_id)",
        f"{TABLE}: no place is free",
        lock=_LINE.format(f"NEW.state IN ({_PLACED})"),
    ),
    Guard(
        f"{MOVE}_moves_who_waits",
        MOVE,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {TABLE} r WHERE r.id = NEW.referral_id AND r.state = '{rules.WAITING}')",
        f"{MOVE}: only who waits is moved",
        lock=f"1 FROM {TABLE} r WHERE r.id = NEW.referral_id FOR UPDATE",
    ),
    Consequence(
        f"{MOVE}_moves",
        MOVE,
        "INSERT",
        "1=1",
        f"UPDATE {TABLE} SET turn = NEW.turn WHERE id = NEW.referral_id",
    ),
    undeletable(MOVE),
    frozen(MOVE, "id", "referral_id", "turn", "from_place", "to_place", "reason", "by_id", "at"),
    undeletable(MESSAGE),
    frozen(MESSAGE, "id", "referral_id", "at", "by_id", "verb"),
    frozen(MESSAGE, "text", when="NEW.text <> ''", name="words_only_removed"),
    undeletable(UNMET),
    frozen(UNMET, "id", "measure_id", "asked_for", "municipality_code", "target_groups", "reason", "month"),
    Guard(
        "referrals_case_closes_after_referral",
        CASE,
        "UPDATE",
        f"OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS (SELECT 1 FROM {TABLE} r "
        f"WHERE r.case_id = NEW.id AND r.state IN ({_OPEN}))",
        "cases_case: finish its referrals before closing",
    ),
]
