"""What the house must know of persons."""

from django.utils.translation import gettext_lazy as _

from handslag.foundation.rooms import APART, UNLINKED, Column, Microdata, Record, Room, each, emptied, gone, kept
from handslag.persons.microdata import persons

IDENTITY = "identity"

ROOM = Room(
    records=(
        Record(
            "persons.Person",
            {
                **each(kept(), "id party is_protected"),
                "subject": Column(UNLINKED),
                "hidden_words": emptied(),
                "sex": emptied(_("Sex")),
                "start_year": emptied(_("Start year"), to=None),
            },
        ),
        Record(
            "persons.Identity",
            {
                "person": gone(),
                "sealed_number": gone(_("Identity number"), is_sealed=True, is_rectifiable=True),
                "given_name": gone(_("Given name"), is_rectifiable=True),
                "family_name": gone(_("Family name"), is_rectifiable=True),
                **each(gone(), "search_name search_initials"),
            },
            about="person",
            key="identity",
            words=_("About me"),
            group=IDENTITY,
            noted_by="person.party",
        ),
        Record("persons.ProtectedSubject", each(Column(APART), "subject")),
    ),
    microdata=(Microdata("persons", persons),),
)
