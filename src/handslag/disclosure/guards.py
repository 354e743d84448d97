"""Promise 6, held by the database: what was disclosed, on which basis and until when, stays as it was recorded.

It begins by the party whose facts they are: recorded by its own staff, or confirmed by one of them who is another than
the one that recorded it.
"""

from handslag.disclosure.rules import SIGNATURE
from handslag.foundation.guards import Guard, frozen, undeletable

CONSENT, DISCLOSURE = "disclosure_consent", "disclosure_disclosure"

_PARTY = "(SELECT p.party_id FROM parties_post p WHERE p.id = {0})"
_USER = "(SELECT p.user_id FROM parties_post p WHERE p.id = {0})"
_BEGINS = "NEW.begins_at IS NOT NULL AND OLD.begins_at IS NULL"

GUARDS = [
    undeletable(CONSENT),
    frozen(CONSENT, "id", "public_id", "manner", "given_on", "until", "gdpr_basis", "recorded_by_id", "recorded_at"),
    frozen(CONSENT, "witness_id", name="witness_stands"),
    frozen(CONSENT, "signed_at", when="OLD.signed_at IS NOT NULL", name="signature_stands"),
    Guard(
        f"{CONSENT}_witness_is_another",
        CONSENT,
        "INSERT",
        f"{_USER.format('NEW.witness_id')} = {_USER.format('NEW.recorded_by_id')}",
        f"{CONSENT}: the witness is another than the one who records",
    ),
    frozen(CONSENT, "purpose", when="NEW.purpose <> ''", name="words_only_removed"),
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
    frozen(DISCLOSURE, "begins_at", "confirmed_by_id", "seen", when="OLD.begins_at IS NOT NULL", name="begun_stands"),
    Guard(
        f"{DISCLOSURE}_begins_by_its_party",
        DISCLOSURE,
        "INSERT",
        "NEW.begins_at IS NOT NULL AND (NEW.confirmed_by_id IS DISTINCT FROM NEW.recorded_by_id "
        f"OR {_PARTY.format('NEW.recorded_by_id')} IS DISTINCT FROM NEW.from_party_id)",
        f"{DISCLOSURE}: what another party tells begins when that party has confirmed it",
    ),
    Guard(
        f"{DISCLOSURE}_is_confirmed_by_its_party",
        DISCLOSURE,
        "UPDATE",
        f"{_BEGINS} AND (OLD.ended_at IS NOT NULL OR NEW.seen = '' OR NOT EXISTS (SELECT 1 FROM parties_post p "
        "JOIN parties_user u ON u.id = p.user_id AND u.is_active WHERE p.id = NEW.confirmed_by_id AND p.is_active "
        "AND p.role IN ('caseworker', 'lead') AND p.party_id = NEW.from_party_id) "
        f"OR {_USER.format('NEW.confirmed_by_id')} = {_USER.format('NEW.recorded_by_id')} "
        f"OR (NEW.seen = '{SIGNATURE}' AND NOT EXISTS "
        f"(SELECT 1 FROM {CONSENT} c WHERE c.id = NEW.consent_id AND c.signed_at IS NOT NULL)))",
        f"{DISCLOSURE}: somebody at work at the party that tells confirms it, another than the one who recorded it",
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
