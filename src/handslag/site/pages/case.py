"""The case page, composed from what the rooms contribute: who holds, what happens next, and the whole way here."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from handslag.cases.pages.changing import carried
from handslag.cases.pages.page import Button, CasePage, case_page
from handslag.cases.pages.timeline import way
from handslag.cases.pages.views import reached
from handslag.cases.visibility import looked_at_once
from handslag.foundation.rooms import Part, placed
from handslag.parties.rules import CASE_ROLES
from handslag.parties.viewer import Request
from handslag.site.pages.parts import filled
from handslag.ui.access import page
from handslag.ui.timeline import picture


def _buttons(name: str, shown: CasePage) -> list[Button]:
    return [button for source in placed(name) for button in source.find(shown)]


def _actions(shown: CasePage) -> dict | None:
    if not shown.may_act:
        return None
    buttons = _buttons("case_actions", shown)
    return {"buttons": buttons, "carried": carried(shown.case) if any(b.is_posted for b in buttons) else {}}


def _way(shown: CasePage) -> dict:
    found = way(shown)
    return {"t": picture((lane.find(shown) for lane in placed("lanes")), found.scale, found.now)}


def _links(shown: CasePage) -> dict:
    return {"buttons": _buttons("case_links", shown)}


OWN = (
    Part("site/_actions.html", 60, _actions),
    Part("site/_way.html", 80, _way),
    Part("site/_actions.html", 100, _links),
)


@page(*CASE_ROLES)
def show(request: Request, case_id: UUID) -> HttpResponse:
    """The case page."""
    case = reached(request, case_id)
    with looked_at_once(request.viewer, [case]):
        shown = case_page(request.viewer, case)
        parts = filled((*placed("case_page"), *OWN), shown)
    return render(request, "site/case.html", {"page": shown, "parts": parts})
