"""Reading notes: those whose words the viewer may see."""

from uuid import UUID

from django.db.models import QuerySet

from handslag.cases.queries import visible_cases
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.foundation.prepared import prepared
from handslag.notes.models import Note
from handslag.parties.viewer import Viewer


def notes_of(visible: CaseVisibility) -> list[Note]:
    """A case's notes, latest first."""
    found = Note.objects.filter(case=visible.case).select_related("by__user", "case").order_by("-id")
    return [note for note in found if visible.sees("text", note)]


def visible_note(viewer: Viewer, note_id: UUID) -> Note | None:
    """A note by its public id; None where there is none that the viewer may see."""
    case = visible_cases(viewer).filter(notes__public_id=note_id).first()
    notes = notes_of(visibility(viewer, case)) if case else []
    return next((note for note in notes if note.public_id == note_id), None)


@prepared("post_ids", "own_party_ids")
def latest_notes(viewer: Viewer) -> QuerySet[Note]:
    """What the viewer's own party noted in the cases that the viewer holds, latest first."""
    return (
        Note.objects.filter(case__holder_id__in=viewer.post_ids, by__party_id__in=viewer.own_party_ids)
        .select_related("by__user", "case__person__identity", "case__holder")
        .order_by("-id")
    )
