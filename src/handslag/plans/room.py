"""What the house must know of plans."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import PLAN
from handslag.foundation.rooms import (
    REMOVED,
    Microdata,
    Part,
    Placed,
    Record,
    Room,
    Section,
    Verb,
    Waiting,
    each,
    kept,
    prose,
)
from handslag.plans import queries, waits
from handslag.plans.microdata import rehabilitations
from handslag.plans.pages import parts, rows, timeline

_ENDED = {"group": PLAN, "noted_by": "ended_by.party"}

PLAN_RECORD = Record(
    "plans.Plan",
    {
        **each(kept(), "id public_id case by ended_by"),
        "made_at": kept(_("Made")),
        "ended_at": kept(_("Ended")),
        "ending": kept(_("How it ended"), **_ENDED),
    },
    about="case.person",
    key="plans",
    words=_("Plan"),
)
REVIEW = Record(
    "plans.Review",
    {
        **each(kept(), "id public_id plan by at"),
        "reviewed_on": kept(_("Written")),
        "goal": prose(_("Goal"), to=REMOVED),
        "support": prose(_("Need for support")),
        "duties": prose(_("The person's duties")),
        "direction": prose(_("Direction")),
        "other": prose(_("What else is needed")),
        "note": prose(_("What came of the review")),
    },
    about="plan.case.person",
    group=PLAN,
    noted_by="by.party",
    key="reviews",
    words=_("Review of the plan"),
)
STEP = Record(
    "plans.Step",
    {
        **each(kept(), "id public_id plan by made_at ended_by"),
        "text": prose(_("What"), to=REMOVED),
        "person_does": prose(_("What the person does")),
        "to": kept(_("By whom?")),
        "measure": kept(_("Measure")),
        "begins_on": kept(_("Begins")),
        "due_on": kept(_("Due")),
        "became_step": kept(_("Became the next step")),
        "ended_at": kept(_("Ended")),
        "was_done": kept(_("Done")),
    },
    about="plan.case.person",
    group=PLAN,
    noted_by="by.party",
    key="steps",
    words=_("Step of the plan"),
)

ROOM = Room(
    urls="handslag.plans.pages.urls",
    api=("/plans", "handslag.plans.api.router"),
    records=(PLAN_RECORD, REVIEW, STEP),
    verbs={
        "plan_made": Verb(gettext_noop("made the plan"), PLAN),
        "plan_reviewed": Verb(gettext_noop("reviewed the plan"), PLAN),
        "plan_step_added": Verb(gettext_noop("added a step to the plan, for {on}"), PLAN),
        "plan_step_ended": Verb(gettext_noop("noted what came of a step of the plan"), PLAN),
        "plan_step_due": Verb(gettext_noop("a step of the plan became the next step, for {on}"), PLAN),
        "plan_ended": Verb(gettext_noop("ended the plan: {ending}"), PLAN, {"ending": "plan_ending"}),
    },
    waiting=(
        Waiting(waits.UNREVIEWED, _("Plan to review"), "plan"),
        Waiting(waits.OVERDUE, _("Overdue step of a plan"), "plan-step"),
    ),
    waits=(waits.waits,),
    work=(
        Section("plan-steps", _("Steps of plans, for me to do"), 47, queries.steps_to_do, rows.step_table),
        Section("plans-to-review", _("Plans to review"), 52, queries.to_review, rows.plan_table),
    ),
    case_page=(Part("plans/_plan.html", 57, parts.plan_part),),
    person_page=(Part("plans/_own.html", 12, parts.own),),
    case_actions=(Placed(20, parts.plan_button),),
    lanes=(Placed(38, timeline.plan_lane),),
    microdata=(Microdata("rehabilitations", rehabilitations),),
)
