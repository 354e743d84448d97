"""Who gets which case from the database, and what hangs on cases in the rooms below: persons, disclosures, journal.

A case comes back for those who hold it, those it is disclosed to, and those to whom another room opens it (such as the
two sides of a handover). `handslag_reaches` says so of a case that others hold; `handslag_meets` says whether the
viewer reaches any case of a person. What costs least stands first, and PostgreSQL is told what they cost, so that it
asks them last and of few rows.
"""

from handslag.disclosure.walls import ACTIVE
from handslag.foundation.guards import SAFE
from handslag.foundation.rooms import rooms
from handslag.foundation.wall import Wall, mine

_BY_ROOMS = "".join(f"({reach.sql}) OR " for room in rooms().values() for reach in room.reaches)

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_reaches(the_case bigint, person bigint, opener bigint, holder bigint)
    RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 {SAFE} AS $$
    BEGIN RETURN {_BY_ROOMS} EXISTS (SELECT 1 FROM persons_person p
        JOIN disclosure_disclosure d ON d.subject = p.subject
        WHERE p.id = person AND {ACTIVE}
        AND (d.from_party_id = opener
        OR d.from_party_id = (SELECT s.party_id FROM parties_post s WHERE s.id = holder)));
    END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_meets(person_subject text) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 20000 {SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM persons_person p JOIN cases_case c ON c.person_id = p.id
        WHERE p.subject = person_subject AND (c.holder_id = ANY {mine("posts")}
        OR handslag_reaches(c.id, c.person_id, c.party_id, c.holder_id))); END $$""",
)

_CONCERNS = (
    f"from_party_id = ANY {mine('own')} OR EXISTS (SELECT 1 FROM parties_unit u "
    f"WHERE u.id = to_unit_id AND u.party_id = ANY {mine('own')})"
)

_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {0})"

WALLS = [
    Wall("cases_case", f"holder_id = ANY {mine('posts')} OR handslag_reaches(id, person_id, party_id, holder_id)"),
    Wall(
        "persons_person",
        "EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.subject = persons_person.subject "
        f"AND d.from_party_id = persons_person.party_id AND {ACTIVE}) "
        "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = persons_person.id) "
        "OR EXISTS (SELECT 1 FROM cases_acquaintance a JOIN cases_case c ON c.id = a.case_id "
        "WHERE a.person_id = persons_person.id)",
    ),
    Wall(
        "disclosure_disclosure",
        f"to_unit_id = ANY {mine('units')} OR recorded_by_id = ANY {mine('posts')} "
        f"OR (({_CONCERNS}) AND handslag_meets(subject))",
    ),
    Wall(
        "disclosure_consent",
        "EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.consent_id = disclosure_consent.id)",
    ),
    Wall(
        "journal_entry",
        f"(subject = 'case' AND {_CASE.format('subject_id')}) "
        "OR (subject = 'list' AND EXISTS (SELECT 1 FROM journal_shown s WHERE s.entry_id = journal_entry.id))",
    ),
    Wall("journal_shown", _CASE.format("journal_shown.case_id")),
    *(Wall(f"journal_{name}", "false") for name in ("unsealed", "batch", "head")),
]
