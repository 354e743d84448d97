"""The caseworker's start page: what must I do today?"""

from django.http import HttpResponse
from django.shortcuts import render

from handslag.cases import queries as cases
from handslag.foundation import clock
from handslag.foundation.rooms import placed
from handslag.handovers import queries as handovers
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request, Viewer
from handslag.site.pages.sections import shown_sections, whole_section
from handslag.ui.access import page


@page(*HOLDING_ROLES)
def my_work(request: Request) -> HttpResponse:
    """What the signed-in caseworker must do, what is due first at the top."""
    viewer = request.viewer
    context = {
        "sections": shown_sections(viewer, "work"),
        "apart": [section for section in placed("work") if section.is_apart],
        "tiles": _tiles(viewer),
    }
    return render(request, "site/my_work.html", context)


def _tiles(viewer: Viewer) -> dict[str, int]:
    return {
        **cases.due_counts(viewer, clock.today()),
        "waiting": handovers.waiting_for(viewer).order_by().count(),
    }


@page(*HOLDING_ROLES)
def section(request: Request, section: str) -> HttpResponse:
    """All of one section of My work."""
    return whole_section(request, "work", section)
