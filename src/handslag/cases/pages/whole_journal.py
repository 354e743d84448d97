"""All that was done with a case, page by page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from handslag.cases.pages.journal import is_shown
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import reached
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.journal.pages.lines import change_line, items, sentence
from handslag.journal.queries import changes_of
from handslag.parties.rules import CASE_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.paging import page_of

LINES = 50


@page(*CASE_ROLES)
def show(request: Request, case_id: UUID) -> HttpResponse:
    """The journal of a case, latest first; what no basis shows to the viewer is left out."""
    case = reached(request, case_id)
    visible, found = visibility(request.viewer, case), page_of(changes_of(case.pk), request, LINES)
    lines = items(change_line(entry, sentence(entry)) for entry in found.rows if is_shown(visible, entry))
    context = {"case": case_row(visible, clock.today()), "lines": lines, "page": found}
    return render(request, "cases/journal.html", context)
