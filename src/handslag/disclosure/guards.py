"""Promise 6, held by the database: what was disclosed, on which basis and until when, stays as it was recorded."""

from handslag.foundation.guards import Guard, frozen, undeletable

CONSENT, DISCLOSURE = "disclosure_consent", "disclosure_disclosure"

GUARDS = [
    undeletable(CONSENT),
    frozen(CONSENT, "id", "public_id", "manner", "given_on", "until", "gdpr_basis", "recorded_by_id", "recorded_at"),
    frozen(CONSENT, "purpose", "witness", when="NEW.purpose <> ''", name="words_only_removed"),
    undeletable(DISCLOSURE),
    frozen(
        DISCLOSURE,
        *(
            "id",
            "public_id",
            "from_party_id",
            "to_unit_id",
            "consent_id",
            "statute",
            "begins_at",
            "until",
            "recorded_by_id",
        ),
    ),
    Guard(
        f"{DISCLOSURE}_group_frozen",
        DISCLOSURE,
        "UPDATE",
        'NEW."group" <> OLD."group"',
        f"{DISCLOSURE}: group cannot change",
    ),
    frozen(DISCLOSURE, "ended_at", "ended_by_id", when="OLD.ended_at IS NOT NULL", name="end_stands"),
    Guard(
        f"{DISCLOSURE}_is_between_parties",
        DISCLOSURE,
        "INSERT",
        "EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = NEW.to_unit_id AND u.party_id = NEW.from_party_id)",
        f"{DISCLOSURE}: within a party nothing is disclosed",
    ),
    Guard(
        f"{DISCLOSURE}_keeps_to_its_consent",
        DISCLOSURE,
        "INSERT",
        f"NEW.consent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {CONSENT} c WHERE c.id = NEW.consent_id "
        "AND c.subject = NEW.subject AND c.until >= NEW.until)",
        f"{DISCLOSURE}: it goes beyond its consent",
    ),
]
