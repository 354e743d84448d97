"""The plan on the case page and on the person's page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage
from handslag.plans.models import Plan
from handslag.plans.pages.rows import step_row
from handslag.plans.queries import ShownPlan, own_plans, plans_of, shown
from handslag.reference import codes
from handslag.ui.dates import due_tone, iso, when

MOST_STEPS = 3


def plan_on(page: CasePage) -> ShownPlan | None:
    """The plan of the page's case that goes on, else the latest; None where there is none."""
    plans = page.once("plans", lambda page: plans_of(page.case) if page.has(Plan) else [])
    return page.once("plan", lambda page: shown(page.visible, plans[0])) if plans else None


def plan_part(page: CasePage) -> dict | None:
    """The goal, what is done next, and what is missing, where the viewer may see that."""
    found = plan_on(page)
    if found is None:
        return None
    due = found.review_due
    return {
        "url": reverse("plan", args=[found.plan.public_id]),
        "goal": found.words.goal if found.words else _("not disclosed"),
        "steps": [step_row(step) for step in found.open_steps[:MOST_STEPS]],
        "missing": len(found.missing) if found.words and not found.plan.ended_at else 0,
        "ended": codes.label("plan_ending", found.plan.ending) if found.plan.ending and found.words else "",
        "review": iso(due),
        "review_in": when(due, page.today),
        "review_tone": due_tone(due, page.today) if due else "",
    }


def plan_button(page: CasePage) -> Iterator[Button]:
    """Making the plan, where none goes on."""
    found = plan_on(page)
    if found is None or found.plan.ended_at:
        yield Button(_("Make a plan"), reverse("make-plan", args=[page.case.public_id]))


def own(subject: str) -> dict | None:
    """The person's own plans."""
    plans = [
        {
            "id": found.plan.public_id,
            "party": found.plan.case.party.name,
            "goal": found.words.goal if found.words else "",
            "steps": [step_row(step) for step in found.open_steps],
        }
        for found in own_plans(subject)
    ]
    return {"plans": plans} if plans else None
