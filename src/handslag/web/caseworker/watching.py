"""The watch board: what breaks or is about to, at the viewer's units or parties."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from handslag.watch.queries import Board, climbed_to, last_round
from handslag.watch.queries import board as board_of
from handslag.web import rows
from handslag.web.access import CASE_ROLES, page
from handslag.web.paging import Wanted, fetch, page_of

SHORT = 8


def _sections(found: Board, viewer) -> dict[str, tuple]:
    def escalations(shown):
        return rows.escalation_rows(viewer, shown)

    def cases(shown):
        return rows.case_rows(viewer, shown)

    return {
        "climbed": (_("Climbed to me"), climbed_to(viewer), escalations, "caseworker/_escalations.html"),
        "unprepared": (
            _("Livelihood ends within 90 days, no handover accepted"),
            found.unprepared,
            cases,
            "caseworker/_cases.html",
        ),
        "overdue": (_("Overdue next steps"), found.overdue, cases, "caseworker/_cases.html"),
        "consents": (
            _("Consents that run out within 30 days"),
            found.consents_ending,
            cases,
            "caseworker/_cases.html",
        ),
        "climbing": (_("Climbing"), found.climbing, escalations, "caseworker/_escalations.html"),
        "empty-rungs": (_("Empty rungs"), found.empty_rungs, escalations, "caseworker/_escalations.html"),
    }


@page(*CASE_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """Counts and the first of each list."""
    found = _sections(board_of(request.viewer), request.viewer)
    fetched = fetch(*(Wanted(section[1], 0, SHORT + 1) for section in found.values()))
    sections = [
        {
            "name": name,
            "heading": heading,
            "count": whole.order_by().count() if len(shown) > SHORT else len(shown),
            "rows": show(shown[:SHORT]),
            "template": template,
        }
        for (name, (heading, whole, show, template)), shown in zip(found.items(), fetched, strict=True)
    ]
    last = last_round()
    return render(
        request, "caseworker/watch.html", {"sections": sections, "last": rows.minute(last.at) if last else ""}
    )


@page(*CASE_ROLES)
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One whole list of the board, page by page."""
    sections = _sections(board_of(request.viewer), request.viewer)
    if section not in sections:
        raise Http404
    heading, found, show, template = sections[section]
    shown = page_of(found, request)
    return render(
        request,
        "caseworker/section.html",
        {"heading": heading, "rows": show(shown.rows), "template": template, "page": shown},
    )
