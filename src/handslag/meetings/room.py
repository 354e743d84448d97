"""What the house must know of meetings."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.disclosure.rules import HEALTH, MEETINGS
from handslag.foundation.rooms import (
    APART,
    REMOVED,
    Column,
    Link,
    Microdata,
    Part,
    Placed,
    Reach,
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
from handslag.meetings import actions, letters, queries, waits
from handslag.meetings.history import HISTORY
from handslag.meetings.microdata import meetings
from handslag.meetings.pages import parts, rows, timeline
from handslag.meetings.walls import REACHED
from handslag.parties.rules import HOLDING_ROLES

_BOOKED = {"group": MEETINGS, "noted_by": "by.party"}
_TIMED = {"group": MEETINGS, "noted_by": "timed_by.party"}
_ENDED = {"group": MEETINGS, "noted_by": "ended_by.party"}

MEETING = Record(
    "meetings.Meeting",
    {
        **each(kept(), "id public_id case by timed_by ended_by"),
        "kind": kept(_("Kind of meeting"), **_BOOKED),
        "purpose": prose(_("Purpose"), **_BOOKED),
        "agenda": prose(_("Agenda"), **_BOOKED),
        "interpreter": emptied(_("Interpreter"), **_BOOKED),
        "needs": prose(_("Other needs"), group=HEALTH, noted_by="by.party"),
        "booked_at": kept(_("Booked")),
        "at": kept(_("When"), **_TIMED),
        "minutes": kept(_("Minutes"), **_TIMED),
        "place": prose(_("Place"), **_TIMED),
        "link": prose(_("Link"), **_TIMED),
        "ended_at": kept(_("Noted"), **_TIMED),
        "reason": kept(_("Why it was not held"), **_ENDED),
        "notes": prose(_("Notes of the meeting"), **_ENDED),
        "imported_digest": emptied(),
    },
    about="case.person",
    key="meetings",
    words=_("Meeting"),
)
PAST_TIME = Record(
    "meetings.PastTime",
    {
        **each(kept(), "id meeting"),
        "at": kept(_("When")),
        "moved_at": kept(_("Moved")),
        "reason": kept(_("Reason")),
        "by": kept(_("By whom?")),
    },
    about="meeting.case.person",
    group=MEETINGS,
    noted_by="by.party",
    key="past_times",
    words=_("Earlier time"),
)
PARTICIPANT = Record(
    "meetings.Participant",
    {
        **each(kept(), "id public_id meeting unit post by"),
        "role": kept(_("Role"), **_BOOKED),
        "name": prose(_("Name"), **_BOOKED),
        "email": prose(_("E-mail"), **_BOOKED),
        "agreed_on": kept(_("The person agreed"), **_BOOKED),
        "came": kept(_("Came"), **_BOOKED),
        "taken_off_at": kept(),
    },
    about="meeting.case.person",
    key="participants",
    words=_("Participant"),
)
ITEM = Record(
    "meetings.Item",
    {
        **each(kept(), "id meeting by"),
        "item": kept(_("Item")),
        "text": prose(_("What was settled")),
        "day": kept(_("Day")),
    },
    about="meeting.case.person",
    group=MEETINGS,
    noted_by="by.party",
    key="items",
    words=_("Item"),
)
DECISION = Record(
    "meetings.Decision",
    {
        **each(kept(), "id public_id meeting by"),
        "text": prose(_("What"), to=REMOVED),
        "to": kept(_("By whom?")),
        "due_on": kept(_("Due")),
        "became_step": kept(_("Became the next step")),
        "done_at": kept(_("Done")),
        "done_by": kept(),
    },
    about="meeting.case.person",
    group=MEETINGS,
    noted_by="by.party",
    key="decisions",
    words=_("Decision"),
)
FEED = Record("meetings.Feed", each(Column(APART), "id user digest made_at revoked_at"))
_KIND, _WHY = {"kind": "meeting_kind"}, {"reason": "meeting_change"}

ROOM = Room(
    urls="handslag.meetings.pages.urls",
    api=("/meetings", "handslag.meetings.api.router"),
    records=(MEETING, PAST_TIME, PARTICIPANT, ITEM, DECISION, FEED),
    reaches=(Reach(queries.at_the_viewers_places, REACHED),),
    verbs={
        "meeting_booked": Verb(gettext_noop("booked a meeting for {on}: {kind}"), MEETINGS, _KIND),
        "meeting_moved": Verb(gettext_noop("moved a meeting to {on}: {reason}"), MEETINGS, _WHY),
        "meeting_called": Verb(gettext_noop("called {to_unit} to a meeting"), MEETINGS),
        "guest_called": Verb(gettext_noop("called to a meeting: {role}"), MEETINGS, {"role": "meeting_role"}),
        "call_taken_back": Verb(gettext_noop("took off a meeting: {role}"), MEETINGS, {"role": "meeting_role"}),
        "meeting_held": Verb(gettext_noop("noted the meeting of {on} as held: {kind}"), MEETINGS, _KIND),
        "meeting_not_held": Verb(gettext_noop("noted that a meeting is not held: {reason}"), MEETINGS, _WHY),
        "meeting_brought_in": Verb(gettext_noop("brought in a meeting of {on} from a file: {kind}"), MEETINGS, _KIND),
        "feed_made": Verb(gettext_noop("made a calendar address")),
        "feed_ended": Verb(gettext_noop("ended a calendar address")),
        "decision_done": Verb(gettext_noop("noted something decided at a meeting as done"), MEETINGS),
    },
    waiting=(
        Waiting(waits.UNRECORDED, _("Meeting whose outcome is not noted"), "meeting"),
        Waiting(waits.OVERDUE, _("Overdue decision of a meeting"), "decision"),
    ),
    waits=(waits.waits,),
    work=(
        Section("meetings", _("Meetings today and this week"), 42, queries.upcoming, rows.meeting_table),
        Section("meetings-to-note", _("Meetings to note"), 44, queries.unrecorded, rows.meeting_table),
        Section("decisions", _("Decided at meetings, for me to do"), 46, queries.decisions_for, rows.decision_table),
        Section(
            "meetings-called",
            _("Called to a meeting that no basis tells about"),
            48,
            queries.called_without_basis,
            rows.meeting_table,
        ),
    ),
    case_page=(Part("meetings/_list.html", 85, parts.listed),),
    person_page=(Part("meetings/_own.html", 15, parts.own),),
    case_actions=(Placed(15, parts.book_button),),
    lanes=(Placed(35, timeline.meetings_lane),),
    menu=(Link(_("Calendar"), 25, frozenset(HOLDING_ROLES), lambda _viewer: [reverse("calendar")]),),
    letters={letters.CALL: letters.call, letters.REMINDER: letters.remind},
    obstacles=(actions.obstacle_to_closing,),
    microdata=(Microdata("meetings", meetings),),
    histories=(HISTORY,),
)
