"""What the house must know of participations."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import HEALTH, LIVELIHOOD, PLAN, WORK_EDUCATION
from handslag.foundation.rooms import (
    APART,
    Column,
    Link,
    Microdata,
    Part,
    Placed,
    Record,
    Room,
    Section,
    Verb,
    Waiting,
    each,
    emptied,
    kept,
    prose,
)
from handslag.participations import queries, waits
from handslag.participations.microdata import participations
from handslag.participations.pages import parts, timeline
from handslag.participations.pages.rows import participation_table
from handslag.referrals.staff import STAFF

_PERSON = "participation.referral.case.person"
_STARTED, _ENDED = {"noted_by": "started_by.party"}, {"noted_by": "ended_by.party"}

PARTICIPATION = Record(
    "participations.Participation",
    {
        **each(kept(), "id public_id referral moved_from started_by started_at ended_by ended_at seen_at"),
        "started_on": kept(_("First day"), group=PLAN, **_STARTED),
        "target_group": emptied(_("Need group"), group=HEALTH, **_STARTED),
        "livelihood_before": emptied(_("Livelihood before"), group=LIVELIHOOD, **_STARTED),
        "occupation_before": emptied(_("Occupation before"), group=WORK_EDUCATION, **_STARTED),
        "education": emptied(_("Education"), group=WORK_EDUCATION, **_STARTED),
        "support_months": emptied(_("Months in public support before"), group=LIVELIHOOD, to=None, **_STARTED),
        "ended_on": kept(_("Last day"), group=PLAN, **_ENDED),
        "end_reason": kept(_("Why it ended"), group=PLAN, **_ENDED),
        "livelihood_after": emptied(_("Livelihood after"), group=LIVELIHOOD, **_ENDED),
        "occupation_after": emptied(_("Occupation after"), group=WORK_EDUCATION, **_ENDED),
        "outcome": kept(_("Outcome"), group=WORK_EDUCATION, **_ENDED),
        "next_step": prose(_("What comes next"), group=PLAN, **_ENDED),
    },
    about="referral.case.person",
    key="participations",
    words=_("Participation in a measure"),
)
INTERRUPTION = Record(
    "participations.Interruption",
    {
        **each(kept(), "id participation by"),
        "from_on": kept(_("Away from")),
        "until_on": kept(_("Back from")),
        "reason": emptied(_("Reason"), group=HEALTH),
    },
    about=_PERSON,
    group=PLAN,
    noted_by="by.party",
    key="interruptions",
    words=_("Interruption"),
)
ATTENDANCE = Record(
    "participations.Attendance",
    {**each(kept(), "id participation by"), "day": kept(_("Day")), "came": kept(_("Came"))},
    about=_PERSON,
    group=PLAN,
    noted_by="by.party",
    key="attendance",
    words=_("Attendance"),
)
FOLLOW_UP = Record(
    "participations.FollowUp",
    {
        **each(kept(), "id participation by at"),
        "months": kept(_("Months after the end")),
        "is_reached": kept(_("Was reached")),
        "livelihood": emptied(_("Livelihood"), group=LIVELIHOOD),
        "occupation": emptied(_("Occupation")),
    },
    about=_PERSON,
    group=WORK_EDUCATION,
    noted_by="by.party",
    key="follow_ups",
    words=_("Follow-up after a measure"),
)
ANONYMOUS = Record("participations.Anonymous", each(Column(APART), "id public_id measure unit sex start_year has_left"))

ROOM = Room(
    urls="handslag.participations.pages.urls",
    api=("/participations", "handslag.participations.api.router"),
    records=(PARTICIPATION, INTERRUPTION, ATTENDANCE, FOLLOW_UP, ANONYMOUS),
    verbs={
        "participation_started": Verb(gettext_noop("noted that the person began {measure} on {started_on}"), PLAN),
        "participation_interrupted": Verb(
            gettext_noop("noted that the person is away from {measure} from {from_on}"), PLAN
        ),
        "participation_resumed": Verb(gettext_noop("noted that the person is back in {measure} from {until_on}"), PLAN),
        "attendance_noted": Verb(gettext_noop("noted attendance in {measure} on {day}"), PLAN),
        "participation_ended": Verb(
            gettext_noop("noted that the person left {measure} on {ended_on}: {reason}"),
            PLAN,
            {"reason": "end_reason"},
        ),
        "participation_mis_registered": Verb(
            gettext_noop("noted that the participation in {measure} was registered by mistake"), PLAN
        ),
        "participation_end_seen": Verb(gettext_noop("took the end of {measure} in hand"), PLAN),
        "participation_followed_up": Verb(
            gettext_noop("noted how it went, {months} months after {measure}"), WORK_EDUCATION
        ),
        "anonymous_noted": Verb(gettext_noop("noted a participant without a name")),
        "anonymous_left": Verb(gettext_noop("noted that a participant without a name has left")),
    },
    waiting=(
        Waiting(waits.UNSTARTED, _("Place without a start"), "referral"),
        Waiting(waits.ENDED, _("Measure that has ended, not taken in hand"), "participation"),
        Waiting(waits.FOLLOW_UP, _("Follow-up after a measure"), "participation"),
    ),
    waits=(waits.waits,),
    work=(
        Section("measures-ended", _("Measures that have ended"), 17, queries.ended_of, participation_table),
        Section("follow-ups", _("How did it go after the measure?"), 45, queries.to_follow_up, participation_table),
    ),
    case_page=(Part("participations/_list.html", 57, parts.listed),),
    person_page=(Part("participations/_own.html", 13, parts.own),),
    lanes=(Placed(36, timeline.participations_lane),),
    obstacles=(queries.obstacle_to_closing,),
    place_obstacles=(queries.obstacle_to_leaving,),
    taking_places=(queries.there,),
    microdata=(Microdata("participations", participations),),
    menu=(Link(_("Participants"), 24, frozenset({STAFF}), lambda _viewer: [reverse("participations")]),),
)
