"""Promises 1, 2, 4, 5 and 6 as plain SQL over the bare tables, for both databases: what counts, and what breaks each.

Each law is (why, query); a query returns the references of the cases that break it.
"""

_ACTIVE = (
    "EXISTS (SELECT 1 FROM parties_post p JOIN parties_user u ON u.id = p.user_id WHERE p.id = {0} "
    "AND p.is_active AND u.is_active AND p.role IN ('caseworker', 'lead'))"
)
_MOVES = (
    "WITH moved AS (SELECT p.case_id, p.until AS at, p.holder_id AS sender_id, COALESCE(LEAD(p.holder_id) OVER "
    "(PARTITION BY p.case_id ORDER BY p.until), c.holder_id) AS receiver_id "
    "FROM cases_pastholding p JOIN cases_case c ON c.id = p.case_id), "
    "passed AS (SELECT m.* FROM moved m JOIN parties_post s ON s.id = m.sender_id "
    "JOIN parties_post r ON r.id = m.receiver_id WHERE s.unit_id <> r.unit_id) "
)
_SAME = (
    "(h.case_id = m.case_id OR h.case_id IN (SELECT o.id FROM cases_case o "
    "JOIN persons_person op ON op.id = o.person_id "
    "JOIN cases_case mc ON mc.id = m.case_id JOIN persons_person mp ON mp.id = mc.person_id "
    "WHERE op.subject = mp.subject AND h.joins_id IS NULL))"
)
"""A case moves by a handover of its own, or of the case of the same person that it is joined to."""
_SHAKEN = "h.state IN ('accepted', 'returned', 'completed')"

COUNTED = {
    "1": "SELECT count(*) FROM cases_case",
    "2": f"{_MOVES} SELECT (SELECT count(*) FROM passed) + (SELECT count(*) FROM handovers_handover h WHERE {_SHAKEN})",
    "4": "SELECT (SELECT count(*) FROM handovers_handover WHERE state = 'declined') "
    "+ (SELECT count(*) FROM cases_case WHERE closed_at IS NOT NULL) + (SELECT count(*) FROM cases_reopening)",
    "5": "SELECT count(*) FROM cases_case WHERE closed_at IS NULL",
    "6": "SELECT (SELECT count(*) FROM handovers_handover) + (SELECT count(*) FROM persons_person)",
}

LAWS = {
    "1": (
        ("an open case without an active, named holder",
         f"SELECT c.reference FROM cases_case c WHERE c.closed_at IS NULL AND NOT {_ACTIVE.format('c.holder_id')}"),
        ("held by who has not met the person and is not told who the person is",
         "SELECT c.reference FROM cases_case c JOIN parties_post h ON h.id = c.holder_id "
         "JOIN persons_person p ON p.id = c.person_id WHERE c.closed_at IS NULL AND c.joined_to_id IS NULL "
         "AND h.party_id <> c.party_id AND NOT EXISTS (SELECT 1 FROM cases_acquaintance a "
         "JOIN persons_person o ON o.id = a.person_id WHERE a.case_id = c.id AND o.party_id = h.party_id) "
         "AND NOT EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.subject = p.subject "
         "AND d.to_unit_id = h.unit_id AND d.\"group\" = 'identity' AND d.begins_at IS NOT NULL "
         "AND d.ended_at IS NULL AND (d.from_party_id = c.party_id OR EXISTS (SELECT 1 FROM cases_acquaintance a "
         "JOIN persons_person o ON o.id = a.person_id WHERE a.case_id = c.id AND o.party_id = d.from_party_id)))"),
        ("holdings with a hole or an overlap",
         "SELECT c.reference FROM cases_case c LEFT JOIN (SELECT case_id, min(until) AS first, max(until) AS last "
         "FROM cases_pastholding GROUP BY case_id) p ON p.case_id = c.id "
         "LEFT JOIN cases_reopening r ON r.case_id = c.id AND r.closed_at = p.last "
         "WHERE COALESCE(r.at, p.last, c.opened_at) <> c.holder_since OR p.first <= c.opened_at "
         "OR c.closed_at <= c.holder_since"),
        ("opened again at an instant at which it was not closed",
         "SELECT c.reference FROM cases_reopening r JOIN cases_case c ON c.id = r.case_id "
         "WHERE r.at <= r.closed_at OR NOT EXISTS (SELECT 1 FROM cases_pastholding p "
         "WHERE p.case_id = r.case_id AND p.until = r.closed_at) OR EXISTS (SELECT 1 FROM cases_pastholding p "
         "WHERE p.case_id = r.case_id AND p.until > r.closed_at AND p.until <= r.at)"),
        ("a closed case or an earlier holding without a holder that exists",
         "SELECT c.reference FROM cases_case c "
         "WHERE NOT EXISTS (SELECT 1 FROM parties_post p WHERE p.id = c.holder_id) "
         "UNION SELECT c.reference FROM cases_pastholding h JOIN cases_case c ON c.id = h.case_id "
         "WHERE NOT EXISTS (SELECT 1 FROM parties_post p WHERE p.id = h.holder_id)"),
    ),
    "2": (
        ("moved to another unit without an accepted handover and a booked first contact",
         f"{_MOVES} SELECT c.reference FROM passed m JOIN cases_case c ON c.id = m.case_id WHERE NOT EXISTS "
         f"(SELECT 1 FROM handovers_handover h WHERE {_SAME} AND {_SHAKEN} AND h.answered_at = m.at "
         "AND h.accepted_by_id = m.receiver_id AND h.first_contact_at IS NOT NULL)"),
        ("an accepted handover by which no responsibility moved",
         f"{_MOVES} SELECT c.reference FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
         f"LEFT JOIN moved m ON m.case_id = h.case_id AND m.at = h.answered_at AND m.receiver_id = h.accepted_by_id "
         f"WHERE {_SHAKEN} AND m.case_id IS NULL"),
    ),
    "4": (
        ("a decline without a reason or a next",
         "SELECT c.reference FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
         "WHERE h.state = 'declined' "
         "AND (h.decline_reason = '' OR (NOT h.goes_back AND NOT EXISTS (SELECT 1 FROM handovers_handover n "
         "WHERE n.previous_id = h.id AND n.to_unit_id = h.next_unit_id)))"),
        ("closed without an outcome, or without a next responsible or the person's own no more",
         "SELECT reference FROM cases_case WHERE closed_at IS NOT NULL "
         "AND (outcome = '' OR (outcome NOT IN ('deceased', 'misregistered') "
         "AND (next_responsible = '') <> person_wants_no_more) "
         "OR (outcome IN ('deceased', 'misregistered') AND person_wants_no_more))"),
        ("opened again without a reason, or by nobody who may, or for another unit",
         "SELECT c.reference FROM cases_reopening r JOIN cases_case c ON c.id = r.case_id "
         "JOIN cases_pastholding p ON p.case_id = r.case_id AND p.until = r.closed_at "
         "JOIN parties_post o ON o.id = p.holder_id JOIN parties_post h ON h.id = r.holder_id "
         "JOIN parties_post b ON b.id = r.by_id WHERE r.reason = '' OR r.outcome = '' OR h.unit_id <> o.unit_id "
         "OR NOT ((b.role = 'lead' AND b.unit_id = o.unit_id) "
         "OR (b.role = 'cooperation_officer' AND b.party_id = o.party_id))"),
    ),
    "5": (
        ("an open case without a next step, its date and its person",
         "SELECT c.reference FROM cases_case c WHERE c.closed_at IS NULL AND (trim(c.next_step) = '' "
         f"OR c.next_step_on IS NULL OR NOT {_ACTIVE.format('c.next_step_by_id')})"),
        ("a next step that falls within a pause",
         "SELECT reference FROM cases_case WHERE closed_at IS NULL AND suspended_until IS NOT NULL "
         "AND next_step_on < suspended_until"),
    ),
    "6": (
        ("words about the person went to another party on no basis",
         "SELECT c.reference FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
         "JOIN persons_person p ON p.id = c.person_id JOIN parties_post s ON s.id = h.sender_id "
         "JOIN parties_unit u ON u.id = h.to_unit_id WHERE (h.brief <> '' OR h.promised <> '') "
         "AND s.party_id <> u.party_id AND NOT EXISTS (SELECT 1 FROM disclosure_disclosure d "
         "WHERE d.subject = p.subject AND d.from_party_id = s.party_id AND d.to_unit_id = h.to_unit_id "
         "AND d.\"group\" = 'plan' AND d.begins_at <= h.offered_at "
         "AND (d.ended_at IS NULL OR d.ended_at >= h.offered_at))"),
        ("told by a party of which nobody has confirmed it",
         "SELECT c.reference FROM disclosure_disclosure d JOIN persons_person p ON p.subject = d.subject "
         "JOIN cases_case c ON c.person_id = p.id WHERE d.begins_at IS NOT NULL AND NOT EXISTS "
         "(SELECT 1 FROM parties_post b WHERE b.id = d.confirmed_by_id AND b.party_id = d.from_party_id)"),
        ("a person with protected identity is stored by name or number",
         "SELECT c.reference FROM cases_case c JOIN persons_person p ON p.id = c.person_id "
         "JOIN persons_identity i ON i.person_id = p.id WHERE p.is_protected "
         "OR EXISTS (SELECT 1 FROM persons_protectedsubject b WHERE b.subject = p.subject)"),
        ("joined to a case of somebody else, or with another holder",
         "SELECT c.reference FROM cases_case c JOIN persons_person p ON p.id = c.person_id "
         "JOIN cases_case m ON m.id = c.joined_to_id JOIN persons_person mp ON mp.id = m.person_id "
         "WHERE c.closed_at IS NULL AND (mp.subject <> p.subject OR m.holder_id <> c.holder_id)"),
    ),
    "7": (
        ("a case that the journal does not know",
         "SELECT c.reference FROM cases_case c WHERE NOT EXISTS (SELECT 1 FROM journal_entry e "
         "WHERE e.subject = 'case' AND e.subject_id = c.id AND e.verb = 'opened')"),
        ("the journal opened a case that is gone",
         "SELECT 'entry ' || e.id FROM journal_entry e WHERE e.subject = 'case' AND e.verb = 'opened' "
         "AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = e.subject_id)"),
        ("the journal tells of handovers that are gone",
         "SELECT c.reference FROM (SELECT subject_id, count(*) AS told FROM journal_entry "
         "WHERE verb = 'handover_offered' GROUP BY subject_id) o JOIN cases_case c ON c.id = o.subject_id "
         "WHERE o.told > (SELECT count(*) FROM handovers_handover h WHERE h.case_id = c.id)"),
        ("the journal and the case tell differently how often it was opened again",
         "SELECT c.reference FROM (SELECT subject_id, count(*) AS told FROM journal_entry "
         "WHERE verb = 'reopened' GROUP BY subject_id) o JOIN cases_case c ON c.id = o.subject_id "
         "WHERE o.told <> (SELECT count(*) FROM cases_reopening r WHERE r.case_id = c.id) "
         "UNION SELECT c.reference FROM cases_reopening r JOIN cases_case c ON c.id = r.case_id "
         "WHERE NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.subject = 'case' AND e.subject_id = c.id "
         "AND e.verb = 'reopened')"),
        ("the person of a case is gone",
         "SELECT c.reference FROM cases_case c "
         "WHERE NOT EXISTS (SELECT 1 FROM persons_person p WHERE p.id = c.person_id)"),
    ),
}  # fmt: skip
