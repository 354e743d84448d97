"""Who takes part has a place that was accepted; what was noted at the start and at the end stays; a participant without
a name takes a place as others do."""

from handslag.foundation.guards import Guard, frozen, undeletable, words_only_removed
from handslag.participations import rules
from handslag.referrals import rules as referrals

TABLE, AWAY, CAME, FOLLOWED, ANONYMOUS, REFERRAL, CASE = (
    "participations_participation",
    "participations_interruption",
    "participations_attendance",
    "participations_followup",
    "participations_anonymous",
    "referrals_referral",
    "cases_case",
)
_ASKED_NOTHING = ", ".join(f"'{reason}'" for reason in rules.WITHOUT_NEXT)
_PLACED = ", ".join(f"'{state}'" for state in referrals.PLACED)
_TAKEN = (
    f"((SELECT COUNT(*) FROM {REFERRAL} r WHERE r.measure_id = NEW.measure_id AND r.id <> {{}} "
    f"AND r.state IN ({_PLACED})) + (SELECT COUNT(*) FROM {ANONYMOUS} a WHERE a.measure_id = NEW.measure_id "
    "AND NOT a.has_left))"
)
_PLACES = "COALESCE((SELECT m.places FROM measures_measure m WHERE m.id = NEW.measure_id), 0)"
_HELD = "1 FROM measures_measure m WHERE m.id = NEW.measure_id FOR NO KEY UPDATE"
_OF = f"1 FROM {TABLE} p WHERE p.id = NEW.participation_id FOR UPDATE"
_BEFORE = "id public_id referral_id moved_from_id started_on started_by_id started_at target_group".split()
GUARDS = [
    undeletable(TABLE),
    frozen(TABLE, *_BEFORE),
    words_only_removed(TABLE, "livelihood_before", "occupation_before", "education"),
    frozen(TABLE, "support_months", when="NEW.support_months IS NOT NULL", name="support_only_removed"),
    frozen(TABLE, "ended_on", "ended_by_id", "ended_at", "outcome", when="OLD.ended_on IS NOT NULL", name="end_stands"),
    words_only_removed(TABLE, "livelihood_after", "occupation_after", "next_step", when="OLD.ended_on IS NOT NULL"),
    frozen(
        TABLE,
        "end_reason",
        when=f"OLD.ended_on IS NOT NULL AND NEW.end_reason <> '{rules.MIS_REGISTERED}'",
        name="reason_stands",
    ),
    frozen(TABLE, "seen_at", when="OLD.seen_at IS NOT NULL", name="seen_stands"),
    Guard(
        f"{TABLE}_has_a_place",
        TABLE,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {REFERRAL} r WHERE r.id = NEW.referral_id AND r.state = "
        f"CASE WHEN NEW.ended_on IS NULL THEN '{referrals.ACCEPTED}' ELSE '{referrals.ENDED}' END)",
        f"{TABLE}: who takes part has a place",
        lock=f"1 FROM {REFERRAL} r WHERE r.id = NEW.referral_id FOR UPDATE",
    ),
    Guard(
        f"{TABLE}_starts_in_an_open_case",
        TABLE,
        "INSERT",
        f"NEW.ended_on IS NULL AND EXISTS (SELECT 1 FROM {REFERRAL} r JOIN {CASE} c ON c.id = r.case_id "
        "WHERE r.id = NEW.referral_id AND c.closed_at IS NOT NULL)",
        f"{TABLE}: a case is open while its person takes part",
        lock=f"1 FROM {CASE} c JOIN {REFERRAL} r ON r.case_id = c.id WHERE r.id = NEW.referral_id FOR SHARE OF c",
    ),
    Guard(
        f"{TABLE}_moves_with_the_person",
        TABLE,
        "INSERT",
        f"NEW.moved_from_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {TABLE} f JOIN {REFERRAL} o "
        f"ON o.id = f.referral_id JOIN {REFERRAL} n ON n.id = NEW.referral_id AND n.case_id = o.case_id "
        "WHERE f.id = NEW.moved_from_id)",
        f"{TABLE}: it goes on from one of the same case",
    ),
    Guard(
        f"{TABLE}_ends_after_what_is_noted",
        TABLE,
        "UPDATE",
        f"OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL AND NEW.end_reason <> '{rules.MIS_REGISTERED}' "
        f"AND (EXISTS (SELECT 1 FROM {AWAY} i WHERE i.participation_id = NEW.id AND i.from_on > NEW.ended_on) "
        f"OR EXISTS (SELECT 1 FROM {CAME} a WHERE a.participation_id = NEW.id AND a.came AND a.day > NEW.ended_on))",
        f"{TABLE}: nobody is away, or comes, after the end",
    ),
    Guard(
        f"{TABLE}_ends_back_at_work",
        TABLE,
        "UPDATE",
        f"OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL AND EXISTS (SELECT 1 FROM {AWAY} i "
        "WHERE i.participation_id = NEW.id AND i.until_on IS NULL)",
        f"{TABLE}: an interruption ends first",
    ),
    Guard(
        "participations_place_is_kept",
        REFERRAL,
        "UPDATE",
        f"OLD.state = '{referrals.ACCEPTED}' AND NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM {TABLE} p "
        "WHERE p.referral_id = NEW.id AND p.ended_on IS NULL)",
        f"{REFERRAL}: end the participation first",
        lock=f"1 FROM {TABLE} p WHERE p.referral_id = NEW.id FOR UPDATE",
    ),
    undeletable(AWAY),
    frozen(AWAY, "id", "participation_id", "from_on", "reason", "by_id"),
    frozen(AWAY, "until_on", when="OLD.until_on IS NOT NULL", name="back_stands"),
    Guard(
        f"{AWAY}_while_it_goes_on",
        AWAY,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {TABLE} p WHERE p.id = NEW.participation_id AND p.ended_on IS NULL "
        "AND p.started_on <= NEW.from_on)",
        f"{AWAY}: only who takes part is away",
        lock=_OF,
    ),
    Guard(
        f"{AWAY}_once_at_a_time",
        AWAY,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {AWAY} i WHERE i.participation_id = NEW.participation_id "
        "AND (i.until_on IS NULL OR i.until_on > NEW.from_on))",
        f"{AWAY}: nobody is away twice at once",
        lock=_OF,
    ),
    undeletable(CAME),
    frozen(CAME, "id", "participation_id", "day", "by_id"),
    *(
        Guard(
            f"{CAME}_while_it_goes_on_{event.lower()}",
            CAME,
            event,
            f"NOT EXISTS (SELECT 1 FROM {TABLE} p WHERE p.id = NEW.participation_id AND p.ended_on IS NULL "
            "AND p.started_on <= NEW.day)",
            f"{CAME}: only who takes part comes",
            lock=_OF,
        )
        for event in ("INSERT", "UPDATE")
    ),
    undeletable(FOLLOWED),
    frozen(FOLLOWED, "id", "participation_id", "months", "is_reached", "by_id", "at"),
    words_only_removed(FOLLOWED, "livelihood", "occupation"),
    Guard(
        f"{FOLLOWED}_after_the_end",
        FOLLOWED,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {TABLE} p WHERE p.id = NEW.participation_id AND p.ended_on IS NOT NULL "
        f"AND p.end_reason NOT IN ({_ASKED_NOTHING}))",
        f"{FOLLOWED}: only what has ended is followed up",
    ),
    undeletable(ANONYMOUS),
    frozen(ANONYMOUS, "id", "public_id", "measure_id", "unit_id", "sex", "start_year"),
    Guard(
        f"{ANONYMOUS}_leaves_for_good",
        ANONYMOUS,
        "UPDATE",
        "OLD.has_left AND NOT NEW.has_left",
        f"{ANONYMOUS}: who has left has left",
    ),
    Guard(
        f"{ANONYMOUS}_has_a_place",
        ANONYMOUS,
        "INSERT",
        f"NEW.has_left OR {_TAKEN.format(0)} >= {_PLACES}",
        f"{ANONYMOUS}: no place is free",
        lock=_HELD,
    ),
    Guard(
        "participations_place_is_free",
        REFERRAL,
        "UPDATE",
        f"OLD.state NOT IN ({_PLACED}) AND NEW.state IN ({_PLACED}) AND {_TAKEN.format('NEW.id')} >= {_PLACES}",
        f"{REFERRAL}: no place is free",
        lock=f"1 FROM measures_measure m WHERE m.id = NEW.measure_id AND NEW.state IN ({_PLACED}) FOR NO KEY UPDATE",
    ),
    Guard(
        "participations_places_stay",
        "measures_measure",
        "UPDATE",
        f"NEW.places < OLD.places AND (SELECT COUNT(*) FROM {REFERRAL} r WHERE r.measure_id = NEW.id "
        f"AND r.state IN ({_PLACED})) + (SELECT COUNT(*) FROM {ANONYMOUS} a WHERE a.measure_id = NEW.id "
        "AND NOT a.has_left) > NEW.places",
        "measures_measure: more places are taken",
    ),
    Guard(
        "participations_case_closes_after",
        CASE,
        "UPDATE",
        f"OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS (SELECT 1 FROM {TABLE} p "
        f"JOIN {REFERRAL} r ON r.id = p.referral_id WHERE r.case_id = NEW.id AND p.ended_on IS NULL)",
        "cases_case: end its participations before closing",
        lock=f"1 FROM {REFERRAL} r WHERE r.case_id = NEW.id AND NEW.closed_at IS NOT NULL FOR SHARE",
    ),
]
