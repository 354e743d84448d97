"""Who gets which case from the database, and what hangs on cases in the rooms below: persons, disclosures, journal.

A case comes back for those who hold it, those it is disclosed to, and those to whom another room opens it (such as the
two sides of a handover). `handslag_reaches` says so of a case that others hold, `handslag_knows` of a person, and
`handslag_meets` whether the viewer reaches any case of a person. What costs least stands first, and PostgreSQL is told
what they cost, so that it asks them last and of few rows.
"""

from handslag.disclosure.places import ACTIVE, at_places
from handslag.foundation.guards import SAFE
from handslag.foundation.rooms import rooms
from handslag.foundation.wall import VIEWER, Wall, mine, sees

_HELD = at_places("c.holder_id")
_REACHES = "handslag_reaches(c.id, c.person_id, c.party_id, c.holder_id, viewer)"
"""That the viewer's places hold a case `c`, and that the viewer reaches one that others hold."""


def _either(*conditions: str) -> str:
    """The body of a function that is true where one of these is, each planned by itself and asked only where needed."""
    return "".join(f"IF {condition} THEN RETURN true; END IF; " for condition in conditions) + "RETURN false;"


_TOLD = f"""EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = (SELECT p.subject FROM persons_person p WHERE p.id = person) AND d.from_party_id = ANY
    (ARRAY[opener, (SELECT s.party_id FROM parties_post s WHERE s.id = holder)]) AND {ACTIVE})"""

_TOLD_OF_PERSON = f"""EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = person_subject AND d.from_party_id = party AND {ACTIVE})"""

_OF_PERSON = "SELECT 1 FROM cases_case c WHERE c.person_id = person"
_MET = "SELECT 1 FROM cases_acquaintance a JOIN cases_case c ON c.id = a.case_id WHERE a.person_id = person"
_OF_SUBJECT = "SELECT 1 FROM persons_person p JOIN cases_case c ON c.person_id = p.id WHERE p.subject = person_subject"

_KNOWN = _either(
    f"EXISTS ({_OF_PERSON} AND {_HELD})",
    _TOLD_OF_PERSON,
    f"EXISTS ({_MET} AND {_HELD})",
    f"EXISTS ({_OF_PERSON} AND {_REACHES})",
    f"EXISTS ({_MET} AND {_REACHES})",
)

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_reaches(the_case bigint, person bigint, opener bigint, holder bigint,
    viewer handslag_viewer) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 {SAFE} AS $$ BEGIN
    {_either(_TOLD, *(reach.sql for room in rooms().values() for reach in room.reaches))} END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_holds(the_case bigint, viewer handslag_viewer) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 1000 {SAFE} AS $$ BEGIN RETURN EXISTS (
    SELECT 1 FROM cases_case c WHERE c.id = the_case AND {_HELD}); END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_knows(person bigint, person_subject text, party bigint,
    viewer handslag_viewer) RETURNS boolean LANGUAGE plpgsql STABLE COST 8000 {SAFE} AS $$ BEGIN {_KNOWN} END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_meets(person_subject text, viewer handslag_viewer) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 20000 {SAFE} AS $$ BEGIN
    {_either(f"EXISTS ({_OF_SUBJECT} AND {_HELD})", f"EXISTS ({_OF_SUBJECT} AND {_REACHES})")} END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_shown(the_entry bigint, viewer handslag_viewer) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 20000 {SAFE} AS $$ BEGIN RETURN EXISTS (
    SELECT 1 FROM journal_shown s WHERE s.entry_id = the_entry AND {sees("cases_case", "s.case_id", "viewer")});
    END $$""",
)

_CONCERNS = (
    f"from_party_id = ANY {mine('own')} OR EXISTS (SELECT 1 FROM parties_unit u "
    f"WHERE u.id = to_unit_id AND u.party_id = ANY {mine('own')})"
)

WALLS = [
    Wall(
        "cases_case",
        f"holder_id = ANY {mine('posts')} OR handslag_reaches(id, person_id, party_id, holder_id, {VIEWER})",
    ),
    Wall("persons_person", f"handslag_knows(id, subject, party_id, {VIEWER})"),
    Wall(
        "disclosure_disclosure",
        f"to_unit_id = ANY {mine('units')} OR recorded_by_id = ANY {mine('posts')} "
        f"OR (({_CONCERNS}) AND handslag_meets(subject, {VIEWER}))",
    ),
    Wall("disclosure_consent", f"handslag_agreed(id, {VIEWER})"),
    Wall(
        "journal_entry",
        f"(subject = 'case' AND {sees('cases_case', 'subject_id')}) "
        f"OR (subject = 'list' AND handslag_shown(id, {VIEWER}))",
    ),
    Wall("journal_shown", sees("cases_case", "case_id")),
    *(Wall(f"journal_{name}", "false") for name in ("unsealed", "batch", "head")),
]
