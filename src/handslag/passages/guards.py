"""What was noted of a passage stays; an offer is answered once, and a way back is taken or given up once.

Nobody is ill twice on one day, and nobody leaves a programme before its adaptation was examined.
"""

from handslag.foundation.guards import Guard, frozen, undeletable
from handslag.passages.rules import WHOLLY

PASSAGE, OFFER, JOB = "passages_passage", "passages_transitionoffer", "passages_jobnote"
LEAVE, ADAPTATION, DISCHARGE = "passages_sickleave", "passages_adaptation", "passages_discharge"
_OVERLAP = (
    f"EXISTS (SELECT 1 FROM {LEAVE} o WHERE o.case_id = NEW.case_id AND o.id <> NEW.id "
    "AND (o.until IS NULL OR (o.until > o.since AND o.until > NEW.since)) "
    "AND (NEW.until IS NULL OR (NEW.until > NEW.since AND o.since < NEW.until)))"
)


def _apart(event: str) -> Guard:
    """A guard by which the days of a case's sick leaves never overlap."""
    return Guard(
        f"passages_sick_leaves_apart_{event.lower()}",
        LEAVE,
        event,
        _OVERLAP,
        "passages_sickleave: the days are those of another",
        lock="1 FROM cases_case c WHERE c.id = NEW.case_id FOR UPDATE",
    )


GUARDS = [
    *(undeletable(table) for table in (PASSAGE, OFFER, JOB, LEAVE, ADAPTATION, DISCHARGE)),
    frozen(
        PASSAGE,
        *("id", "public_id", "case_id", "benefit", "cause", "ends_on", "communicated_on", "reply_by", "by_id"),
        "noted_at",
    ),
    frozen(OFFER, "id", "public_id", "passage_id", "offered_on", "with_unit_id", "by_id", "noted_at"),
    frozen(OFFER, "answer", "answered_on", "answer_by_id", when="OLD.answer <> ''", name="answer_stands"),
    frozen(JOB, "id", "case_id", "has_job", "by_id", "noted_at"),
    frozen(LEAVE, "id", "public_id", "case_id", "programme", "degree", "since", "by_id", "noted_at"),
    _apart("INSERT"),
    _apart("UPDATE"),
    frozen(ADAPTATION, "id", "leave_id", "examined_on", "can_adapt", "by_id", "noted_at"),
    frozen(DISCHARGE, "id", "public_id", "case_id", "left_on", "by_id", "noted_at"),
    frozen(DISCHARGE, "result", "result_on", "result_by_id", when="OLD.result <> ''", name="result_stands"),
    Guard(
        "passages_discharge_after_examination",
        DISCHARGE,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {ADAPTATION} a JOIN {LEAVE} l ON l.id = a.leave_id WHERE l.case_id = NEW.case_id "
        f"AND a.examined_on <= NEW.left_on AND l.degree = {WHOLLY} AND l.until IS NULL)",
        "passages_discharge: examine first whether the programme can be adapted",
    ),
]
