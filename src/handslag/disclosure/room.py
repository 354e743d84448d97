"""What the house must know of disclosure."""

from django.utils.translation import gettext_noop

from handslag.foundation.rooms import UNLINKED, Column, Record, Room, Verb, each, kept, prose

_LAW = {"statute": "statutory_basis"}

ROOM = Room(
    records=(
        Record(
            "disclosure.Consent",
            {
                **each(kept(), "id manner given_on until gdpr_basis recorded_by recorded_at"),
                "subject": Column(UNLINKED),
                "purpose": prose(),
                "witness": prose(),
            },
        ),
        Record(
            "disclosure.Disclosure",
            {
                **each(
                    kept(),
                    "id from_party to_unit group consent statute begins_at until recorded_by ended_at ended_by",
                ),
                "subject": Column(UNLINKED),
                "reason": prose(),
            },
        ),
    ),
    verbs={
        "consent_given": Verb(gettext_noop("recorded the person's consent")),
        "consent_withdrawn": Verb(gettext_noop("noted that the person withdrew consent")),
        "told_by_law": Verb(gettext_noop("told another party by law: {statute}"), codes=_LAW),
    },
)
