"""A person's record stays with its party and never goes; a protected person has no identity that could be stored."""

from handslag.foundation.guards import Guard, frozen, undeletable

PERSON, IDENTITY, BARRED = "persons_person", "persons_identity", "persons_protectedsubject"
ONE_AT_A_TIME = "pg_advisory_xact_lock(hashtextextended({0}.subject, 0))"
"""Who bars a number and who registers it wait for each other, at whatever party."""

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
            f"(SELECT 1 FROM {BARRED} s WHERE s.subject = p.subject)))",
            "persons_identity: a person with protected identity is never stored by name or number",
            lock=f"{ONE_AT_A_TIME.format('p')} FROM persons_person p WHERE p.id = NEW.person_id FOR SHARE",
        )
        for event in ("INSERT", "UPDATE")
    ),
    frozen(IDENTITY, "person_id"),
    *(
        Guard(
            f"persons_protectedsubject_on_{event.lower()}",
            BARRED,
            event,
            "NEW.subject = ''",
            "persons_protectedsubject: nobody is barred without a number",
            lock=ONE_AT_A_TIME.format("NEW"),
        )
        for event in ("INSERT", "UPDATE")
    ),
]
