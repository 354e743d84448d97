"""Meetings that have been, brought in from a file: noted as they were, with nobody called and nothing sent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken
from handslag.foundation.files import Column, History, Line, Values
from handslag.journal.actions import record_all
from handslag.journal.models import Entry
from handslag.meetings import rules
from handslag.meetings.models import Meeting, Participant
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer

COLUMNS = (
    Column("kind", 30, codes="meeting_kind"),
    Column("day", 10, days=rules.HAS_BEEN),
    Column("time", 8, is_time=True),
    Column("minutes", 4, is_number=True),
    Column("reason", 30, optional=True, codes="meeting_change"),
    Column("came", 200, optional=True, codes="meeting_role", several=True),
    Column("place", 200, optional=True),
    Column("purpose", 2000, optional=True, has_lines=True),
    Column("notes", 8000, optional=True, has_lines=True),
)
"""`reason` tells why a meeting was not held; `came`, in which roles people came to one that was."""

Key = tuple[str, datetime]


def key_of(told: Values) -> Key:
    """A case has one meeting of a kind at a time."""
    return told["kind"], clock.instant(told["day"], told["time"])


def known(case_ids: Collection[int]) -> Mapping[tuple[int, Key], str]:
    """The meetings of these cases, each with the fingerprint by which it was brought in, if so."""
    found = Meeting.objects.filter(case_id__in=case_ids).order_by()
    return {(case, (kind, at)): digest for case, kind, at, digest in found.values_list(*_KNOWN)}


_KNOWN = ("case_id", "kind", "at", "imported_digest")


def faults(case: Case, told: Values) -> Iterator[tuple[str, str]]:
    """What is wrong with a meeting that has been, whose cells are right each by itself."""
    _kind, at = key_of(told)
    if at > clock.now():
        yield "time", _("The meeting has not been yet. Book it instead.")
    if told["day"] < clock.day_of(case.opened_at):
        yield "day", _("The day is before the case was opened. Leave the row out.")
    if not rules.SHORTEST <= told["minutes"] <= rules.LONGEST:
        yield "minutes", _("A meeting lasts from 5 minutes to a whole day.")
    if told["reason"]:
        for column in ("came", "notes"):
            if told[column]:
                yield column, _("The meeting was not held. Leave the cell empty.")
    else:
        yield from _attendance_faults(told)


def _attendance_faults(told: Values) -> Iterator[tuple[str, str]]:
    if not told["came"]:
        yield "came", _("Write in which roles people came, or in the column “reason” why the meeting was not held.")
    elif told["kind"] in rules.WITH_PERSON and rules.PERSON not in told["came"]:
        yield "came", _("A meeting of this kind is held with the person. Without the person it was not held.")
    if told["came"].count(rules.PERSON) > 1:
        yield "came", _("The person came once. Name the role “person” once.")


@action(may.bring_in)
def bring_in_meetings(actor: Viewer, lines: Sequence[Line]) -> None:
    """Notes meetings that have been, all of them or none. Nobody is called and nothing is sent: they are over.

    Raises Overtaken where somebody brought one of them in meanwhile.
    """
    held, posts = may.hold_told_of(lines), Post.objects.in_bulk({line.by_id for line in lines})
    try:
        made = [_booked(held[line.case_id], posts[line.by_id], line) for line in lines]
        Participant.objects.bulk_create((guest for meeting, line in made for guest in _guests(meeting, line)), 2000)
        record_all([_ended(actor, held[line.case_id], meeting, line) for meeting, line in made])
    except IntegrityError:
        raise Overtaken(_("Somebody changed the register meanwhile; nothing was taken. Check and try again.")) from None


def _booked(case: Case, by: Post, line: Line) -> tuple[Meeting, Line]:
    """The meeting as it was before it was held. When it was booked nobody tells: it counts as booked for its day."""
    told = line.values
    meeting = Meeting.objects.create(
        case=case,
        kind=told["kind"],
        purpose=told["purpose"],
        by=by,
        timed_by=by,
        booked_at=clock.midnight(told["day"]),
        at=key_of(told)[1],
        minutes=told["minutes"],
        place=told["place"],
        imported_digest=line.digest,
    )
    return meeting, line


def _guests(meeting: Meeting, line: Line) -> Iterator[Participant]:
    """The person, and who came besides, by their roles: nobody is named who was not asked."""
    came, by = line.values["came"], meeting.by
    was_there = rules.PERSON in came if came else None
    yield Participant(meeting=meeting, role=rules.PERSON, by=by, came=was_there)
    for role in came:
        if role != rules.PERSON:
            yield Participant(meeting=meeting, role=role, by=by, came=True)


def _ended(actor: Viewer, case: Case, meeting: Meeting, line: Line) -> Entry:
    """Notes how a meeting ended; what the journal tells of it."""
    meeting.ended_at, meeting.ended_by = clock.now(), meeting.by
    meeting.reason, meeting.notes = line.values["reason"], line.values["notes"]
    meeting.save()
    on = line.values["day"].isoformat()
    return cases.journal_line(actor, "meeting_brought_in", case, meeting=meeting.pk, kind=meeting.kind, on=on)


HISTORY = History(
    "meetings", gettext_lazy("Meetings that have been"), COLUMNS, faults, key_of, known, bring_in_meetings
)
