"""A draft comes back for its author's party alone, whatever a basis opens of what is noted."""

from handslag.foundation.wall import Wall, mine, sees

WALLS = [
    Wall(
        "drafts_draft",
        f"EXISTS (SELECT 1 FROM parties_post p WHERE p.id = drafts_draft.post_id AND p.party_id = ANY {mine('own')}) "
        f"AND {sees('cases_case', 'case_id')}",
    )
]
