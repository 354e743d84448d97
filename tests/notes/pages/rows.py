"""Notes in lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import visibilities
from handslag.notes.models import Note
from handslag.parties.viewer import Viewer
from handslag.ui.dates import minute
from handslag.ui.tables import Column, Table, link, plain, table


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note in a list."""

    url: str
    text: str
    person: str
    at: str
    by: str


def note_table(viewer: Viewer, notes: Iterable[Note]) -> Table:
    """Notes in a table. The persons' names pass through `visibilities`, so that each look is journalled."""
    notes = list(notes)
    shown = visibilities(viewer, [note.case for note in notes])
    rows = [
        NoteRow(
            reverse("note-shown", args=[note.public_id]), note.text, person_name(v), minute(note.at), str(note.by.user)
        )
        for note, v in zip(notes, shown, strict=True)
    ]
    columns = (
        Column(_("Note"), lambda row: link(row.text, row.url), is_head=True),
        Column(_("Person"), lambda row: plain(row.person)),
        Column(_("When"), lambda row: plain(row.at, row.by)),
    )
    return table(columns, rows)
