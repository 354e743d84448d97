"""What was noted of a passage stays; an offer is answered once."""

from handslag.foundation.guards import frozen, undeletable

PASSAGE, OFFER, JOB = "passages_passage", "passages_transitionoffer", "passages_jobnote"

GUARDS = [
    *(undeletable(table) for table in (PASSAGE, OFFER, JOB)),
    frozen(
        PASSAGE,
        *("id", "public_id", "case_id", "benefit", "cause", "ends_on", "communicated_on", "reply_by", "by_id"),
        "noted_at",
    ),
    frozen(OFFER, "id", "public_id", "passage_id", "offered_on", "with_unit_id", "by_id", "noted_at"),
    frozen(OFFER, "answer", "answered_on", "answer_by_id", when="OLD.answer <> ''", name="answer_stands"),
    frozen(JOB, "id", "case_id", "has_job", "by_id", "noted_at"),
]
