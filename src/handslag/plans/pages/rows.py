"""Plans and their steps, in lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import visibilities
from handslag.foundation import clock
from handslag.parties.viewer import Viewer
from handslag.plans.models import Plan, Step
from handslag.reference import codes
from handslag.ui.dates import due_tone, iso, minute, when
from handslag.ui.tables import Column, Table, link, moment, plain, table


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, as one viewer may see it."""

    url: str
    text: str
    name: str
    reference: str
    who: str
    person_does: str
    measure: str
    begins: str
    due: str
    due_in: str
    due_tone: str
    state: str


def _state(step: Step) -> str:
    if step.ended_at:
        return _("done") if step.was_done else _("not done")
    return _("next step of the case") if step.became_step else ""


def step_row(step: Step, *, name: str = "", reference: str = "", is_shown: bool = True) -> StepRow:
    """A step in a list; its words only where a basis shows them."""
    today = clock.today()
    measure = codes.label("rehabilitation_direction", step.measure) if step.measure and is_shown else ""
    return StepRow(
        url=reverse("plan-step", args=[step.public_id]),
        text=step.text if is_shown else _("not disclosed"),
        name=name,
        reference=reference,
        who=f"{step.to.user}, {step.to.unit}",
        person_does=step.person_does if is_shown else "",
        measure=measure,
        begins=iso(step.begins_on) if measure else "",
        due=iso(step.due_on),
        due_in="" if step.ended_at else when(step.due_on, today),
        due_tone="" if step.ended_at else due_tone(step.due_on, today),
        state=_state(step),
    )


def step_table(viewer: Viewer, steps: Iterable[Step]) -> Table:
    """Steps of plans in a table, as the viewer may see them."""
    steps = list(steps)
    seen = visibilities(viewer, [step.plan.case for step in steps], with_past=True)
    rows = [
        step_row(step, name=person_name(visible), reference=visible.case.reference, is_shown=visible.sees("text", step))
        for step, visible in zip(steps, seen, strict=True)
    ]
    columns = (
        Column(_("Step"), lambda row: link(row.text, row.url, row.measure), is_head=True),
        Column(_("Person"), lambda row: plain(row.name, row.reference)),
        Column(_("Due"), lambda row: moment(row.due_in, row.due_tone, row.due)),
    )
    return table(columns, rows)


def plan_table(viewer: Viewer, plans: Iterable[Plan]) -> Table:
    """Plans in a table: whose, and since when."""
    plans = list(plans)
    seen = visibilities(viewer, [plan.case for plan in plans], with_past=True)
    rows = [
        (reverse("plan", args=[plan.public_id]), person_name(visible), visible.case.reference, minute(plan.made_at))
        for plan, visible in zip(plans, seen, strict=True)
    ]
    columns = (
        Column(_("Person"), lambda row: link(row[1], row[0], row[2]), is_head=True),
        Column(_("Made"), lambda row: plain(row[3])),
    )
    return table(columns, rows)
