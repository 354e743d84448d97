"""What the house must know of the passages out of sickness insurance, and out of a programme into it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import HEALTH, LIVELIHOOD, MEETINGS, WORK_EDUCATION
from handslag.foundation.rooms import Part, Placed, Record, Room, Section, Verb, Waiting, each, kept
from handslag.passages import programme, queries, waits
from handslag.passages.pages import parts, programme_parts
from handslag.passages.pages.programme_parts import illness_table
from handslag.passages.pages.rows import passage_table

PASSAGE = Record(
    "passages.Passage",
    {
        **each(kept(), "id public_id case by"),
        "benefit": kept(_("Benefit")),
        "cause": kept(_("Why it ends")),
        "ends_on": kept(_("Ends")),
        "communicated_on": kept(_("Sent for reply")),
        "reply_by": kept(_("Last day to reply")),
        "noted_at": kept(_("Noted")),
    },
    about="case.person",
    group=LIVELIHOOD,
    noted_by="by.party",
    key="passages",
    words=_("Passage"),
)
OFFER = Record(
    "passages.TransitionOffer",
    {
        **each(kept(), "id public_id passage answer_by"),
        "offered_on": kept(_("Offered")),
        "with_unit": kept(_("With")),
        "by": kept(_("By whom?")),
        "noted_at": kept(),
        "answer": kept(_("Answer")),
        "answered_on": kept(_("Answered")),
    },
    about="passage.case.person",
    group=MEETINGS,
    noted_by="by.party",
    key="transition_offers",
    words=_("Offered transition meeting"),
)
JOB = Record(
    "passages.JobNote",
    {
        **each(kept(), "id case"),
        "has_job": kept(_("Has a job to go back to")),
        "by": kept(_("By whom?")),
        "noted_at": kept(_("Noted")),
    },
    about="case.person",
    group=WORK_EDUCATION,
    noted_by="by.party",
    key="job_notes",
    words=_("Job to go back to"),
)

LEAVE = Record(
    "passages.SickLeave",
    {
        **each(kept(), "id public_id case"),
        "programme": kept(_("Programme")),
        "degree": kept(_("Degree")),
        "since": kept(_("From")),
        "until": kept(_("To")),
        "by": kept(_("By whom?")),
        "noted_at": kept(_("Noted")),
    },
    about="case.person",
    group=HEALTH,
    noted_by="by.party",
    key="sick_leaves",
    words=_("Sick leave from a programme"),
)
ADAPTATION = Record(
    "passages.Adaptation",
    {
        **each(kept(), "id leave"),
        "examined_on": kept(_("Examined")),
        "can_adapt": kept(_("The programme can be adapted")),
        "by": kept(_("By whom?")),
        "noted_at": kept(_("Noted")),
    },
    about="leave.case.person",
    group=HEALTH,
    noted_by="by.party",
    key="adaptations",
    words=_("Examined adaptation"),
)
DISCHARGE = Record(
    "passages.Discharge",
    {
        **each(kept(), "id public_id case result_by"),
        "left_on": kept(_("Left the programme")),
        "by": kept(_("By whom?")),
        "noted_at": kept(_("Noted")),
        "result": kept(_("The way back")),
        "result_on": kept(_("The way back, when")),
    },
    about="case.person",
    group=LIVELIHOOD,
    noted_by="by.party",
    key="discharges",
    words=_("Left a programme"),
)

_CAUSE = {"cause": "passage_cause"}

ROOM = Room(
    urls="handslag.passages.pages.urls",
    api=("/passages", "handslag.passages.api.router"),
    records=(PASSAGE, OFFER, JOB, LEAVE, ADAPTATION, DISCHARGE),
    verbs={
        "passage_noted": Verb(gettext_noop("noted that a benefit ends: {cause}"), LIVELIHOOD, _CAUSE),
        "transition_offered": Verb(gettext_noop("offered a transition meeting on {on}"), MEETINGS),
        "offer_answered": Verb(gettext_noop("noted the person's answer to the transition meeting"), MEETINGS),
        "job_noted": Verb(gettext_noop("noted whether there is a job to go back to"), WORK_EDUCATION),
        "sick_leave_noted": Verb(gettext_noop("noted a sick leave from a programme, of {degree} %"), HEALTH),
        "adaptation_examined": Verb(gettext_noop("noted whether the programme can be adapted"), HEALTH),
        "participant_left": Verb(gettext_noop("noted that the person left the programme on {on}"), LIVELIHOOD),
        "way_back_noted": Verb(gettext_noop("noted what came of the way back to the programme"), LIVELIHOOD),
    },
    waiting=(
        Waiting(waits.NO_MEETING, _("Benefit ends, no transition meeting"), "case"),
        Waiting(waits.TO_EXAMINE, _("Wholly ill participant, adaptation not examined"), "case"),
        Waiting(waits.TO_LEAVE, _("Wholly ill for more than 30 days, still in the programme"), "case"),
        Waiting(waits.TO_HAND_OVER, _("Ill participant, not handed over to Försäkringskassan"), "case"),
        Waiting(waits.BACK_ENDS, _("The way back to the programme ends"), "case"),
    ),
    waits=(waits.without_meeting, waits.out_of_programme),
    work=(
        Section(
            "passages",
            _("Transition meetings to offer or book"),
            25,
            queries.mine_to_prepare,
            passage_table,
            tone="soon",
        ),
        Section(
            "illnesses",
            _("Ill participants of programmes"),
            27,
            programme.mine_to_prepare,
            illness_table,
            tone="soon",
        ),
    ),
    board=(
        Section(
            "passages",
            _("Benefit ends within 90 days, no transition meeting"),
            25,
            queries.board_to_prepare,
            passage_table,
            tone="soon",
        ),
        Section(
            "illnesses",
            _("Ill participants of programmes"),
            27,
            programme.board_to_prepare,
            illness_table,
            tone="soon",
        ),
    ),
    case_page=(
        Part("passages/_clock.html", 55, parts.clock_part),
        Part("passages/_programme.html", 56, programme_parts.illness_part),
    ),
    case_actions=(Placed(17, parts.buttons), Placed(18, programme_parts.buttons)),
)
