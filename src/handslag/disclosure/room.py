"""What the house must know of disclosure."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure import queries
from handslag.foundation.rooms import UNLINKED, Column, Record, Room, Verb, kept, prose

_LAW = {"statute": "statutory_basis"}
_SEEN = {"seen": "consent_seen"}


ROOM = Room(
    records=(
        Record(
            "disclosure.Consent",
            {
                "id": kept(),
                "public_id": kept(),
                "subject": Column(UNLINKED),
                "purpose": prose(_("What is the consent for?")),
                "manner": kept(_("How was it given?")),
                "witness": kept(_("Who else heard it, if it was oral")),
                "given_on": kept(_("When was it given?")),
                "until": kept(_("Until when does it hold?")),
                "gdpr_basis": kept(_("Basis for handling the data (GDPR)")),
                "recorded_by": kept(_("By whom?")),
                "recorded_at": kept(),
                "signed_at": kept(_("Signed by the person")),
            },
            key="consents",
            words=_("Consent"),
            of=queries.consents_extracted,
        ),
        Record(
            "disclosure.Disclosure",
            {
                "id": kept(),
                "public_id": kept(),
                "subject": Column(UNLINKED),
                "from_party": kept(_("From")),
                "to_unit": kept(_("To")),
                "group": kept(_("What")),
                "consent": kept(),
                "statute": kept(_("By which law?")),
                "reason": prose(_("Why does the law ask for it?")),
                "begins_at": kept(_("Since")),
                "until": kept(_("Until")),
                "recorded_by": kept(),
                "confirmed_by": kept(_("Confirmed by")),
                "seen": kept(),
                "ended_at": kept(_("Ended")),
                "ended_by": kept(),
            },
            key="disclosures",
            words=_("What was told to others, and to us"),
            of=queries.disclosures_extracted,
        ),
    ),
    verbs={
        "consent_given": Verb(gettext_noop("recorded the person's consent")),
        "consent_confirmed": Verb(gettext_noop("confirmed what we tell by the person's consent: {seen}"), codes=_SEEN),
        "consent_refused": Verb(gettext_noop("refused to tell by a consent that another party had recorded")),
        "consent_signed": Verb(gettext_noop("signed the consent with e-ID")),
        "consent_withdrawn": Verb(gettext_noop("noted that the person withdrew consent")),
        "told_by_law": Verb(gettext_noop("told another party by law: {statute}"), codes=_LAW),
    },
)
