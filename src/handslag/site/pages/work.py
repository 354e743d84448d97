"""The caseworker's start page: what must I do today?"""

from django.http import HttpResponse
from django.shortcuts import render

from handslag.cases.queries import due_counts
from handslag.foundation.rooms import placed
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.site.pages.sections import shown_sections, whole_section
from handslag.ui.access import page


@page(*HOLDING_ROLES)
def my_work(request: Request) -> HttpResponse:
    """What the signed-in caseworker must do, what is due first at the top."""
    viewer = request.viewer
    sections = shown_sections(viewer, "work")
    context = {
        "sections": [shown for shown in sections if shown.table or shown.section.is_always_shown],
        "apart": [section for section in placed("work") if section.is_apart],
        "tiles": due_counts(viewer) | {shown.section.name: shown.count for shown in sections},
    }
    return render(request, "site/my_work.html", context)


@page(*HOLDING_ROLES)
def section(request: Request, section: str) -> HttpResponse:
    """All of one section of My work."""
    return whole_section(request, "work", section)
