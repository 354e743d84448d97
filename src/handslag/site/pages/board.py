"""The watch board: what breaks or is about to, at the viewer's units or parties."""

from django.http import HttpResponse
from django.shortcuts import render

from handslag.parties.rules import CASE_ROLES
from handslag.parties.viewer import Request
from handslag.site.pages.sections import shown_sections, whole_section
from handslag.ui.access import page
from handslag.ui.dates import minute
from handslag.watch.queries import last_round


@page(*CASE_ROLES)
def board(request: Request) -> HttpResponse:
    """Counts and the first of each list."""
    last = last_round()
    context = {"sections": shown_sections(request.viewer, "board"), "last": minute(last.at) if last else ""}
    return render(request, "site/board.html", context)


@page(*CASE_ROLES)
def section(request: Request, section: str) -> HttpResponse:
    """One whole list of the board."""
    return whole_section(request, "board", section)
