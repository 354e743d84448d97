"""What the house must know of notes."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import PLAN
from handslag.foundation.rooms import Part, Placed, Record, Room, Section, Verb, kept, prose
from handslag.notes import queries
from handslag.notes.pages import parts, rows

ROOM = Room(
    urls="handslag.notes.pages.urls",
    api=("/notes", "handslag.notes.api.router"),
    records=(
        Record(
            "notes.Note",
            {
                "id": kept(),
                "public_id": kept(),
                "case": kept(),
                "text": prose(_("Note")),
                "by": kept(_("By whom?")),
                "at": kept(_("When")),
            },
            about="case.person",
            group=PLAN,
            noted_by="by.party",
            key="notes",
            words=_("Note"),
        ),
    ),
    verbs={"note_written": Verb(gettext_noop("wrote a note"), PLAN)},
    work=(Section("notes", _("Latest notes in my cases"), 65, queries.latest_notes, rows.note_table),),
    case_page=(Part("notes/_list.html", 85, parts.listed),),
    case_actions=(Placed(25, parts.note_button),),
)
