"""Writing notes."""

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.notes.models import Note
from handslag.parties.viewer import Viewer


@action(may.change)
def write_note(actor: Viewer, case_id: int, text: str) -> Note:
    """Notes something about a case. Raises Refused for no words."""
    case = locked(case_id)
    if not text.strip():
        raise Refused(_("Write the note."), "text")
    post = actor.post_in(case.holder.unit_id) or case.holder
    note = Note.objects.create(case=case, text=text.strip(), by=post, at=clock.now())
    cases.journal(actor, "note_written", case)
    return note
