"""The caseworker's start page and search: what must I do today?"""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases import queries as cases
from handslag.foundation import clock
from handslag.handovers import queries as handovers
from handslag.watch import queries as watch
from handslag.web import rows
from handslag.web.access import CASE_ROLES, HOLDERS, page
from handslag.web.paging import Wanted, fetch, page_of

DISCLOSED = "disclosed"
SHORT, LONG = 8, 25
"""How many rows of a section My work shows; the persons held are the long one."""


def _sections(viewer) -> dict:
    """The sections of My work: how to find each, how to show it, in which template, under which heading."""

    def handover_section(find, heading):
        return find(viewer), partial(rows.handover_rows, viewer), "caseworker/_handovers.html", heading

    def case_section(find, heading):
        return find(viewer), partial(rows.case_rows, viewer), "caseworker/_cases.html", heading

    return {
        "climbed": (
            watch.climbed_to(viewer),
            partial(rows.escalation_rows, viewer),
            "caseworker/_escalations.html",
            _("Climbed to me"),
        ),
        "waiting": handover_section(handovers.waiting_for, _("Handovers that wait for an answer")),
        "questions": handover_section(handovers.questions_for, _("Questions to me")),
        "contacts": handover_section(handovers.contacts_of, _("First contacts that I booked")),
        "steps": case_section(cases.steps_for, _("My steps in others' cases")),
        "held": case_section(cases.held_by, _("Persons I hold")),
        "sent": handover_section(handovers.sent_by, _("Handovers I sent")),
    }


def _disclosed(viewer) -> tuple:
    """What other parties have disclosed to the viewer's units: a list of its own, which My work only leads to."""
    heading = _("Disclosed to my unit by other parties")
    return cases.disclosed_cases(viewer), partial(rows.case_rows, viewer), "caseworker/_cases.html", heading


@page(*HOLDERS)
def my_work(request: HttpRequest) -> HttpResponse:
    """What the signed-in caseworker must do, what is due first at the top."""
    viewer, today = request.viewer, clock.today()
    found = _sections(viewer)
    most = {name: LONG if name == "held" else SHORT for name in found}
    fetched = fetch(*(Wanted(section[0], 0, most[name] + 1) for name, section in found.items()))
    sections = [
        {
            "name": name,
            "heading": heading,
            "rows": show(shown[: most[name]]),
            "template": template,
            "more": len(shown) > most[name],
            "hide_holder": name == "held" and not viewer.absent,
        }
        for (name, (_found, show, template, heading)), shown in zip(found.items(), fetched, strict=True)
    ]
    return render(request, "caseworker/my_work.html", {"sections": sections, "tiles": _tiles(viewer, today)})


def _tiles(viewer, today) -> dict[str, int]:
    return {**cases.due_counts(viewer, today), "waiting": handovers.waiting_for(viewer).order_by().count()}


@page(*HOLDERS)
def whole_section(request: HttpRequest, section: str) -> HttpResponse:
    """All of one section of My work, page by page."""
    sections = {DISCLOSED: _disclosed(request.viewer)} if section == DISCLOSED else _sections(request.viewer)
    if section not in sections:
        raise Http404
    found, show, template, heading = sections[section]
    shown = page_of(found, request)
    return render(
        request,
        "caseworker/section.html",
        {"heading": heading, "rows": show(shown.rows), "template": template, "page": shown},
    )


@page(*CASE_ROLES)
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Finds persons the viewer may see. Posted, so that no identity number ever stands in an address."""
    text = request.POST.get("q", "").strip()[:130]
    found = list(cases.search(request.viewer, text)[:51]) if len(text) > 1 else []
    return render(
        request,
        "caseworker/search.html",
        {"text": text, "rows": rows.case_rows(request.viewer, found[:50]), "more": len(found) > 50},
    )
