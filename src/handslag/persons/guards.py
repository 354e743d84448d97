"""A person's record stays with its party and never goes; a protected person has no identity that could be stored."""

from handslag.foundation.guards import Guard, frozen, undeletable

PERSON, IDENTITY = "persons_person", "persons_identity"

GUARDS = [
    frozen(PERSON, "id", "party_id"),
    undeletable(PERSON),
    Guard(
        "persons_person_protected_has_no_identity",
        PERSON,
        "UPDATE",
        f"NEW.is_protected AND EXISTS (SELECT 1 FROM {IDENTITY} i WHERE i.person_id = NEW.id)",
        "persons_person: remove the identity of a protected person first",
    ),
    *(
        Guard(
            f"persons_identity_not_of_protected_on_{event.lower()}",
            IDENTITY,
            event,
            "EXISTS (SELECT 1 FROM persons_person p WHERE p.id = NEW.person_id AND (p.is_protected OR EXISTS "
            "(SELECT 1 FROM persons_protectedsubject s WHERE s.subject = p.subject)))",
            "persons_identity: a person with protected identity is never stored by name or number",
        )
        for event in ("INSERT", "UPDATE")
    ),
    frozen(IDENTITY, "person_id"),
]
