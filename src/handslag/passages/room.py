"""What the house must know of the passage out of sickness insurance."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import LIVELIHOOD, MEETINGS, WORK_EDUCATION
from handslag.foundation.rooms import Part, Placed, Record, Room, Section, Verb, each, kept
from handslag.passages import queries
from handslag.passages.pages import parts
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

_CAUSE = {"cause": "passage_cause"}

ROOM = Room(
    urls="handslag.passages.pages.urls",
    records=(PASSAGE, OFFER, JOB),
    verbs={
        "passage_noted": Verb(gettext_noop("noted that a benefit ends: {cause}"), LIVELIHOOD, _CAUSE),
        "transition_offered": Verb(gettext_noop("offered a transition meeting on {on}"), MEETINGS),
        "offer_answered": Verb(gettext_noop("noted the person's answer to the transition meeting"), MEETINGS),
        "job_noted": Verb(gettext_noop("noted whether there is a job to go back to"), WORK_EDUCATION),
    },
    work=(
        Section(
            "passages",
            _("Transition meetings to offer or book"),
            25,
            queries.mine_to_prepare,
            passage_table,
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
    ),
    case_page=(Part("passages/_clock.html", 55, parts.clock_part),),
    case_actions=(Placed(17, parts.buttons),),
)
