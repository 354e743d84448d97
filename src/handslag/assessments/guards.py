"""A signed part never changes, and an assessment ends in a plan with something to do in it, or does not end."""

from handslag.foundation.guards import Guard, frozen, undeletable, words_only_removed

ASSESSMENT, CALL, DOCUMENT = "assessments_assessment", "assessments_call", "assessments_document"
PART, CASE = "assessments_part", "cases_case"
UNFINISHED = "('deceased', 'mis_registered')"

_HELD = f"1 FROM {ASSESSMENT} a WHERE a.id = NEW.assessment_id FOR UPDATE"
_OF_THE_CASE = f"FROM {ASSESSMENT} a JOIN {CASE} c ON c.id = a.case_id"
_ASKED = (
    f"EXISTS (SELECT 1 {_OF_THE_CASE} JOIN parties_post h ON h.id = c.holder_id "
    "WHERE a.id = NEW.assessment_id AND h.party_id = NEW.party_id) "
    f"OR EXISTS (SELECT 1 FROM {CALL} i JOIN parties_unit u ON u.id = i.unit_id "
    "WHERE i.assessment_id = NEW.assessment_id AND i.taken_back_at IS NULL AND u.party_id = NEW.party_id)"
)
_SILENT = (
    f"EXISTS (SELECT 1 FROM {CALL} i JOIN parties_unit u ON u.id = i.unit_id "
    "WHERE i.assessment_id = NEW.id AND i.taken_back_at IS NULL AND NOT EXISTS "
    f"(SELECT 1 FROM {PART} p WHERE p.assessment_id = NEW.id AND p.party_id = u.party_id))"
)
_UNSIGNED = (
    f"NOT EXISTS (SELECT 1 FROM {PART} p JOIN {CASE} c ON c.id = NEW.case_id "
    "JOIN parties_post h ON h.id = c.holder_id WHERE p.assessment_id = NEW.id AND p.party_id = h.party_id)"
)
_NO_PLAN = (
    "NOT EXISTS (SELECT 1 FROM plans_plan p JOIN plans_step s ON s.plan_id = p.id "
    "WHERE p.id = NEW.plan_id AND p.case_id = NEW.case_id AND p.ended_at IS NULL AND s.ended_at IS NULL)"
)
_ENDS = "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL"


def _while_open(table: str) -> Guard:
    """A guard that adds to an assessment only while it goes on; its row is held meanwhile."""
    return Guard(
        f"{table}_while_open",
        table,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {ASSESSMENT} a WHERE a.id = NEW.assessment_id AND a.ended_at IS NULL)",
        f"{table}: the assessment has ended",
        lock=_HELD,
    )


GUARDS = [
    *(undeletable(table) for table in (ASSESSMENT, CALL, DOCUMENT, PART)),
    *(_while_open(table) for table in (CALL, DOCUMENT)),
    frozen(ASSESSMENT, "id", "public_id", "case_id", "wanted_by", "by_id", "asked_at", "took_part"),
    words_only_removed(ASSESSMENT, "purpose", "imported_digest"),
    frozen(
        ASSESSMENT,
        *("ended_at", "ended_by_id", "outcome", "reason", "plan_id"),
        when="OLD.ended_at IS NOT NULL",
        name="ending_stands",
    ),
    Guard(
        "assessments_assessment_asked_for_open",
        ASSESSMENT,
        "INSERT",
        f"NEW.ended_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {CASE} c "
        "WHERE c.id = NEW.case_id AND c.closed_at IS NULL)",
        "assessments_assessment: it is asked for in an open case, which somebody holds",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR SHARE",
    ),
    Guard(
        "assessments_assessment_ends_with_plan_and_step",
        ASSESSMENT,
        "UPDATE",
        f"{_ENDS} AND NEW.reason NOT IN {UNFINISHED} AND {_NO_PLAN}",
        "assessments_assessment: it ends in a plan of its case with a step that is to be done, or it does not end",
        lock="1 FROM plans_plan p WHERE p.id = NEW.plan_id FOR SHARE",
    ),
    Guard(
        "assessments_assessment_ends_when_all_have_signed",
        ASSESSMENT,
        "UPDATE",
        f"{_ENDS} AND NEW.outcome <> '' AND ({_SILENT} OR {_UNSIGNED})",
        "assessments_assessment: each party that takes part signs its part first",
    ),
    Guard(
        "assessments_case_closes_after_assessment",
        CASE,
        "UPDATE",
        "OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM {ASSESSMENT} a WHERE a.case_id = NEW.id AND a.ended_at IS NULL)",
        "cases_case: end its joint assessment first",
    ),
    frozen(CALL, "id", "public_id", "assessment_id", "unit_id", "by_id", "at"),
    frozen(CALL, "taken_back_at", when="OLD.taken_back_at IS NOT NULL", name="taken_back_stands"),
    frozen(DOCUMENT, "id", "public_id", "assessment_id", "by_id"),
    frozen(DOCUMENT, "gathered_at", "gathered_by_id", when="OLD.gathered_at IS NOT NULL", name="gathered_stands"),
    words_only_removed(DOCUMENT, "text"),
    Guard(
        "assessments_part_in_an_open_case",
        PART,
        "INSERT",
        f"NOT EXISTS (SELECT 1 {_OF_THE_CASE} WHERE a.id = NEW.assessment_id AND c.closed_at IS NULL)",
        "assessments_part: the case is closed",
        lock=_HELD,
    ),
    Guard(
        "assessments_part_next_version",
        PART,
        "INSERT",
        f"NEW.number <> 1 + (SELECT count(*) FROM {PART} p "
        "WHERE p.assessment_id = NEW.assessment_id AND p.party_id = NEW.party_id)",
        "assessments_part: a version follows the one before",
        lock=_HELD,
    ),
    Guard(
        "assessments_part_by_who_takes_part",
        PART,
        "INSERT",
        f"NOT ({_ASKED}) OR NOT EXISTS (SELECT 1 FROM parties_post b "
        "WHERE b.id = NEW.by_id AND b.party_id = NEW.party_id)",
        "assessments_part: a party that takes part signs its own part",
        lock=_HELD,
    ),
    frozen(
        PART,
        *("id", "public_id", "assessment_id", "party_id", "number", "by_id", "at"),
        *("no_words_reason", "dissents", "settle_by"),
    ),
    words_only_removed(
        PART,
        *("own_words", "goal", "livelihood", "diagnosis_chapter", "spells", "prognosis", "prognosis_days"),
        *("obstacles", "occupation", "education", "work", "resources", "standpoint", "dissent_reason"),
    ),
    Guard(
        "assessments_part_since_only_removed",
        PART,
        "UPDATE",
        "NEW.livelihood_since IS DISTINCT FROM OLD.livelihood_since AND NEW.livelihood_since IS NOT NULL",
        "assessments_part: livelihood_since can only be removed",
    ),
]
