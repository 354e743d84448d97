"""What the house must know of cases."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.cases import queries, waits
from handslag.cases.actions import LAWS
from handslag.cases.microdata import livelihoods
from handslag.cases.pages import journal, parts, rows, timeline
from handslag.cases.reopening import REASONS
from handslag.disclosure.rules import HEALTH, IDENTITY, LIVELIHOOD, PLAN, WORK_EDUCATION
from handslag.foundation.clock import day_of
from handslag.foundation.rooms import (
    REMOVED,
    Link,
    Microdata,
    Part,
    Placed,
    Record,
    Room,
    Section,
    Verb,
    Waiting,
    emptied,
    gone,
    kept,
    prose,
)
from handslag.parties.rules import LEAD

_HOLDER, _NOTER = "holder.party", "livelihood_by"


def _reference_to(case) -> str:
    return f"{REMOVED}{case.pk}"


def _livelihood_since_to(case):
    return day_of(case.opened_at)


def _next_responsible_to(case) -> str:
    return REMOVED if case.next_responsible else ""


CASE = Record(
    "cases.Case",
    about="person",
    noted_by="party",
    key="cases",
    words=_("Case"),
    columns={
        "id": kept(),
        "public_id": kept(),
        "party": kept(),
        "reference": emptied(_("Reference"), to=_reference_to),
        "person": kept(),
        "municipality_code": emptied(_("Municipality"), group=IDENTITY, is_rectifiable=True),
        "target_groups": emptied(_("Need groups"), group=HEALTH, is_rectifiable=True),
        "opened_at": kept(_("Opened")),
        "holder": kept(_("Responsible")),
        "holder_since": kept(_("Responsible since")),
        "livelihood": emptied(_("Livelihood"), group=LIVELIHOOD, noted_by=_NOTER),
        "livelihood_by": kept(),
        "livelihood_degree": emptied(_("Degree"), group=LIVELIHOOD, noted_by=_NOTER, to=None),
        "livelihood_since": emptied(_("Livelihood since"), group=LIVELIHOOD, noted_by=_NOTER, to=_livelihood_since_to),
        "livelihood_ends_on": emptied(_("Livelihood ends"), group=LIVELIHOOD, noted_by=_NOTER, to=None),
        "next_step": prose(_("Next step"), group=PLAN, noted_by=_HOLDER, to=REMOVED),
        "next_step_on": kept(_("Due"), group=PLAN, noted_by=_HOLDER),
        "next_step_by": kept(_("By whom?"), group=PLAN, noted_by=_HOLDER),
        "suspended_on": kept(group=PLAN, noted_by=_HOLDER),
        "suspended_until": kept(_("Pause until"), group=PLAN, noted_by=_HOLDER),
        "suspension_reason": kept(_("Reason"), group=PLAN, noted_by=_HOLDER),
        "closed_at": kept(_("Closed")),
        "outcome": kept(_("Outcome"), group=WORK_EDUCATION, noted_by=_HOLDER),
        "next_responsible": prose(
            _("Next responsible"), group=WORK_EDUCATION, noted_by=_HOLDER, to=_next_responsible_to
        ),
        "person_wants_no_more": kept(_("The person wants no more"), group=WORK_EDUCATION, noted_by=_HOLDER),
        "joined_to": kept(),
        "imported_digest": emptied(),
        "content_removed_on": kept(),
    },
)
PAST_HOLDING = Record(
    "cases.PastHolding",
    about="case.person",
    key="past_holdings",
    words=_("Responsible before"),
    columns={"case": kept(), "until": kept(_("To")), "holder": kept(_("Responsible"))},
)
REOPENING = Record(
    "cases.Reopening",
    about="case.person",
    key="reopenings",
    words=_("Opened again"),
    columns={
        "id": kept(),
        "case": kept(),
        "closed_at": kept(_("Closed")),
        "outcome": kept(_("Outcome"), group=WORK_EDUCATION, noted_by=_HOLDER),
        "next_responsible": prose(
            _("Next responsible"), group=WORK_EDUCATION, noted_by=_HOLDER, to=_next_responsible_to
        ),
        "person_wants_no_more": kept(_("The person wants no more"), group=WORK_EDUCATION, noted_by=_HOLDER),
        "at": kept(_("Opened again")),
        "by": kept(_("By whom?")),
        "reason": kept(_("Reason"), group=WORK_EDUCATION, noted_by=_HOLDER),
        "holder": kept(_("Responsible")),
    },
)
PAST_STEP = Record(
    "cases.PastStep",
    about="case.person",
    group=PLAN,
    noted_by="by.party",
    key="past_steps",
    words=_("Earlier step"),
    columns={
        "id": kept(),
        "case": kept(),
        "text": prose(_("What"), to=REMOVED),
        "due_on": kept(_("Due")),
        "by": kept(_("By whom?")),
        "ended_at": kept(_("Ended")),
        "was_done": kept(_("Done")),
        "note": prose(_("Note")),
    },
)
PAST_LIVELIHOOD = Record(
    "cases.PastLivelihood",
    about="case.person",
    group=LIVELIHOOD,
    noted_by="by_party",
    key="past_livelihoods",
    words=_("Earlier livelihood"),
    columns={
        "id": gone(),
        "case": gone(),
        "kind": gone(_("Livelihood")),
        "by_party": gone(),
        "degree": gone(_("Degree")),
        "since": gone(_("From")),
        "until": gone(_("To")),
    },
)
ACQUAINTANCE = Record(
    "cases.Acquaintance",
    about="case.person",
    key="acquaintances",
    words=_("Parties that have met the person"),
    columns={
        "id": kept(),
        "case": kept(),
        "person": kept(),
        "law": kept(_("Kept under which law?")),
        "by": kept(_("By whom?")),
        "at": kept(_("When")),
    },
)

VERBS = {
    "opened": Verb(gettext_noop("opened the case")),
    "searched": Verb(gettext_noop("searched for a person")),
    "next_step_set": Verb(gettext_noop("set the next step, for {on}"), PLAN),
    "next_step_moved": Verb(gettext_noop("moved the next step to {to}"), PLAN),
    "livelihood_changed": Verb(gettext_noop("noted the livelihood: {kind}"), LIVELIHOOD, {"kind": "livelihood"}),
    "suspended": Verb(gettext_noop("paused the case until {until}"), PLAN),
    "resumed": Verb(gettext_noop("ended the pause"), PLAN),
    "acquainted": Verb(gettext_noop("met the person, who is known here from now on: {law}"), codes={"law": LAWS}),
    "closed": Verb(gettext_noop("closed the case: {outcome}"), WORK_EDUCATION, {"outcome": "outcome"}),
    "reopened": Verb(
        gettext_noop("opened the case again: {reason}. Responsible: {holder}"), WORK_EDUCATION, {"reason": REASONS}
    ),
    "reassigned": Verb(gettext_noop("moved the case from {sender} to {to}")),
}


def _led_units(viewer):
    return (reverse("unit", args=[post.unit.public_id]) for post in viewer.posts if post.role == LEAD)


ROOM = Room(
    urls="handslag.cases.pages.urls",
    api=("/cases", "handslag.cases.api.router"),
    records=(CASE, PAST_HOLDING, REOPENING, PAST_STEP, PAST_LIVELIHOOD, ACQUAINTANCE),
    verbs=VERBS,
    waiting=(
        Waiting(waits.OVERDUE_STEP, _("Overdue next step"), "case"),
        Waiting(waits.NO_LIVELIHOOD, _("Lives on nothing"), "case"),
    ),
    waits=(waits.overdue_steps, waits.without_livelihood),
    work=(
        Section("steps", _("My steps in others' cases"), 50, queries.steps_for, rows.case_table),
        Section("held", _("Persons I hold"), 60, queries.held_by, rows.held_table, short=25, is_always_shown=True),
        Section(
            "disclosed",
            _("Disclosed to my unit by other parties"),
            90,
            queries.disclosed_cases,
            rows.case_table,
            is_apart=True,
        ),
    ),
    case_page=(
        Part("cases/_heading.html", 10, parts.heading),
        Part("cases/_bases.html", 20, parts.bases),
        Part("cases/_facts.html", 40, parts.facts),
        Part("cases/_journal.html", 110, journal.journal),
    ),
    case_actions=(Placed(10, parts.step_button), Placed(30, parts.change_buttons)),
    lanes=(
        Placed(10, timeline.holders_lane),
        Placed(20, timeline.livelihood_lane),
        Placed(40, timeline.steps_lane),
    ),
    menu=(Link(_("Unit"), 30, frozenset({LEAD}), _led_units),),
    microdata=(Microdata("livelihoods", livelihoods),),
)
