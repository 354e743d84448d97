"""Promise 1, held by the database: every open case has exactly one holder at every instant, with no hole behind.

The holder column cannot be empty, so a case is always held. A change of holder writes the change point itself, at an
instant strictly after the one before; change points come in no other way and never go. A post can be a holder only
while it and its user are active, and cannot be ended while it holds. Closing ends the last holding; nothing of it
changes afterwards, unless a reopening is written, which tells what it undoes, and opens the case by itself.
"""

from handslag.foundation.guards import Consequence, Guard, frozen, undeletable
from handslag.foundation.rooms import REMOVED
from handslag.parties.rules import LEAD, OFFICER

CASE, PAST, MET, PERSON = "cases_case", "cases_pastholding", "cases_acquaintance", "persons_person"
ANEW = "cases_reopening"
PARTY = "(SELECT b.party_id FROM parties_post b WHERE b.id = NEW.recorded_by_id)"

INSTANT = "'[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]*'"
INACTIVE_HOLDER = (
    "NOT EXISTS (SELECT 1 FROM parties_post p JOIN parties_user u ON u.id = p.user_id "
    "WHERE p.id = NEW.{0} AND p.is_active AND u.is_active AND p.role IN ('caseworker', 'lead'))"
)
LOCK_HOLDER = "1 FROM parties_post p WHERE p.id IN (NEW.holder_id, NEW.next_step_by_id) FOR SHARE"
HOLDER_MOVES = "NEW.holder_id <> OLD.holder_id"
REOPENS = "(OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL)"
BEGINS_TO_HOLD = f"({HOLDER_MOVES} OR {REOPENS})"
_STAYS_CLOSED = (
    f"OLD.closed_at IS NOT NULL AND NOT (NEW.closed_at IS NULL AND EXISTS (SELECT 1 FROM {ANEW} r "
    "WHERE r.case_id = NEW.id AND r.closed_at = OLD.closed_at AND r.at = NEW.holder_since "
    "AND r.holder_id = NEW.holder_id))"
)


def _not_an_instant(column: str) -> str:
    return f"(NEW.{column} IS NOT NULL AND NEW.{column} NOT GLOB {INSTANT})"


GUARDS = [
    undeletable(CASE),
    frozen(CASE, "id", "public_id", "party_id", "person_id", "opened_at"),
    frozen(CASE, "reference", when="NEW.content_removed_on IS NULL", name="reference_frozen"),
    frozen(
        CASE,
        *("holder_id", "holder_since", "closed_at", "outcome", "person_wants_no_more", "joined_to_id"),
        when=_STAYS_CLOSED,
        name="frozen_when_closed",
    ),
    frozen(
        CASE,
        "next_responsible",
        when=f"{_STAYS_CLOSED} AND NEW.content_removed_on IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM persons_person p JOIN persons_protectedsubject s ON s.subject = p.subject "
        "WHERE p.id = NEW.person_id)",
        name="next_frozen_when_closed",
    ),
    Guard(
        "cases_case_content_stays_while_open",
        CASE,
        "UPDATE",
        "NEW.content_removed_on IS DISTINCT FROM OLD.content_removed_on "
        "AND (OLD.content_removed_on IS NOT NULL OR NEW.closed_at IS NULL)",
        "cases_case: content is removed once, after the case is closed",
    ),
    Guard(
        "cases_case_joins_the_same_person",
        CASE,
        "UPDATE",
        "NEW.joined_to_id IS NOT NULL AND NEW.joined_to_id IS DISTINCT FROM OLD.joined_to_id AND NOT EXISTS "
        f"(SELECT 1 FROM {CASE} m JOIN persons_person mp ON mp.id = m.person_id JOIN persons_person p "
        "ON p.id = NEW.person_id WHERE m.id = NEW.joined_to_id AND m.closed_at IS NULL AND m.joined_to_id IS NULL "
        f"AND m.holder_id = NEW.holder_id AND mp.subject = p.subject "
        f"AND NOT EXISTS (SELECT 1 FROM {CASE} j WHERE j.joined_to_id = NEW.id))",
        "cases_case: a case joins an open case of the same person and the same holder",
        lock=f"1 FROM {CASE} m WHERE m.id = NEW.joined_to_id FOR SHARE",
    ),
    Guard(
        "cases_case_closes_after_joined",
        CASE,
        "UPDATE",
        "OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM {CASE} j WHERE j.joined_to_id = NEW.id AND j.closed_at IS NULL)",
        "cases_case: close the cases joined to it first",
    ),
    Consequence(
        "cases_case_joined_follow",
        CASE,
        "UPDATE",
        HOLDER_MOVES,
        f"UPDATE {CASE} SET holder_id = NEW.holder_id, holder_since = NEW.holder_since "
        "WHERE joined_to_id = NEW.id AND closed_at IS NULL",
    ),
    Guard(
        "cases_case_joined_stay_together",
        CASE,
        "UPDATE",
        f"{HOLDER_MOVES} AND NEW.joined_to_id IS NOT NULL AND NEW.joined_to_id IS NOT DISTINCT FROM OLD.joined_to_id "
        f"AND NEW.holder_id <> (SELECT m.holder_id FROM {CASE} m WHERE m.id = NEW.joined_to_id)",
        "cases_case: a joined case is held with the one it is joined to",
    ),
    *(
        Guard(
            f"cases_case_instants_on_{event.lower()}",
            CASE,
            event,
            " OR ".join(map(_not_an_instant, ("opened_at", "holder_since", "closed_at"))),
            "cases_case: an instant is not written as YYYY-MM-DD HH:MM:SS",
            vendors=("sqlite",),
        )
        for event in ("INSERT", "UPDATE")
    ),
    Guard(
        "cases_case_opens_held",
        CASE,
        "INSERT",
        "NEW.holder_since <> NEW.opened_at OR NEW.closed_at IS NOT NULL "
        "OR NOT EXISTS (SELECT 1 FROM persons_person p WHERE p.id = NEW.person_id AND p.party_id = NEW.party_id)",
        "cases_case: a case opens with its first holder, for a person of the party",
    ),
    Guard(
        "cases_case_first_holder_is_active",
        CASE,
        "INSERT",
        f"{INACTIVE_HOLDER.format('holder_id')} OR {INACTIVE_HOLDER.format('next_step_by_id')}",
        "cases_case: the holder and the one of the next step must be active caseworkers",
        lock=LOCK_HOLDER,
    ),
    Guard(
        "cases_case_holder_is_active",
        CASE,
        "UPDATE",
        f"({BEGINS_TO_HOLD} AND {INACTIVE_HOLDER.format('holder_id')}) OR "
        f"(NEW.next_step_by_id <> OLD.next_step_by_id AND {INACTIVE_HOLDER.format('next_step_by_id')})",
        "cases_case: the holder and the one of the next step must be active caseworkers",
        lock=LOCK_HOLDER,
    ),
    Guard(
        "cases_case_moves_forward",
        CASE,
        "UPDATE",
        f"({HOLDER_MOVES} AND (NEW.holder_since <= OLD.holder_since OR NEW.closed_at IS NOT NULL)) "
        f"OR (NOT {BEGINS_TO_HOLD} AND NEW.holder_since <> OLD.holder_since)",
        "cases_case: a new holder holds from a later instant, on an open case",
    ),
    Consequence(
        "cases_case_remembers_holder",
        CASE,
        "UPDATE",
        f"{HOLDER_MOVES} AND NOT {REOPENS}",
        f"INSERT INTO {PAST} (case_id, until, holder_id) VALUES (NEW.id, NEW.holder_since, OLD.holder_id)",
    ),
    Consequence(
        "cases_case_remembers_holder_to_the_end",
        CASE,
        "UPDATE",
        REOPENS,
        f"INSERT INTO {PAST} (case_id, until, holder_id) VALUES (NEW.id, OLD.closed_at, OLD.holder_id)",
    ),
    Guard(
        "cases_pastholding_written_by_moves_alone",
        PAST,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {CASE} c LEFT JOIN {ANEW} r ON r.case_id = c.id AND r.at = c.holder_since "
        "WHERE c.id = NEW.case_id AND COALESCE(r.closed_at, c.holder_since) = NEW.until "
        f"AND NEW.until > c.opened_at) OR EXISTS (SELECT 1 FROM {PAST} o WHERE o.case_id = NEW.case_id "
        "AND o.until = NEW.until)",
        "cases_pastholding: change points are written when a case moves, not by hand",
    ),
    Guard("cases_pastholding_unchangeable", PAST, "UPDATE", "1=1", "cases_pastholding: history does not change"),
    undeletable(PAST),
    Guard(
        "cases_reopening_undoes_a_closing",
        ANEW,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {CASE} c WHERE c.id = NEW.case_id AND c.closed_at = NEW.closed_at "
        "AND c.outcome = NEW.outcome AND c.next_responsible = NEW.next_responsible "
        "AND c.person_wants_no_more = NEW.person_wants_no_more AND c.joined_to_id IS NULL "
        "AND c.content_removed_on IS NULL)",
        "cases_reopening: only a closed case that was not joined to another, and is not emptied, is opened again",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR UPDATE",
    ),
    Guard(
        "cases_reopening_by_who_leads_the_unit",
        ANEW,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {CASE} c JOIN parties_post o ON o.id = c.holder_id "
        "JOIN parties_post b ON b.id = NEW.by_id AND b.is_active WHERE c.id = NEW.case_id "
        f"AND ((b.role = '{LEAD}' AND b.unit_id = o.unit_id) OR (b.role = '{OFFICER}' AND b.party_id = o.party_id)))",
        "cases_reopening: the lead of the unit that was responsible, or the officer of its party, opens a case again",
        lock="1 FROM parties_post b WHERE b.id = NEW.by_id FOR SHARE",
    ),
    Consequence(
        "cases_reopening_opens_the_case",
        ANEW,
        "INSERT",
        "1=1",
        f"UPDATE {CASE} SET closed_at = NULL, outcome = '', next_responsible = '', person_wants_no_more = (1=0), "
        "holder_id = NEW.holder_id, holder_since = NEW.at, next_step_by_id = NEW.holder_id WHERE id = NEW.case_id",
    ),
    undeletable(ANEW),
    frozen(
        ANEW,
        *("id", "case_id", "closed_at", "outcome", "person_wants_no_more", "at", "by_id", "reason", "holder_id"),
    ),
    frozen(ANEW, "next_responsible", when=f"NEW.next_responsible NOT IN ('', '{REMOVED}')", name="words_only_removed"),
    undeletable(MET),
    frozen(MET, "id", "case_id", "person_id", "law", "by_id", "at"),
    Guard(
        "cases_acquaintance_is_of_its_party",
        MET,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM parties_post b JOIN persons_person p ON p.party_id = b.party_id "
        "WHERE b.id = NEW.by_id AND p.id = NEW.person_id)",
        "cases_acquaintance: a party notes whom it has met in its own record",
    ),
    *(
        Guard(
            f"{table}_of_one_person",
            table,
            "UPDATE",
            f"NEW.subject <> OLD.subject AND EXISTS (SELECT 1 FROM {PERSON} p WHERE p.subject = NEW.subject) "
            f"AND ({besides}EXISTS (SELECT 1 FROM {PERSON} p WHERE p.subject = OLD.subject AND p.party_id = {PARTY}) "
            f"OR NOT EXISTS (SELECT 1 FROM {PERSON} p WHERE p.subject = NEW.subject AND p.party_id = {PARTY}))",
            f"{table}: it is of one person, and follows only the number that its party has rectified",
        )
        for table, besides in (("disclosure_consent", ""), ("disclosure_disclosure", "NEW.seen <> '' OR "))
    ),
    Guard(
        "parties_post_leaves_after_cases",
        "parties_post",
        "UPDATE",
        "OLD.is_active AND NOT NEW.is_active AND EXISTS (SELECT 1 FROM cases_case c "
        "WHERE c.closed_at IS NULL AND (c.holder_id = NEW.id OR c.next_step_by_id = NEW.id))",
        "parties_post: move its cases and next steps first",
    ),
]
