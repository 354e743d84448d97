"""Reading participations: the measure's staff see theirs, who holds the person hers; each what a basis shows."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.queries import with_joined
from handslag.cases.visibility import CaseVisibility
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.participations import rules
from handslag.participations.models import Anonymous, Attendance, FollowUp, Interruption, Participation
from handslag.parties.viewer import Viewer
from handslag.plans.queries import ShownPlan, plans_of, shown
from handslag.referrals import rules as referrals
from handslag.referrals.models import Referral
from handslag.referrals.queries import visible_referral
from handslag.referrals.staff import served_units

SHOWN = tuple(
    f"referral__{path}"
    for path in (
        "case__person__identity",
        "case__holder__user",
        "case__holder__unit",
        "referrer__user",
        "referrer__unit",
        "to_unit",
        "measure",
        "proposed",
    )
)
WHOLE = (*SHOWN, "started_by", "ended_by")
LATELY = 90
"""Days for which the list of measure staff tells who has ended."""


def _whole() -> QuerySet[Participation]:
    return Participation.objects.select_related(*WHOLE)


@reading
def _found(participation_id: UUID) -> Participation | None:
    return _whole().filter(public_id=participation_id).first()


def visible_participation(viewer: Viewer, participation_id: UUID) -> Participation | None:
    """A participation by its public id; None where there is none whose referral the viewer may see."""
    found = _found(participation_id)
    return found if found and visible_referral(viewer, found.referral.public_id) else None


@reading
def taking_part_at(viewer: Viewer) -> list[Participation]:
    """Who takes part in the measures that the viewer works for, who started first first."""
    found = _whole().filter(referral__to_unit__in=served_units(viewer), ended_on__isnull=True)
    return list(found.order_by("started_on", "id"))


@reading
def lately_ended_at(viewer: Viewer) -> list[Participation]:
    """Who has left these measures of late, the latest first."""
    since = date.fromordinal(clock.today().toordinal() - LATELY)
    found = _whole().filter(referral__to_unit__in=served_units(viewer), ended_on__gte=since)
    return list(found.exclude(end_reason=rules.MIS_REGISTERED).order_by("-ended_on", "-id"))


@reading
def to_start_at(viewer: Viewer) -> list[Referral]:
    """Who has a place in these measures and has not started, the first day first."""
    found = Referral.objects.filter(to_unit__in=served_units(viewer), state=referrals.ACCEPTED, participation=None)
    paths = (path.removeprefix("referral__") for path in SHOWN)
    return list(found.select_related(*paths).order_by("starts_on", "id"))


@reading
def anonymous_at(viewer: Viewer) -> list[Anonymous]:
    """Participants without a name who are there, noted at the units whose measures the viewer works for."""
    found = Anonymous.objects.filter(unit__in=served_units(viewer), has_left=False)
    return list(found.select_related("measure", "unit").order_by("measure__name", "id"))


@prepared()
def _away(_viewer: None, going_on: Collection[int]) -> QuerySet:
    found = Interruption.objects.filter(participation__in=going_on, until_on__isnull=True)
    return found.order_by().values_list("participation", flat=True)


@reading
def states_of(participations: Iterable[Participation]) -> dict[int, str]:
    """For each participation, its state today."""
    participations = list(participations)
    away = _away.rows(None, frozenset(one.pk for one in participations if one.ended_on is None))
    return {one.pk: rules.state(one.ended_on, one.end_reason, is_away=one.pk in away) for one in participations}


@reading
def away_of(participation: Participation) -> list[Interruption]:
    """When somebody was away, the latest first."""
    return list(participation.interruptions.order_by("-from_on", "-id"))


@reading
def attended(participation: Participation, most: int = 10) -> list[Attendance]:
    """The latest days of which it is noted whether somebody came, the latest first."""
    return list(participation.attendances.order_by("-day")[:most])


@reading
def followed_up(participation: Participation) -> list[FollowUp]:
    """What came of the follow-ups, the first first."""
    return list(participation.follow_ups.select_related("by__party").order_by("months"))


@reading
def plan_seen(visible: CaseVisibility) -> ShownPlan | None:
    """The plan that goes on in the participation's case, as far as the viewer's unit is told of it."""
    plan = next((plan for plan in plans_of(visible.case) if plan.ended_at is None), None)
    found = shown(visible, plan) if plan else None
    return found if found and (found.words or found.open_steps) else None


@reading
def earlier_of(case_id: int) -> list[Participation]:
    """Participations of the same case, from which another may go on; the latest first."""
    found = _whole().filter(referral__case=case_id).exclude(end_reason=rules.MIS_REGISTERED)
    return list(found.order_by("-started_on", "-id"))


@prepared()
def _of_cases(_viewer: None, case_ids: Collection[int]) -> QuerySet[Participation]:
    found = Participation.objects.filter(referral__case_id__in=case_ids).select_related(*WHOLE)
    return found.order_by("-started_on", "-id")


def participations_of(case: Case) -> list[Participation]:
    """The participations of a case and of those joined to it, the latest first."""
    return _of_cases.rows(None, with_joined(case))


@prepared("post_ids")
def ended_of(viewer: Viewer) -> QuerySet[Participation]:
    """Participations of persons whom the viewer holds that have ended, and that nobody has taken in hand."""
    held = Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True).order_by().values("pk")
    found = Participation.objects.filter(referral__case__in=held, ended_on__isnull=False, seen_at__isnull=True)
    return found.exclude(end_reason=rules.MIS_REGISTERED).select_related(*WHOLE).order_by("ended_on", "id")


def due_on(day: date) -> Q:
    """Participations of which somebody is to be asked, on a day, how it went: one follow-up at a time."""
    found = Q(pk__in=[])
    for asking in rules.asked_on(day):
        made = FollowUp.objects.filter(participation=OuterRef("pk"), months=asking.months)
        found |= Q(~Exists(made), ended_on__gt=asking.after, ended_on__lte=asking.until)
    return found & ~Q(end_reason__in=rules.WITHOUT_NEXT)


@prepared("post_ids")
def to_follow_up(viewer: Viewer) -> QuerySet[Participation]:
    """Of persons whom the viewer holds, or held last: who is to be asked how it went after the measure."""
    held = Case.objects.filter(holder_id__in=viewer.post_ids).order_by().values("pk")
    found = Participation.objects.filter(due_on(clock.today()), referral__case__in=held)
    return found.select_related(*WHOLE).order_by("ended_on", "id")


def there() -> QuerySet[Anonymous]:
    """Participants without a name, who take a place of their measure."""
    return Anonymous.objects.filter(has_left=False)


@prepared()
def _under_way(_viewer: None, case_id: int) -> QuerySet:
    found = Participation.objects.filter(referral__case_id=case_id, ended_on__isnull=True)
    return found.order_by().values_list("pk", flat=True)[:1]


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while its person takes part in a measure; empty where she does not."""
    return _("The person takes part in a measure. It ends first.") if _under_way.rows(None, case.pk) else ""


@reading
def obstacle_to_leaving(referral: Referral) -> str:
    """Why the place of a referral cannot be given up while somebody takes part on it; empty where nobody does."""
    goes_on = Participation.objects.filter(referral=referral, ended_on__isnull=True).exists()
    return _("The person takes part in the measure. End the participation, and the place is free.") if goes_on else ""


@reading
def own_participations(subject: str) -> list[Participation]:
    """The participations of a person, for the person; the latest first."""
    found = _whole().filter(referral__case__person__subject=subject).exclude(end_reason=rules.MIS_REGISTERED)
    return list(found.order_by("-started_on", "-id"))
