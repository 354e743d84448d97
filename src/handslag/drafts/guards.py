"""A draft stays its author's, and what was saved later is never replaced by something earlier."""

from handslag.foundation.guards import Guard, frozen

DRAFT = "drafts_draft"

GUARDS = [
    frozen(DRAFT, "id", "public_id", "case_id", "form", "author_id"),
    Guard(
        "drafts_draft_goes_forward",
        DRAFT,
        "UPDATE",
        "NEW.content IS DISTINCT FROM OLD.content AND NEW.content <> '' AND NEW.number <= OLD.number "
        "AND NOT EXISTS (SELECT 1 FROM cases_case c JOIN persons_person p ON p.id = c.person_id "
        "WHERE c.id = NEW.case_id AND p.is_protected)",
        "drafts_draft: something later was saved",
    ),
]
