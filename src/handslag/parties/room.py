"""What the house must know of parties, units and people at work."""

from django.utils.translation import gettext_noop

from handslag.foundation.rooms import APART, Column, Record, Room, Verb, each

_APART = Column(APART)

ROOM = Room(
    verbs={
        "hired": Verb(gettext_noop("gave somebody a post")),
        "post_ended": Verb(gettext_noop("ended a post")),
        "password_set": Verb(gettext_noop("set a password")),
        "second_factor_set": Verb(gettext_noop("set a second factor")),
        "second_factor_removed": Verb(gettext_noop("took a second factor away")),
        "second_factor_reset": Verb(gettext_noop("reset a lost second factor")),
        "recovery_codes_made": Verb(gettext_noop("made new recovery codes")),
        "absence_registered": Verb(gettext_noop("noted an absence")),
        "absence_ended": Verb(gettext_noop("ended an absence")),
        "token_issued": Verb(gettext_noop("issued a token of the API")),
        "token_revoked": Verb(gettext_noop("revoked a token of the API")),
    },
    urls="handslag.parties.pages.urls",
    records=(
        Record(
            "parties.Party",
            each(
                _APART,
                "id code kind name county_code lead_after_days officer_after_days joint_after_days retention_years",
            ),
        ),
        Record("parties.Unit", each(_APART, "id public_id party code name county_code is_active")),
        Record(
            "parties.User",
            each(_APART, "id public_id email given_name family_name is_active is_demo staff_id"),
        ),
        Record("parties.Secret", each(_APART, "user password")),
        Record("parties.Association", each(_APART, "id name")),
        Record("parties.Post", each(_APART, "id public_id user role party unit association is_active")),
        Record("parties.Absence", each(_APART, "id public_id post from_on until_on stand_in")),
        Record("parties.Token", each(_APART, "id party name digest created_at revoked_at")),
    ),
)
