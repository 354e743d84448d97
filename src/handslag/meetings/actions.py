"""What is done with meetings. The only code that writes them; each action is one transaction and is journalled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked, not_yours
from handslag.cases.models import Case
from handslag.cases.visibility import visibility
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import MEETINGS
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day, require_later
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.actions import record
from handslag.meetings import letters, rules
from handslag.meetings.models import Decision, Feed, Item, Meeting, Participant, PastTime
from handslag.meetings.queries import booked_of
from handslag.parties.models import Post, Token, Unit, User
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Time:
    """When and where a meeting is."""

    at: datetime
    minutes: int
    place: str = ""
    link: str = ""


@dataclass(frozen=True)
class Plan:
    """What a meeting is for, and what it needs."""

    kind: str
    purpose: str
    agenda: str = ""
    interpreter: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Guest:
    """Somebody outside the product who is called, and when the person agreed to that this one is told."""

    role: str
    name: str
    email: str = ""
    agreed_on: date | None = None


@dataclass(frozen=True)
class Settled:
    """What was settled of one item."""

    item: str
    text: str
    day: date | None = None


@dataclass(frozen=True)
class Decided:
    """What somebody does until a day."""

    text: str
    to: Post
    due_on: date


@dataclass(frozen=True)
class Outcome:
    """What came of a meeting: which of the participants came, what was said, settled and decided."""

    came: frozenset[int]
    notes: str
    decisions: tuple[Decided, ...]
    items: tuple[Settled, ...] = ()


def _locked(meeting_id: int) -> tuple[Meeting, Case]:
    """The meeting and its case, the case locked first. Raises NotAllowed where there is none, as for another's."""
    case_id = Meeting.objects.filter(pk=meeting_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise not_yours()
    case = locked(case_id)
    return Meeting.objects.select_for_update(of=("self",)).select_related("timed_by").get(pk=meeting_id), case


def _may_keep(actor: Viewer, meeting_id: int) -> None:
    """Who answers for the person: the holder, a stand-in or the lead, of a meeting that is still booked."""
    meeting, case = _locked(meeting_id)
    may.answer_for(actor, case.pk)
    if meeting.ended_at:
        raise Overtaken(_("What came of the meeting is noted already. It does not change."))


def _acting_post(actor: Viewer, case: Case) -> Post:
    return actor.post_in(case.holder.unit_id) or case.holder


def _require_time(actor: Viewer, case: Case, time: Time) -> None:
    require_later(time.at, rules.MEETING, "at", leads=actor.leads(case.holder.unit_id))
    if not rules.SHORTEST <= time.minutes <= rules.LONGEST:
        raise Refused(_("A meeting lasts from 5 minutes to a whole day."), "minutes")
    if not (time.place.strip() or time.link.strip()):
        raise Refused(_("Write where you meet, or the link to the meeting."), "place")
    if time.link.strip() and not time.link.strip().startswith("https://"):
        raise Refused(_("The link begins with https://."), "link")


@action(may.change)
def book_meeting(actor: Viewer, case_id: int, plan: Plan, time: Time) -> Meeting:
    """Books a meeting with the person and whoever holds the case. Others are called with `invite`.

    Raises Refused for an unknown kind, no purpose, or a time or place that will not do.
    """
    case = locked(case_id)
    codes.require("meeting_kind", plan.kind, "kind")
    if not plan.purpose.strip():
        raise Refused(_("Write what the meeting is for."), "purpose")
    _require_time(actor, case, time)
    post = _acting_post(actor, case)
    meeting = Meeting.objects.create(
        case=case,
        kind=plan.kind,
        purpose=plan.purpose.strip(),
        agenda=plan.agenda.strip(),
        interpreter=plan.interpreter.strip(),
        needs=plan.needs.strip(),
        by=post,
        timed_by=post,
        booked_at=clock.now(),
        at=time.at,
        minutes=time.minutes,
        place=time.place.strip(),
        link=time.link.strip(),
    )
    Participant.objects.create(meeting=meeting, role=rules.PERSON, by=post)
    Participant.objects.create(meeting=meeting, role="caseworker", unit=case.holder.unit, post=case.holder, by=post)
    letters.owe(meeting)
    cases.journal(actor, "meeting_booked", case, meeting=meeting.pk, kind=plan.kind, on=_day(time.at))
    return meeting


def _day(at: datetime) -> str:
    return clock.day_of(at).isoformat()


@action(_may_keep)
def move_meeting(actor: Viewer, meeting_id: int, time: Time, reason: str) -> Meeting:
    """Moves a meeting to another time or place, because. The time before is remembered."""
    meeting, case = _locked(meeting_id)
    codes.require("meeting_change", reason, "reason")
    _require_time(actor, case, time)
    post = _acting_post(actor, case)
    PastTime.objects.create(meeting=meeting, at=meeting.at, moved_at=clock.now(), reason=reason, by=post)
    meeting.at, meeting.minutes, meeting.timed_by = time.at, time.minutes, post
    meeting.place, meeting.link = time.place.strip(), time.link.strip()
    meeting.save()
    letters.owe(meeting)
    cases.journal(actor, "meeting_moved", case, meeting=meeting.pk, reason=reason, on=_day(time.at))
    return meeting


def _called(meeting: Meeting) -> QuerySet[Participant]:
    return meeting.participants.filter(taken_off_at__isnull=True).order_by("id")


def _take_off(meeting: Meeting, guest: Participant) -> None:
    guest.taken_off_at = clock.now()
    guest.save(update_fields=["taken_off_at"])
    letters.owe(meeting, guest)


@action(_may_keep)
def invite(actor: Viewer, meeting_id: int, unit: Unit, post: Post | None = None) -> Participant:
    """Calls a unit, or somebody there by name. What they may see of the meeting follows their basis."""
    meeting, case = _locked(meeting_id)
    if not unit.is_active or (post and (post.unit_id != unit.pk or not post.is_active)):
        raise Refused(_("Nobody works at that unit. Choose another unit."), "receiver")
    called = _called(meeting).filter(unit=unit, post=post)
    if called.exists():
        raise Refused(_("They are called already."), "receiver")
    guest = Participant.objects.create(
        meeting=meeting, role="caseworker", unit=unit, post=post, by=_acting_post(actor, case)
    )
    letters.owe(meeting, guest)
    cases.journal(actor, "meeting_called", case, meeting=meeting.pk, to_unit=unit.name)
    return guest


@action(_may_keep)
def invite_guest(actor: Viewer, meeting_id: int, guest: Guest) -> Participant:
    """Calls somebody outside the product: a doctor, an employer, a relative.

    Nothing is sent to them before the person has agreed to it. Raises Refused for no name or role, or an agreement that
    lies ahead; for the person's own address the role is `person` and there is no name.
    """
    meeting, case = _locked(meeting_id)
    codes.require("meeting_role", guest.role, "role")
    is_person = guest.role == rules.PERSON
    if is_person and case.person.is_protected:
        raise Refused(_("The person has protected identity, so no address of the person is kept here."), "email")
    if not is_person and not guest.name.strip():
        raise Refused(_("Write the name."), "name")
    if guest.agreed_on:
        require_day(guest.agreed_on, rules.AGREED, "agreed_on", leads=False)
    if is_person:
        for before in _called(meeting).filter(role=rules.PERSON):
            _take_off(meeting, before)
    made = Participant.objects.create(
        meeting=meeting,
        role=guest.role,
        name="" if is_person else guest.name.strip(),
        email=guest.email.strip(),
        agreed_on=guest.agreed_on,
        by=_acting_post(actor, case),
    )
    letters.owe(meeting, made)
    cases.journal(actor, "guest_called", case, meeting=meeting.pk, role=guest.role)
    return made


def _may_call(actor: Viewer, participant_id: int) -> None:
    """Who answers for the meeting of a participant."""
    found = Participant.objects.filter(pk=participant_id).values_list("meeting_id", flat=True).first()
    if found is None:
        raise not_yours()
    _may_keep(actor, found)


@action(_may_call)
def uninvite(actor: Viewer, participant_id: int) -> None:
    """Takes somebody off a meeting; not the person whom it is about."""
    guest = Participant.objects.get(pk=participant_id)
    if guest.role == rules.PERSON:
        raise Refused(_("The meeting is about the person, who stays called to it."))
    if guest.taken_off_at:
        raise Overtaken(_("They are no longer called to the meeting."))
    meeting, case = _locked(guest.meeting_id)
    _take_off(meeting, guest)
    cases.journal(actor, "call_taken_back", case, meeting=guest.meeting_id, role=guest.role)


@action(_may_keep)
def call_off(actor: Viewer, meeting_id: int, reason: str) -> Meeting:
    """Notes that a meeting will not be held, or was not, because."""
    meeting, case = _locked(meeting_id)
    codes.require("meeting_change", reason, "reason")
    meeting.ended_at, meeting.ended_by, meeting.reason = clock.now(), _acting_post(actor, case), reason
    meeting.save()
    if meeting.at > meeting.ended_at:
        letters.owe(meeting)
    cases.journal(actor, "meeting_not_held", case, meeting=meeting.pk, reason=reason)
    return meeting


def _require_somebody_came(meeting: Meeting, came: frozenset[int]) -> None:
    """A meeting that nobody came to was not held; of some kinds is none that the person did not come to."""
    there = [guest for guest in _called(meeting) if guest.pk in came]
    if not there:
        raise Refused(_("Choose who came. If nobody came, note that the meeting was not held."), "came")
    if meeting.kind in rules.WITH_PERSON and not any(guest.role == rules.PERSON for guest in there):
        raise Refused(
            _("A meeting of this kind is held with the person. Without the person, note that it was not held."), "came"
        )


def _require_items(kind: str, items: Iterable[Settled]) -> None:
    told = {item.item for item in items if item.text.strip()}
    for item in items:
        if item.day:
            require_day(item.day, rules.SETTLED, item.item, leads=False)
    for wanted in rules.ITEMS.get(kind, ()):
        if wanted not in told:
            raise Refused(_("A meeting of this kind settles each of its items. Write what came of this one."), wanted)


def _require_decisions(actor: Viewer, meeting: Meeting, case: Case, decisions: tuple[Decided, ...]) -> Decided:
    """The decision that becomes the next step: the first due of those for the unit that is responsible."""
    there = {case.holder.unit_id, *_called(meeting).values_list("unit_id", flat=True)}
    for decided in decisions:
        if not decided.text.strip():
            raise Refused(_("Write what was decided."), "decisions")
        if not (decided.to.is_active and decided.to.unit_id):
            raise Refused(_("{name} has left. Choose somebody else.").format(name=decided.to.user), "decisions")
        if decided.to.unit_id not in there:
            raise Refused(_("Only those who are called can be given something to do. Call them first."), "decisions")
        require_day(decided.due_on, rules.DECIDED, "decisions", leads=actor.leads(case.holder.unit_id))
        if not covers(case.person.subject, case.holder.party.pk, decided.to.unit, MEETINGS):
            message = _("No basis covers that {unit} is told what is decided. Record the person's consent first.")
            raise Refused(message.format(unit=decided.to.unit), "decisions")
    own = [decided for decided in decisions if decided.to.unit_id == case.holder.unit_id]
    if not own:
        raise Refused(_("Write what happens next, and who at the unit that is responsible does it."), "decisions")
    return min(own, key=lambda decided: decided.due_on)


@action(_may_keep)
def hold_meeting(actor: Viewer, meeting_id: int, outcome: Outcome) -> Meeting:
    """Notes that a meeting was held, who came and what was decided. The first thing to do becomes the next step.

    Raises Refused before the meeting's time, where nobody came, for an item that is not settled, and where nobody of
    the unit that is responsible has anything to do next.
    """
    meeting, case = _locked(meeting_id)
    if not actor.is_system and not visibility(actor, case).sees("at", meeting):
        raise Refused(_("No basis shows you when the meeting was. Move it to a time of your own first."))
    if meeting.at > clock.now():
        raise Refused(_("The meeting has not begun yet. Move it if the time was another."))
    _require_somebody_came(meeting, outcome.came)
    _require_items(meeting.kind, outcome.items)
    main = cases.main_of(case)
    first, post = _require_decisions(actor, meeting, main, outcome.decisions), _acting_post(actor, case)
    for guest in _called(meeting):
        guest.came = guest.pk in outcome.came
        guest.save(update_fields=["came"])
    Item.objects.bulk_create(
        Item(meeting=meeting, item=item.item, text=item.text.strip(), day=item.day, by=post)
        for item in outcome.items
        if item.item in rules.ITEMS.get(meeting.kind, ())
    )
    for decided in outcome.decisions:
        Decision.objects.create(
            meeting=meeting,
            text=decided.text.strip(),
            to=decided.to,
            due_on=decided.due_on,
            by=post,
            became_step=decided is first,
        )
    meeting.ended_at, meeting.ended_by, meeting.notes = clock.now(), post, outcome.notes.strip()
    meeting.save()
    if main.suspended_until and first.due_on < main.suspended_until:
        cases.end_pause(main)
    cases.set_next_step(actor, main, first.text, first.due_on, first.to, was_done=True)
    main.save()
    cases.journal(actor, "meeting_held", case, meeting=meeting.pk, kind=meeting.kind, on=_day(meeting.at))
    return meeting


def _not_theirs() -> NotAllowed:
    return NotAllowed(_("Only those who were to do it, or who are responsible for the person, can note this."))


def _may_finish(actor: Viewer, decision_id: int) -> None:
    """Whose the decision is, a stand-in, or the lead of that unit; also who answers for the person."""
    decision = Decision.objects.filter(pk=decision_id).select_related("to", "meeting__case__holder").first()
    if decision is None:
        raise _not_theirs()
    own = decision.to_id in actor.post_ids or decision.to.unit_id in actor.led_unit_ids
    holder = decision.meeting.case.holder
    if not (own or holder.pk in actor.post_ids or holder.unit_id in actor.led_unit_ids or actor.is_system):
        raise _not_theirs()


@action(_may_finish)
def finish_decision(actor: Viewer, decision_id: int) -> Decision:
    """Notes that what was decided has been done."""
    case = locked(Decision.objects.values_list("meeting__case_id", flat=True).get(pk=decision_id))
    decision = Decision.objects.select_for_update(of=("self",)).select_related("to").get(pk=decision_id)
    if decision.done_at or decision.became_step:
        raise Overtaken(_("It is done already, or is the case's next step."))
    decision.done_at = clock.now()
    decision.done_by = actor.post_in(decision.to.unit_id) or _acting_post(actor, case)
    decision.save(update_fields=["done_at", "done_by"])
    cases.journal(actor, "decision_done", case, meeting=decision.meeting_id)
    return decision


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while a meeting is booked; empty where none is."""
    if not booked_of.rows(None, case.pk):
        return ""
    return _("Note what came of the booked meeting first, or that it will not be held.")


def may_have_feed(actor: Viewer) -> User:
    """Somebody at work who can hold persons."""
    if actor.user is None or not set(HOLDING_ROLES).intersection(actor.roles):
        raise NotAllowed(_("Only those who can hold persons have a calendar."))
    return actor.user


@action(may_have_feed)
def make_feed(actor: Viewer) -> str:
    """Makes the address of the actor's calendar anew and returns its secret, which is shown once. The old one ends."""
    _end_feed(actor)
    secret = Token.new_secret()
    feed = Feed.objects.create(user=may_have_feed(actor), digest=Token.fingerprint(secret), made_at=clock.now())
    record(actor.label, "feed_made", "feed", feed.pk)
    return secret


@action(may_have_feed)
def end_feed(actor: Viewer) -> None:
    """Ends the address of the actor's calendar, at once."""
    for pk in _end_feed(actor):
        record(actor.label, "feed_ended", "feed", pk)


def _end_feed(actor: Viewer) -> list[int]:
    standing = Feed.objects.filter(user=actor.user, revoked_at__isnull=True).order_by("id")
    ended = list(standing.values_list("pk", flat=True))
    standing.update(revoked_at=clock.now())
    return ended
