"""What the house must know of handovers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.cases.waits import OVERDUE_STEP
from handslag.disclosure.rules import MEETINGS, PLAN
from handslag.foundation.rooms import Part, Placed, Reach, Record, Room, Section, Verb, Waiting, each, kept, prose
from handslag.handovers import queries, waits
from handslag.handovers.pages import parts, timeline
from handslag.handovers.pages.rows import handover_table
from handslag.handovers.walls import REACHED

HANDOVER = Record(
    "handovers.Handover",
    {
        **each(kept(), "id public_id case sender to_unit to_post previous joins awaiting_since"),
        "reason": kept(_("Reason")),
        "brief": prose(_("What the receiver must know"), group=PLAN, noted_by="sender.party"),
        "promised": prose(_("Promised to the person"), group=PLAN, noted_by="sender.party"),
        "needed_by": kept(_("Needed by")),
        "proposed_contact_at": kept(),
        "offered_at": kept(_("Offered")),
        "state": kept(_("State")),
        "answered_at": kept(_("Answered")),
        "accepted_by": kept(),
        "first_contact_at": kept(_("First contact")),
        "missed_since": kept(_("Not reached since")),
        "contact_result": kept(_("How did it go?")),
        "decline_reason": kept(_("Declined because")),
        **each(kept(), "goes_back next_unit"),
    },
    about="case.person",
    key="handovers",
    words=_("Handover"),
)
MESSAGE = Record(
    "handovers.Message",
    {
        **each(kept(), "id handover"),
        "at": kept(_("When")),
        "by": kept(_("By whom?")),
        "verb": kept(_("What")),
        "text": prose(_("Words"), group=PLAN, noted_by="by.party"),
    },
    about="handover.case.person",
    key="said",
    words=_("What has been said"),
)

ROOM = Room(
    urls="handslag.handovers.pages.urls",
    api=("/handovers", "handslag.handovers.api.router"),
    records=(HANDOVER, MESSAGE),
    reaches=(Reach(queries.at_the_viewers_places, REACHED),),
    verbs={
        "handover_offered": Verb(gettext_noop("offered a handover to {to_unit}")),
        "handover_asked": Verb(gettext_noop("asked a question about the handover")),
        "handover_question_answered": Verb(gettext_noop("answered the question")),
        "handover_accepted": Verb(gettext_noop("accepted the handover; {holder} is responsible now")),
        "handover_accepted_on_condition": Verb(
            gettext_noop("accepted the handover if the person agrees; a joint first contact is booked"), MEETINGS
        ),
        "joint_contact_recorded": Verb(gettext_noop("noted the joint first contact; {holder} is responsible now")),
        "handover_returned": Verb(gettext_noop("gave the case back when consent ended; {holder} is responsible now")),
        "handover_declined": Verb(gettext_noop("declined the handover: {reason}"), PLAN, {"reason": "decline_reason"}),
        "handover_withdrawn": Verb(gettext_noop("withdrew the handover")),
        "first_contact_rebooked": Verb(gettext_noop("moved the first contact"), MEETINGS),
        "first_contact_missed": Verb(gettext_noop("did not reach the person at the first contact"), MEETINGS),
        "first_contact_recorded": Verb(
            gettext_noop("noted the first contact: {result}"), MEETINGS, {"result": "contact_result"}
        ),
    },
    waiting=(
        Waiting(waits.UNANSWERED, _("Unanswered handover"), "handover"),
        Waiting(waits.QUESTION, _("Unanswered question"), "handover"),
        Waiting(waits.CAME_BACK, _("Came back because the consent ended"), "handover"),
        Waiting(waits.MISSED_CONTACT, _("Missed first contact"), "handover", instead_of=OVERDUE_STEP),
    ),
    waits=(waits.waits,),
    work=(
        Section(
            "waiting",
            _("Handovers that wait for an answer"),
            20,
            queries.waiting_for,
            handover_table,
            is_always_shown=True,
        ),
        Section("questions", _("Questions to me"), 30, queries.questions_for, handover_table),
        Section("come-back", _("Came back because the consent ended"), 15, queries.come_back, handover_table),
        Section("contacts", _("First contacts that are booked"), 40, queries.contacts_of, handover_table),
        Section("sent", _("Handovers I sent"), 70, queries.sent_by, handover_table),
    ),
    case_page=(
        Part("handovers/_back.html", 35, parts.back),
        Part("handovers/_banner.html", 50, parts.banner),
        Part("handovers/_list.html", 90, parts.listed),
    ),
    person_page=(Part("handovers/_own.html", 10, parts.own),),
    case_actions=(Placed(20, parts.offer_button),),
    lanes=(Placed(30, timeline.handovers_lane),),
    obstacles=(queries.obstacle_to_closing,),
)
