"""The plan as an accessible PDF, in plain words, for the person."""

from pathlib import Path

from django.utils.translation import gettext as _

from handslag.plans.models import Review, Step
from handslag.plans.queries import ShownPlan
from handslag.reference import codes
from handslag.ui.documents import pdf

TEMPLATE = Path(__file__).with_name("plan.typ")


def _texts(words: Review) -> list[dict]:
    told = (
        (_("My goal"), words.goal),
        (_("The support that I need"), words.support),
        (_("What I have to do"), words.duties),
        (_("Which work or studies, and where"), words.direction),
        (_("What else is needed"), words.other),
    )
    return [{"heading": heading, "text": text} for heading, text in told if text]


def _step(step: Step) -> dict:
    facts = [
        (_("By whom?"), f"{step.to.user}, {step.to.unit}"),
        (_("By when?"), step.due_on.isoformat()),
        (_("What I do"), step.person_does),
        (_("Measure"), codes.label("rehabilitation_direction", step.measure) if step.measure else ""),
        (_("First day"), step.begins_on.isoformat() if step.begins_on else ""),
    ]
    return {"text": step.text, "facts": [list(pair) for pair in facts if pair[1]]}


def plan_pdf(found: ShownPlan, name: str, holder: str) -> bytes:
    """The plan as it stands, in the reader's language."""
    words, due = found.words, found.review_due
    return pdf(
        TEMPLATE,
        {
            "title": _("My plan"),
            "intro": [
                _("This is the plan for {name}.").format(name=name),
                _("{holder} is responsible for me now. Ask if something is unclear or has changed.").format(
                    holder=holder
                ),
            ],
            "texts": _texts(words) if words else [],
            "steps_heading": _("What happens"),
            "steps": [_step(step) for step in found.open_steps],
            "none": _("Nothing is planned."),
            "missing_heading": _("Not written yet"),
            "missing": [codes.label("plan_item", item) for item in found.missing] if words else [],
            "review": _("We look at the plan together again on {day} at the latest.").format(day=due) if due else "",
        },
    )
