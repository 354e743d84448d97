"""Reading notes: those whose words the viewer may see."""

from handslag.notes.models import Note

from handslag.cases.visibility import CaseVisibility


def notes_of(visible: CaseVisibility) -> list[Note]:
    """A case's notes, latest first."""
    found = Note.objects.filter(case=visible.case).select_related("by__user", "case").order_by("-id")
    return [note for note in found if visible.sees("text", note)]
