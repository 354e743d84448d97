"""What the house must know of the journal."""

from django.utils.translation import gettext_noop

from handslag.foundation.rooms import APART, Column, Record, Room, Verb, each, kept
from handslag.journal.actions import LISTED, LOOKED

ROOM = Room(
    verbs={LOOKED: Verb(gettext_noop("opened the case")), LISTED: Verb(gettext_noop("saw the case in a list"))},
    records=(
        Record(
            "journal.Entry",
            each(
                kept(), "id at actor acting_for verb subject subject_id basis address details party group follows seal"
            ),
        ),
        Record("journal.Shown", each(kept(), "entry case_id")),
        Record("journal.Unsealed", each(Column(APART), "entry_id seal")),
        Record("journal.Batch", each(Column(APART), "number at places root seal")),
        Record("journal.Head", each(Column(APART), "id number seal tag")),
    ),
)
