"""The access rule as the database knows it: from the viewer's id alone, without leaning on the application's filters.

`handslag_enter` works out the viewer's places; `handslag_reached` the cases beyond them: disclosed to the viewer's
units, or in a handover of theirs; `handslag_covered` whether a group of information about a person is disclosed.
"""

from handslag.foundation.wall import Wall

_HOLDING = "('caseworker', 'lead')"
_ACTIVE = (
    "d.ended_at IS NULL AND d.until >= handslag_today() AND (d.to_unit_id = ANY (handslag_ids('handslag.units')) "
    "OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = d.to_unit_id "
    "AND u.party_id = ANY (handslag_ids('handslag.parties'))))"
)
_SAFE = "SECURITY DEFINER SET search_path = public"

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_enter(viewer bigint, api_parties text, today date) RETURNS void
    LANGUAGE sql VOLATILE AS $$
    WITH acting AS MATERIALIZED (
        SELECT p.* FROM parties_post p JOIN parties_user u ON u.id = p.user_id AND u.is_active
        WHERE p.is_active AND p.user_id = viewer
        UNION SELECT away.* FROM parties_absence a
        JOIN parties_post s ON s.id = a.stand_in_id AND s.is_active AND s.user_id = viewer
        JOIN parties_user u ON u.id = s.user_id AND u.is_active
        JOIN parties_post away ON away.id = a.post_id AND away.is_active
        WHERE a.from_on <= today AND (a.until_on IS NULL OR a.until_on >= today)),
    places AS MATERIALIZED (
        SELECT ARRAY(SELECT DISTINCT unit_id FROM acting WHERE role IN {_HOLDING}) AS units,
        ARRAY(SELECT party_id FROM acting WHERE role = 'cooperation_officer'
            UNION SELECT unnest(string_to_array(nullif(api_parties, ''), ',')::bigint[])) AS parties,
        ARRAY(SELECT DISTINCT party_id FROM acting WHERE role IN {_HOLDING}) AS own)
    SELECT set_config('handslag.today', coalesce(today::text, ''), false),
        set_config('handslag.lifted', '', false),
        set_config('handslag.units', array_to_string(units, ','), false),
        set_config('handslag.parties', array_to_string(parties, ','), false),
        set_config('handslag.own', array_to_string(own || parties, ','), false),
        set_config('handslag.posts', array_to_string(ARRAY(SELECT p.id FROM parties_post p
            WHERE p.role IN {_HOLDING} AND (p.unit_id = ANY (units) OR p.party_id = ANY (parties))), ','), false)
    FROM places $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_covered(person_subject text, party bigint, wanted text) RETURNS boolean
    LANGUAGE sql STABLE {_SAFE} AS $$
    SELECT EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = person_subject AND d.from_party_id = party AND d."group" = wanted AND {_ACTIVE}) $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_reached() RETURNS SETOF bigint LANGUAGE sql STABLE {_SAFE} AS $$
    SELECT c.id FROM disclosure_disclosure d JOIN persons_person p ON p.subject = d.subject
    JOIN cases_case c ON c.person_id = p.id JOIN parties_post h ON h.id = c.holder_id
    WHERE {_ACTIVE} AND d.from_party_id IN (c.party_id, h.party_id)
    UNION SELECT h.case_id FROM handovers_handover h WHERE h.sender_id = ANY (handslag_ids('handslag.posts'))
    UNION SELECT h.case_id FROM handovers_handover h WHERE h.to_unit_id = ANY (handslag_ids('handslag.units'))
    UNION SELECT h.case_id FROM handovers_handover h JOIN parties_unit u ON u.id = h.to_unit_id
    WHERE u.party_id = ANY (handslag_ids('handslag.parties')) $$""",
)

_CONCERNS = (
    "from_party_id = ANY (handslag_ids('handslag.own')) OR EXISTS (SELECT 1 FROM parties_unit u "
    "WHERE u.id = to_unit_id AND u.party_id = ANY (handslag_ids('handslag.own')))"
)

WALLS = [
    Wall(
        "disclosure_disclosure",
        f"({_CONCERNS}) AND EXISTS (SELECT 1 FROM persons_person p WHERE p.subject = disclosure_disclosure.subject)",
    ),
    Wall(
        "disclosure_consent",
        "EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.consent_id = disclosure_consent.id)",
    ),
]
