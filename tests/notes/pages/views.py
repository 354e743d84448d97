"""Writing a note, and reading one."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.cases.pages.views import form_page, reached
from handslag.notes.actions import write_note
from handslag.notes.queries import visible_note
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.forms import Form, words
from handslag.ui.submission import carried_out


class NoteForm(Form):
    """The note."""

    text = words(4, label=gettext_lazy("Note"), max_length=2000)


@page(*HOLDING_ROLES)
def write(request: Request, case_id: UUID) -> HttpResponse:
    """Notes something about a case."""
    case = reached(request, case_id)
    form = NoteForm(request.POST or None)
    if carried_out(request, form, lambda d: write_note(request.viewer, case.pk, d["text"]), _("The note is written.")):
        return redirect("case", case_id)
    return form_page(request, case, form, _("Write a note"), _("Save the note"))


@page(*CASE_ROLES)
def show(request: Request, note_id: UUID) -> HttpResponse:
    """One note."""
    note = visible_note(request.viewer, note_id)
    if note is None:
        raise Http404
    return render(request, "notes/note.html", {"note": note})
