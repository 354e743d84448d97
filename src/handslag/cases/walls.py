"""A case comes back for those who hold it, those it is disclosed to, and the two sides of its handovers."""

from handslag.foundation.wall import Wall, mine

_REACHED = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {0}.case_id)"


def own_or_covered(table: str, party: str, group: str) -> str:
    """That a fact of a case is the viewer's own party's, or that a basis covers its group."""
    return (
        f"EXISTS (SELECT 1 FROM cases_case c JOIN persons_person p ON p.id = c.person_id WHERE c.id = {table}.case_id "
        f"AND ({party} = ANY {mine('own')} OR handslag_covered(p.subject, {party}, '{group}')))"
    )


WALLS = [
    Wall(
        "cases_case",
        f"holder_id = ANY {mine('posts')} OR handslag_reaches(id, person_id, party_id, holder_id)",
    ),
    Wall("cases_pastholding", _REACHED.format("cases_pastholding")),
    Wall(
        "cases_paststep",
        own_or_covered(
            "cases_paststep", "(SELECT s.party_id FROM parties_post s WHERE s.id = cases_paststep.by_id)", "plan"
        ),
    ),
    Wall(
        "cases_pastlivelihood",
        own_or_covered("cases_pastlivelihood", "cases_pastlivelihood.by_party_id", "livelihood"),
    ),
]
