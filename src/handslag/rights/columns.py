"""What becomes of every stored column when a case's time is over: the retention rule, as data.

A column that is not named here fails a test. EMPTIED columns of a case, and GONE rows, hold what was known about the
person; KEPT ones are the skeleton that promise 1 needs (who held, when) and hold nobody's name but staff's. APART is
not about any person; it is kept by rules of its own (docs/operating.md).
"""

EMPTIED, GONE, KEPT, UNLINKED, APART = "emptied", "row goes", "kept", "unlinked", "apart"

COLUMNS: dict[str, dict[str, str]] = {
    "persons.Person": {KEPT: "id party is_protected", UNLINKED: "subject", EMPTIED: "sex start_year"},
    "persons.Identity": {GONE: "person sealed_number given_name family_name search_name search_initials"},
    "persons.ProtectedSubject": {APART: "subject"},
    "disclosure.Consent": {
        KEPT: "id manner given_on until gdpr_basis recorded_by recorded_at",
        UNLINKED: "subject",
        EMPTIED: "purpose witness",
    },
    "disclosure.Disclosure": {
        KEPT: "id from_party to_unit group consent statute begins_at until recorded_by ended_at ended_by",
        UNLINKED: "subject",
        EMPTIED: "reason",
    },
    "cases.Case": {
        KEPT: "id party person opened_at holder holder_since livelihood_by next_step_on next_step_by suspended_on "
        "suspended_until suspension_reason closed_at outcome person_wants_no_more joined_to content_removed_on",
        EMPTIED: "reference municipality_code target_groups livelihood livelihood_degree livelihood_since "
        "livelihood_ends_on next_step next_responsible imported_digest",
    },
    "cases.PastHolding": {KEPT: "case until holder"},
    "cases.PastStep": {KEPT: "id case due_on by ended_at was_done", EMPTIED: "text note"},
    "cases.PastLivelihood": {GONE: "id case kind by_party degree since until"},
    "handovers.Handover": {
        KEPT: "id case sender to_unit to_post previous joins reason needed_by proposed_contact_at offered_at state "
        "awaiting_since answered_at accepted_by first_contact_at contact_result decline_reason goes_back next_unit",
        EMPTIED: "brief promised",
    },
    "handovers.Message": {KEPT: "id handover at by verb", EMPTIED: "text"},
    "watch.Escalation": {KEPT: "id kind case handover waiting_since rung is_gap raised_on cleared_on"},
    "watch.Called": {KEPT: "id escalation post"},
    "watch.Round": {APART: "id on at figures"},
    "rights.Rectification": {KEPT: "id case field by at", EMPTIED: "sealed_before sealed_after reason"},
    "rights.Remainder": {
        APART: "id party_kind county_code sex birth_decade target_groups livelihood opened_year closed_year outcome "
        "handovers holders"
    },
    "journal.Entry": {KEPT: "id at actor acting_for verb subject subject_id basis address details seal"},
    "journal.Shown": {KEPT: "id entry case_id"},
    "journal.Head": {APART: "id place seal tag"},
    "parties.Party": {
        APART: "id code kind name county_code lead_after_days officer_after_days joint_after_days retention_years"
    },
    "parties.Unit": {APART: "id party code name county_code is_active"},
    "parties.User": {
        APART: "id password last_login email given_name family_name is_active is_demo staff_id sealed_totp totp_used_at"
    },
    "parties.Association": {APART: "id name"},
    "parties.Post": {APART: "id user role party unit association is_active"},
    "parties.Absence": {APART: "id post from_on until_on stand_in"},
    "parties.FailedSignIn": {APART: "key failures last_at"},
    "api.Token": {APART: "id party name digest created_at revoked_at"},
}
SEALED = {"persons.Identity": "sealed_number", "rights.Rectification": "sealed_before sealed_after",
          "parties.User": "sealed_totp"}  # fmt: skip
"""Columns that are encrypted, and that `handslag keys rotate` writes anew."""
