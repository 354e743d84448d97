"""Who a person is comes back for the own party's reached cases, or where a basis covers identity and contact."""

from handslag.foundation.wall import Wall

_OF_REACHED = "EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = {0})"

WALLS = [
    Wall("persons_person", _OF_REACHED.format("persons_person.id")),
    Wall(
        "persons_identity",
        "EXISTS (SELECT 1 FROM persons_person p WHERE p.id = persons_identity.person_id "
        "AND (p.party_id = ANY (handslag_ids('handslag.own')) OR handslag_covered(p.subject, p.party_id, 'identity')))",
    ),
]
