"""The journal of a case comes back for those who reach the case. Everything else is for the operator."""

from handslag.foundation.wall import Wall

_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {0})"

WALLS = [
    Wall(
        "journal_entry",
        f"(subject = 'case' AND {_CASE.format('subject_id')}) "
        "OR (subject = 'list' AND EXISTS (SELECT 1 FROM journal_shown s WHERE s.entry_id = journal_entry.id))",
    ),
    Wall("journal_shown", _CASE.format("journal_shown.case_id")),
    Wall("journal_head", "false"),
]
