"""Promises 2 and 4, held by the database.

A case moves to another unit only when, at that very instant, its receiver accepted a handover with a first contact
booked, or the joint one was held; and to nobody who could not reach the person. Handovers move only along the
transition table, keep their words and their answers, and never go. A case with an open handover cannot be closed from
under it.
"""

from handslag.cases.guards import BEGINS_TO_HOLD
from handslag.foundation.guards import Guard, frozen, undeletable
from handslag.handovers import rules

TABLE, CASE, MESSAGE, MET = "handovers_handover", "cases_case", "handovers_message", "cases_acquaintance"

_MOVES = " OR ".join(
    f"(OLD.state = '{source}' AND NEW.state = '{t.target}')" for t in rules.TRANSITIONS for source in t.sources
)
_OPEN = ", ".join(f"'{state}'" for state in rules.OPEN)
_FINAL = ", ".join(f"'{state}'" for state in rules.FINAL)
_UNIT_OF = "(SELECT p.unit_id FROM parties_post p WHERE p.id = {0}.holder_id)"
_PARTY_OF = "(SELECT p.party_id FROM parties_post p WHERE p.id = {0}.holder_id)"

GUARDS = [
    undeletable(TABLE),
    frozen(
        TABLE,
        *("id", "public_id", "case_id", "sender_id", "to_unit_id", "to_post_id", "previous_id", "reason", "joins_id"),
        *("needed_by", "proposed_contact_at", "offered_at"),
    ),
    frozen(TABLE, "brief", "promised", when="NEW.brief <> '' OR NEW.promised <> ''", name="words_only_removed"),
    Guard(
        "handovers_handover_words_need_a_basis",
        TABLE,
        "INSERT",
        f"(NEW.brief <> '' OR NEW.promised <> '') AND NOT EXISTS (SELECT 1 FROM parties_post s JOIN parties_unit u "
        "ON u.id = NEW.to_unit_id AND u.party_id = s.party_id WHERE s.id = NEW.sender_id) AND NOT EXISTS "
        f"(SELECT 1 FROM disclosure_disclosure d JOIN parties_post s ON s.id = NEW.sender_id AND s.party_id = "
        f"d.from_party_id JOIN {CASE} c ON c.id = NEW.case_id JOIN persons_person p ON p.id = c.person_id "
        "AND p.subject = d.subject WHERE d.to_unit_id = NEW.to_unit_id AND d.\"group\" = 'plan' "
        "AND d.begins_at IS NOT NULL AND d.ended_at IS NULL)",
        "handovers_handover: without a basis an offer to another party carries no words",
        lock="1 FROM disclosure_disclosure d WHERE d.to_unit_id = NEW.to_unit_id AND d.ended_at IS NULL "
        f"AND d.subject = (SELECT p.subject FROM {CASE} c JOIN persons_person p ON p.id = c.person_id "
        "WHERE c.id = NEW.case_id) FOR SHARE",
    ),
    frozen(
        TABLE,
        *("answered_at", "accepted_by_id", "decline_reason", "goes_back", "next_unit_id"),
        when="OLD.answered_at IS NOT NULL",
        name="answer_stands",
    ),
    frozen(TABLE, "missed_since", when="OLD.missed_since IS NOT NULL", name="miss_stands"),
    frozen(
        TABLE,
        "state",
        "first_contact_at",
        "awaiting_since",
        "contact_result",
        when=f"OLD.state IN ({_FINAL})",
        name="end_stands",
    ),
    Guard(
        "handovers_handover_accepted_by_its_receiver",
        TABLE,
        "UPDATE",
        "NEW.accepted_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parties_post p "
        "WHERE p.id = NEW.accepted_by_id AND p.unit_id = NEW.to_unit_id)",
        "handovers_handover: only somebody of the unit that it was offered to accepts",
    ),
    Guard(
        "handovers_handover_follows_the_table",
        TABLE,
        "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_MOVES})",
        "handovers_handover: no such step from this state",
    ),
    Guard(
        "handovers_handover_starts_offered",
        TABLE,
        "INSERT",
        f"NEW.state <> '{rules.OFFERED}' OR NOT EXISTS (SELECT 1 FROM {CASE} c WHERE c.id = NEW.case_id "
        "AND c.closed_at IS NULL AND c.holder_id = NEW.sender_id)",
        "handovers_handover: an offer starts from the holder of an open case",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR SHARE",
    ),
    Guard(
        "handovers_case_moves_by_handshake",
        CASE,
        "UPDATE",
        f"NEW.holder_id <> OLD.holder_id AND {_UNIT_OF.format('NEW')} <> {_UNIT_OF.format('OLD')} "
        f"AND NOT EXISTS (SELECT 1 FROM {TABLE} h WHERE h.case_id IN (NEW.id, NEW.joined_to_id) "
        f"AND h.state IN ('{rules.ACCEPTED}', '{rules.COMPLETED}') "
        "AND h.accepted_by_id = NEW.holder_id AND h.answered_at = NEW.holder_since "
        "AND h.first_contact_at IS NOT NULL)",
        "cases_case: responsibility moves to another unit only by an accepted handover with a first contact booked",
    ),
    Guard(
        "handovers_case_goes_to_who_knows_the_person",
        CASE,
        "UPDATE",
        f"{BEGINS_TO_HOLD} AND NEW.joined_to_id IS NULL AND {_PARTY_OF.format('NEW')} <> NEW.party_id "
        f"AND NOT EXISTS (SELECT 1 FROM {MET} a JOIN persons_person p ON p.id = a.person_id "
        f"WHERE a.case_id = NEW.id AND p.party_id = {_PARTY_OF.format('NEW')}) "
        "AND NOT EXISTS (SELECT 1 FROM disclosure_disclosure d JOIN persons_person p ON p.subject = d.subject "
        "WHERE p.id = NEW.person_id AND d.\"group\" = 'identity' AND d.begins_at IS NOT NULL AND d.ended_at IS NULL "
        f"AND d.to_unit_id = {_UNIT_OF.format('NEW')} AND (d.from_party_id = NEW.party_id OR EXISTS "
        f"(SELECT 1 FROM {MET} a JOIN persons_person o ON o.id = a.person_id "
        "WHERE a.case_id = NEW.id AND o.party_id = d.from_party_id)))",
        "cases_case: who holds a case has met the person or is told who the person is",
        lock="1 FROM disclosure_disclosure d JOIN persons_person p ON p.subject = d.subject WHERE p.id = NEW.person_id "
        f"AND {BEGINS_TO_HOLD} AND d.to_unit_id = {_UNIT_OF.format('NEW')} AND d.ended_at IS NULL "
        "FOR SHARE OF d",
    ),
    Guard(
        "cases_acquaintance_by_a_held_contact",
        MET,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {TABLE} h JOIN parties_post a ON a.id = h.accepted_by_id "
        "JOIN persons_person p ON p.id = NEW.person_id AND p.party_id = a.party_id "
        f"JOIN {CASE} c ON c.id = NEW.case_id AND h.case_id IN (c.id, c.joined_to_id) "
        f"WHERE h.state = '{rules.COMPLETED}' AND h.contact_result = '{rules.HELD}')",
        "cases_acquaintance: a party has met the person when the first contact was held",
    ),
    Guard(
        "handovers_case_closes_after_handover",
        CASE,
        "UPDATE",
        f"OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS (SELECT 1 FROM {TABLE} h "
        f"WHERE h.case_id = NEW.id AND h.state IN ({_OPEN}))",
        "cases_case: finish the handover before closing",
    ),
    frozen(MESSAGE, "id", "handover_id", "at", "by_id", "verb"),
    frozen(MESSAGE, "text", when="NEW.text <> ''", name="words_only_removed"),
    undeletable(MESSAGE),
]
