"""A person's record never changes number or party, and is not deleted from under a case."""

from handslag.foundation.guards import frozen, undeletable, unreplaceable

GUARDS = [
    unreplaceable(
        "persons_person", "o.id = NEW.id", "o.identity_number = NEW.identity_number AND o.party_id = NEW.party_id"
    ),
    frozen("persons_person", "id", "party_id", "identity_number"),
    undeletable("persons_person"),
]
