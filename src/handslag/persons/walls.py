"""A person's record comes back with a reached case; who it is, where that is the own party's or a basis covers it."""

from handslag.foundation.wall import Wall, mine

WALLS = [
    Wall(
        "persons_person",
        "EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.subject = persons_person.subject "
        f"AND d.to_unit_id = ANY {mine('units')} AND d.from_party_id = persons_person.party_id "
        "AND d.ended_at IS NULL AND d.until >= (SELECT handslag_today())) "
        "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = persons_person.id)",
    ),
    Wall(
        "persons_identity",
        "EXISTS (SELECT 1 FROM persons_person p WHERE p.id = persons_identity.person_id "
        f"AND (p.party_id = ANY {mine('own')} OR handslag_covered(p.subject, p.party_id, 'identity')))",
    ),
]
