"""The pieces of the case page that tell of the case itself."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases import may
from handslag.cases.actions import obstacle_to_closing
from handslag.cases.pages.bases import basis_lines
from handslag.cases.pages.page import Button, CasePage
from handslag.cases.reopening import obstacle_to_reopening
from handslag.foundation.clock import day_of
from handslag.reference import codes
from handslag.ui.dates import iso, when


def heading(page: CasePage) -> dict:
    """Who the person is, and what the case is about."""
    visible = page.visible
    municipality = visible.value("municipality_code")
    groups = (visible.value("target_groups") or "").split(";")
    return {
        "number": visible.identity.number if visible.identity else "",
        "municipality": codes.label("municipality", municipality) if municipality else "",
        "groups": [codes.label("target_group", group) for group in groups if group],
    }


def bases(page: CasePage) -> dict | None:
    """On which basis each group of information is shown, where not all of it is the own record."""
    lines = basis_lines(page.visible)
    return {"lines": lines} if lines else None


def facts(page: CasePage) -> dict:
    """Who holds, what happens next or how it ended, and what the person lives on."""
    case, visible = page.case, page.visible
    shows_end = visible.sees("outcome")
    return {
        "since": day_of(case.holder_since).isoformat(),
        "held_in": when(day_of(case.holder_since), page.today),
        "step_by": case.next_step_by.user if case.next_step_by_id != case.holder_id else "",
        "livelihood_degree": visible.value("livelihood_degree"),
        "livelihood_since": iso(visible.value("livelihood_since")),
        "shows_end": shows_end,
        "outcome": codes.label("outcome", case.outcome) if shows_end else _("not disclosed"),
        "may_reopen": _may_reopen(page),
    }


def _may_reopen(page: CasePage) -> bool:
    case = page.case
    leads = not case.is_open and may.leading_post(page.viewer, case.holder) is not None
    return leads and not obstacle_to_reopening(case)


def step_button(page: CasePage) -> Iterator[Button]:
    """The one thing that is done most."""
    yield Button(_("Set the next step"), reverse("next-step", args=[page.case.public_id]), is_primary=True)


def change_buttons(page: CasePage) -> Iterator[Button]:
    """What else can be done with a case."""
    case = page.case
    if page.visible.sees("livelihood"):
        yield Button(_("Change the livelihood"), reverse("livelihood", args=[case.public_id]))
    if case.suspended_until:
        yield Button(_("End the pause"), reverse("resume", args=[case.public_id]), is_posted=True)
    else:
        yield Button(_("Pause"), reverse("pause", args=[case.public_id]))
    if not obstacle_to_closing(case):
        yield Button(_("Close the case"), reverse("close", args=[case.public_id]))
