"""The joint assessment on the case page and on the person's page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.assessments.models import Assessment
from handslag.assessments.pages.rows import assessment_row
from handslag.assessments.queries import assessments_of, facts_of, own_assessments
from handslag.assessments.wording import state_label
from handslag.cases.pages.page import Button, CasePage
from handslag.foundation.clock import day_of
from handslag.ui.dates import iso, minute


def assessments_on(page: CasePage) -> list[Assessment]:
    """The assessments of the page's case, the latest first."""
    return page.once("assessments", lambda page: assessments_of(page.case) if page.has(Assessment) else [])


def state_on(page: CasePage, assessment: Assessment) -> str:
    """An assessment's state in words."""
    return page.once(f"assessment {assessment.pk}", lambda _page: state_label(facts_of(assessment).state))


def assessment_part(page: CasePage) -> dict | None:
    """The latest assessment: what it is for, how far it has come, and where to go on."""
    found = assessments_on(page)
    if not found:
        return None
    latest = found[0]
    shows = page.visible.sees("purpose", latest)
    return {
        "row": assessment_row(latest, page.visible),
        "state": state_on(page, latest) if shows else "",
        "goes_on": latest.ended_at is None,
        "earlier": [
            (reverse("assessment", args=[before.public_id]), iso(day_of(before.asked_at))) for before in found[1:]
        ],
    }


def ask_button(page: CasePage) -> Iterator[Button]:
    """Asking for a joint assessment, or going on with the one that was asked for."""
    latest = next(iter(assessments_on(page)), None)
    if latest and latest.ended_at is None:
        yield Button(_("To the joint assessment"), reverse("assessment", args=[latest.public_id]))
    else:
        yield Button(_("Call to a joint assessment"), reverse("ask-assessment", args=[page.case.public_id]))


def own(subject: str) -> dict | None:
    """The assessments of the person that go on."""
    found = [
        {
            "party": assessment.case.party.name,
            "purpose": assessment.purpose,
            "state": state_label(facts_of(assessment).state),
            "asked": minute(assessment.asked_at),
        }
        for assessment in own_assessments(subject)
    ]
    return {"assessments": found} if found else None
