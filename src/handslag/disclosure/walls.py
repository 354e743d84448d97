"""The access rule as the database knows it: from the viewer's id alone, without leaning on the application's filters.

`handslag_enter` works out the viewer's places; `handslag_reaches` says of a case that others hold whether it is
disclosed to the viewer's units, or in a handover of theirs; `handslag_covered` whether a group of information about a
person is disclosed; `handslag_meets` whether the viewer reaches any case of a person. What costs least stands first.
"""

from handslag.foundation.wall import Wall, mine

_HOLDING = "('caseworker', 'lead')"


_ACTIVE = (
    f"d.ended_at IS NULL AND d.until >= (SELECT handslag_today()) AND (d.to_unit_id = ANY {mine('units')} "
    f"OR EXISTS (SELECT 1 FROM parties_unit u WHERE u.id = d.to_unit_id AND u.party_id = ANY {mine('parties')}))"
)
_SAFE = "SECURITY DEFINER SET search_path = public"

FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_enter(viewer bigint, api_parties text, today date) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$ BEGIN PERFORM made FROM (
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
    FROM places) made; END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_covered(person_subject text, party bigint, wanted text) RETURNS boolean
    LANGUAGE plpgsql STABLE {_SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM disclosure_disclosure d
    WHERE d.subject = person_subject AND d.from_party_id = party AND d."group" = wanted AND {_ACTIVE}); END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_reaches(the_case bigint, person bigint, opener bigint, holder bigint)
    RETURNS boolean LANGUAGE plpgsql STABLE {_SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM handovers_handover h JOIN parties_unit u ON u.id = h.to_unit_id
        WHERE h.case_id = the_case AND (h.sender_id = ANY {mine("posts")} OR h.to_unit_id = ANY {mine("units")}
        OR u.party_id = ANY {mine("parties")}))
    OR EXISTS (SELECT 1 FROM persons_person p JOIN disclosure_disclosure d ON d.subject = p.subject
        WHERE p.id = person AND {_ACTIVE}
        AND (d.from_party_id = opener
        OR d.from_party_id = (SELECT s.party_id FROM parties_post s WHERE s.id = holder)));
    END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_meets(person_subject text) RETURNS boolean
    LANGUAGE plpgsql STABLE {_SAFE} AS $$
    BEGIN RETURN EXISTS (SELECT 1 FROM persons_person p JOIN cases_case c ON c.person_id = p.id
        WHERE p.subject = person_subject AND (c.holder_id = ANY {mine("posts")}
        OR handslag_reaches(c.id, c.person_id, c.party_id, c.holder_id))); END $$""",
)

_CONCERNS = (
    f"from_party_id = ANY {mine('own')} OR EXISTS (SELECT 1 FROM parties_unit u "
    f"WHERE u.id = to_unit_id AND u.party_id = ANY {mine('own')})"
)

WALLS = [
    Wall(
        "disclosure_disclosure",
        f"to_unit_id = ANY {mine('units')} OR recorded_by_id = ANY {mine('posts')} "
        f"OR (({_CONCERNS}) AND handslag_meets(subject))",
    ),
    Wall(
        "disclosure_consent",
        "EXISTS (SELECT 1 FROM disclosure_disclosure d WHERE d.consent_id = disclosure_consent.id)",
    ),
]
