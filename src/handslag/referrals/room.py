"""What the house must know of referrals."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import PLAN
from handslag.foundation.rooms import (
    APART,
    Column,
    Link,
    Part,
    Placed,
    Reach,
    Record,
    Room,
    Section,
    TakingPart,
    Verb,
    Waiting,
    each,
    kept,
    prose,
)
from handslag.referrals import queries, waits
from handslag.referrals.pages import parts, timeline
from handslag.referrals.pages.rows import referral_table
from handslag.referrals.staff import STAFF
from handslag.referrals.walls import REACHED

REFERRAL = Record(
    "referrals.Referral",
    {
        **each(kept(), "id public_id case to_unit referrer previous awaiting_since turn answer_by proposed"),
        "measure": kept(_("Measure")),
        "asked_for": prose(_("What is asked for"), group=PLAN, noted_by="referrer.party"),
        "offered_at": kept(_("Referred")),
        "state": kept(_("State")),
        "waiting_since": kept(_("On the list since")),
        "wait_reason": kept(_("Waits for")),
        "expected_on": kept(_("Expected when?")),
        "starts_on": kept(_("First day")),
        "said_yes_at": kept(),
        "answered_at": kept(_("Answered")),
        "decline_reason": kept(_("Declined because")),
        "settled_at": kept(),
    },
    about="case.person",
    key="referrals",
    words=_("Referral"),
)
MESSAGE = Record(
    "referrals.Message",
    {
        **each(kept(), "id referral"),
        "at": kept(_("When")),
        "by": kept(_("By whom?")),
        "verb": kept(_("What")),
        "text": prose(_("Words"), group=PLAN, noted_by="by.party"),
    },
    about="referral.case.person",
    key="referral_said",
    words=_("What has been said about a referral"),
)
MOVE = Record(
    "referrals.Move",
    {
        **each(kept(), "id referral turn by"),
        "from_place": kept(_("From place")),
        "to_place": kept(_("To place")),
        "reason": kept(_("Reason")),
        "at": kept(_("When")),
    },
    about="referral.case.person",
    key="moves_in_line",
    words=_("Changes in the line"),
)
UNMET = Record(
    "referrals.Unmet", each(Column(APART), "id measure asked_for municipality_code target_groups reason month")
)

ROOM = Room(
    urls="handslag.referrals.pages.urls",
    api=("/referrals", "handslag.referrals.api.router"),
    records=(REFERRAL, MESSAGE, MOVE, UNMET),
    reaches=(Reach(queries.at_the_viewers_places, REACHED),),
    verbs={
        "referred": Verb(gettext_noop("referred the person to {measure}"), PLAN),
        "referral_asked": Verb(gettext_noop("asked a question about the referral to {measure}"), PLAN),
        "referral_question_answered": Verb(gettext_noop("answered the question from {measure}"), PLAN),
        "referral_accepted": Verb(gettext_noop("has a place in {measure} from {starts_on}"), PLAN),
        "referral_waits": Verb(gettext_noop("put the person on the waiting list of {measure}"), PLAN),
        "referral_moved_in_line": Verb(
            gettext_noop("moved the person to place {place} in the line of {measure}: {reason}"),
            PLAN,
            {"reason": "referral_move_reason"},
        ),
        "place_offered": Verb(
            gettext_noop("offered a place in {measure} from {starts_on}, answer by {answer_by}"), PLAN
        ),
        "place_left": Verb(gettext_noop("noted that the person has left {measure}"), PLAN),
        "place_passed": Verb(gettext_noop("passed a place in {measure}"), PLAN),
        "referral_declined": Verb(
            gettext_noop("declined the referral to {measure}: {reason}"), PLAN, {"reason": "referral_decline_reason"}
        ),
        "referral_no_settled": Verb(gettext_noop("took the no from {measure} in hand"), PLAN),
        "referral_withdrawn": Verb(gettext_noop("took the referral to {measure} back"), PLAN),
    },
    waiting=(
        Waiting(waits.UNANSWERED, _("Unanswered referral"), "referral"),
        Waiting(waits.QUESTION, _("Unanswered question from a measure"), "referral"),
        Waiting(waits.PLACE, _("Offered place without an answer"), "referral"),
        Waiting(waits.FREE, _("Free place that nobody was offered"), "referral"),
        Waiting(waits.NO, _("Declined by a measure"), "referral"),
        Waiting(waits.NO_AFTER_YES, _("Declined by a measure after a yes"), "referral"),
    ),
    waits=(waits.waits, waits.free_places_waiting),
    work=(
        Section("referral-noes", _("Measures that said no"), 16, queries.noes, referral_table),
        Section("referral-answers", _("Measures that wait for my answer"), 31, queries.answers_owed, referral_table),
        Section("referrals-here", _("Referrals to my unit's measures"), 32, queries.unanswered_at, referral_table),
        Section("referrals-out", _("Persons I have referred"), 72, queries.going_on_of, referral_table, tone=""),
    ),
    board=(
        Section("referral-noes", _("Measures that said no"), 34, queries.board_noes, referral_table),
        Section(
            "referral-places", _("Offered places of measures"), 36, queries.board_places, referral_table, tone="soon"
        ),
    ),
    case_page=(Part("referrals/_list.html", 58, parts.listed),),
    person_page=(Part("referrals/_own.html", 14, parts.own),),
    lanes=(Placed(35, timeline.referrals_lane),),
    taking_places=(queries.taking_places,),
    taking_part=(TakingPart(queries.taking_part, "case", "to_unit", "offered_at"),),
    obstacles=(queries.obstacle_to_closing,),
    menu=(Link(_("Referrals"), 25, frozenset({STAFF}), lambda _viewer: [reverse("referrals")]),),
)
