"""Taking part in a measure, from the first day to the end. Each is one transaction and is journalled."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.handovers.steps import may_tell, require_may_tell, require_words
from handslag.participations import rules
from handslag.participations.models import Attendance, FollowUp, Interruption, Participation
from handslag.participations.steps import begun, goes_on, may_follow_up, may_see, may_start, may_work_with, post_of
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.plans.rules import months_after
from handslag.reference import codes
from handslag.referrals import rules as referrals
from handslag.referrals.line import leave_place
from handslag.referrals.steps import locked_referral


@dataclass(frozen=True)
class Before:
    """How it was with somebody directly before the first day (within the week before), as far as it is known."""

    started_on: date
    target_group: str
    livelihood: str = ""
    occupation: str = ""
    education: str = ""
    support_months: int | None = None
    moved_from: Participation | None = None


@dataclass(frozen=True)
class After:
    """How it was with somebody directly after the last day, what came of the measure, and what comes next."""

    ended_on: date
    reason: str
    outcome: str = ""
    livelihood: str = ""
    occupation: str = ""
    next_step: str = ""


def _require_known(**given: tuple[str, str]) -> None:
    """Raises Refused for a code that its list does not have; an empty one is not known."""
    for field, (code_list, code) in given.items():
        if code:
            codes.require(code_list, code, field)


@action(may_start)
def start_participation(actor: Viewer, referral_id: int, before: Before) -> Participation:
    """Notes that somebody with a place has started.

    Raises Refused for a day ahead, before the measure began, or codes that no list has.
    """
    referral = locked_referral(referral_id)
    require_day(before.started_on, rules.STARTED, "started_on", leads=False)
    if before.started_on < referral.measure.starts_on:
        raise Refused(
            _("The measure began {day}. Choose that day or a later one.").format(day=referral.measure.starts_on),
            "started_on",
        )
    codes.require("target_group", before.target_group, "target_group")
    _require_known(
        livelihood_before=("livelihood", before.livelihood),
        occupation_before=("occupation", before.occupation),
        education=("education", before.education),
    )
    if before.support_months is not None and not 0 <= before.support_months <= rules.LONGEST_SUPPORT:
        raise Refused(_("Write months from 0 to {most}.").format(most=rules.LONGEST_SUPPORT), "support_months")
    if before.moved_from and before.moved_from.referral.case_id != referral.case_id:
        raise Refused(_("Choose a participation of the same person."), "moved_from")
    post = post_of(actor, referral, referrals.MEASURE)
    participation = Participation.objects.create(
        referral=referral,
        moved_from=before.moved_from,
        started_on=before.started_on,
        target_group=before.target_group,
        livelihood_before=before.livelihood,
        occupation_before=before.occupation,
        education=before.education,
        support_months=before.support_months,
        started_by=post,
        started_at=clock.now(),
    )
    _journal(actor, "participation_started", participation, started_on=before.started_on.isoformat())
    return participation


def _journal(actor: Viewer, verb: str, participation: Participation, **details: str) -> None:
    referral = participation.referral
    cases.journal(actor, verb, referral.case, measure=referral.measure.name, **details)


@action(may_work_with)
def interrupt(actor: Viewer, participation_id: int, from_on: date, reason: str) -> Interruption:
    """Notes that somebody is away for a time, and keeps the place. Raises Refused for a day before the start."""
    participation, post = begun(actor, participation_id)
    goes_on(participation)
    _require_within(participation, from_on, "from_on")
    codes.require("interruption_reason", reason, "reason")
    if participation.interruptions.filter(until_on__isnull=True).exists():
        raise Overtaken(_("The person is noted as away already."))
    last = participation.interruptions.order_by("-until_on").values_list("until_on", flat=True).first()
    if last and from_on < last:
        told = _("The person was away until {day}. Choose that day or a later one.")
        raise Refused(told.format(day=last), "from_on")
    away = Interruption.objects.create(participation=participation, from_on=from_on, reason=reason, by=post)
    _journal(actor, "participation_interrupted", participation, from_on=from_on.isoformat(), reason=reason)
    return away


def _require_within(participation: Participation, day: date, field: str) -> None:
    require_day(day, rules.STARTED, field, leads=False)
    if day < participation.started_on:
        raise Refused(
            _("The person started {day}. Choose that day or a later one.").format(day=participation.started_on), field
        )


@action(may_work_with)
def come_back(actor: Viewer, participation_id: int, until_on: date) -> Interruption:
    """Notes that somebody is back from a day on. Raises Refused for a day that is not after the first one away."""
    participation, _post = begun(actor, participation_id)
    goes_on(participation)
    away = participation.interruptions.filter(until_on__isnull=True).first()
    if away is None:
        raise Overtaken(_("The person is not noted as away."))
    require_day(until_on, rules.STARTED, "until_on", leads=False)
    if until_on <= away.from_on:
        raise Refused(_("The person was away from {day}. Choose a later day.").format(day=away.from_on), "until_on")
    away.until_on = until_on
    away.save()
    _journal(actor, "participation_resumed", participation, until_on=until_on.isoformat())
    return away


@action(may_work_with)
def note_attendance(actor: Viewer, participation_id: int, day: date, *, came: bool) -> Attendance:
    """Notes whether somebody came on a day; noted again, the latest holds."""
    participation, post = begun(actor, participation_id)
    goes_on(participation)
    _require_within(participation, day, "day")
    noted, _is_new = Attendance.objects.get_or_create(
        participation=participation, day=day, defaults={"came": came, "by": post}
    )
    if noted.came != came:
        noted.came = came
        noted.save()
    _journal(actor, "attendance_noted", participation, day=day.isoformat())
    return noted


@action(may_work_with)
def end_participation(actor: Viewer, participation_id: int, after: After) -> Participation:
    """Notes that somebody has left the measure: why, what came of it, and what comes next. The place is free, and who
    holds the person is told.

    Raises Refused for a day before the start, before what is noted or ahead, no reason, no outcome, no next step, and
    for words about the person that no basis lets the holder be told.
    """
    participation, post = begun(actor, participation_id)
    goes_on(participation)
    _require_within(participation, after.ended_on, "ended_on")
    _require_after_what_is_noted(participation, after.ended_on)
    codes.require("end_reason", after.reason, "end_reason")
    if after.reason == rules.MIS_REGISTERED:
        raise Refused(_("Note a mis-registration by its own button: it leaves the statistics."), "end_reason")
    codes.require("outcome", after.outcome, "outcome")
    _require_known(livelihood_after=("livelihood", after.livelihood), occupation_after=("occupation", after.occupation))
    referral = participation.referral
    holder = referral.case.holder
    require_may_tell(referral.case, post.party_id, holder.unit, after.next_step, "next_step")
    if after.reason not in rules.WITHOUT_NEXT and may_tell(referral.case, post.party_id, holder.unit):
        require_words(after.next_step, "next_step", _("Write what comes next for the person."))
    _close(participation, post, after)
    leave_place(actor, referral.pk)
    _journal(actor, "participation_ended", participation, ended_on=after.ended_on.isoformat(), reason=after.reason)
    return participation


def _require_after_what_is_noted(participation: Participation, ended_on: date) -> None:
    """Raises Refused where somebody was away, came back or came after the last day."""
    away = participation.interruptions.order_by("-from_on").first()
    came = participation.attendances.filter(came=True, day__gt=ended_on).order_by("-day").first()
    told = ""
    if came:
        told = _("It is noted that the person came {day}. Choose that day or a later one.").format(day=came.day)
    elif away and away.until_on and away.until_on > ended_on:
        told = _("The person was away until {day}. Choose that day or a later one.").format(day=away.until_on)
    elif away and away.from_on > ended_on:
        told = _("The person is away from {day}. Choose that day or a later one.").format(day=away.from_on)
    if told:
        raise Refused(told, "ended_on")


def _close(participation: Participation, post: Post, after: After) -> None:
    """Writes the end, and that of an interruption that still lasts."""
    for away in participation.interruptions.filter(until_on__isnull=True):
        away.until_on = max(after.ended_on, away.from_on) + timedelta(days=1)
        away.save()
    participation.ended_on, participation.end_reason = after.ended_on, after.reason
    participation.outcome, participation.next_step = after.outcome, after.next_step.strip()
    participation.livelihood_after, participation.occupation_after = after.livelihood, after.occupation
    participation.ended_by, participation.ended_at = post, clock.now()
    participation.save()


@action(may_work_with)
def mis_register(actor: Viewer, participation_id: int) -> Participation:
    """Notes that a participation was registered by mistake, also after its end: it leaves all statistics, and stays in
    the journal. The place of one that went on is free."""
    participation, post = begun(actor, participation_id)
    if participation.end_reason == rules.MIS_REGISTERED:
        raise Overtaken(_("It is noted as mis-registered already."))
    if participation.ended_on is None:
        _close(participation, post, After(participation.started_on, rules.MIS_REGISTERED))
        leave_place(actor, participation.referral_id)
    else:
        participation.end_reason = rules.MIS_REGISTERED
        participation.save()
    _journal(actor, "participation_mis_registered", participation)
    return participation


@action(may_see)
def see_end(actor: Viewer, participation_id: int) -> Participation:
    """Who holds the person has taken the end of a measure in hand: it climbs no more."""
    participation = Participation.objects.select_related("referral__case", "referral__measure").get(pk=participation_id)
    if participation.ended_on is None or participation.seen_at:
        raise Overtaken(_("The end is taken in hand already."))
    participation.seen_at = clock.now()
    participation.save()
    _journal(actor, "participation_end_seen", participation)
    return participation


@dataclass(frozen=True)
class Told:
    """What came out when somebody was asked how it went."""

    months: int
    is_reached: bool
    livelihood: str = ""
    occupation: str = ""


@action(may_follow_up)
def follow_up(actor: Viewer, participation_id: int, told: Told) -> FollowUp:
    """Notes how it was with somebody 6, 12 or 24 months after the end, or that nobody was reached.

    Raises Refused before the time has come, and for somebody who was reached without a livelihood and an occupation.
    """
    participation = Participation.objects.select_related("referral__case__holder").get(pk=participation_id)
    if told.months not in rules.FOLLOW_UPS or participation.ended_on is None:
        raise Refused(_("Choose one of the values in the list."), "months")
    if clock.today() < months_after(participation.ended_on, told.months):
        raise Refused(_("It is asked {months} months after the end.").format(months=told.months), "months")
    if participation.follow_ups.filter(months=told.months).exists():
        raise Overtaken(_("Somebody has noted this follow-up already."))
    if told.is_reached:
        codes.require("livelihood", told.livelihood, "livelihood")
        codes.require("occupation", told.occupation, "occupation")
    post = post_of(actor, participation.referral, referrals.REFERRER)
    made = FollowUp.objects.create(
        participation=participation,
        months=told.months,
        is_reached=told.is_reached,
        livelihood=told.livelihood if told.is_reached else "",
        occupation=told.occupation if told.is_reached else "",
        by=post,
        at=clock.now(),
    )
    _journal(actor, "participation_followed_up", participation, months=str(told.months))
    return made
