"""What breaks or is about to, for a viewer; and what is owed, for the watch."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from handslag.cases.models import Case
from handslag.cases.queries import ending_within, held_cases, overdue_on
from handslag.cases.rules import WARN_DAYS
from handslag.disclosure.queries import ending_soon
from handslag.foundation import clock
from handslag.foundation.prepared import prepared
from handslag.foundation.rooms import rooms, waiting
from handslag.foundation.waiting import Wait
from handslag.handovers import rules as handover_rules
from handslag.handovers.models import Handover
from handslag.parties.models import Party
from handslag.parties.viewer import Viewer
from handslag.watch import rules
from handslag.watch.models import Called, Escalation, Round

SHOWN = ("case__holder__user", "case__holder__unit", "case__person__identity", "to_unit")


def _going_on(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(closed_at__isnull=True, joined_to__isnull=True)


def unprepared(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    """Of `cases`, the open ones whose livelihood ends within 90 days of `on` with no handover accepted during it.

    One whose first contact did not take place, or was missed, prepares nothing.
    """
    booked = Q(state=handover_rules.ACCEPTED, missed_since__isnull=True, first_contact_at__gte=clock.midnight(on))
    held = Q(state=handover_rules.COMPLETED, contact_result=handover_rules.HELD)
    taken_over = Handover.objects.filter(
        booked | held, case=OuterRef("pk"), answered_at__date__gte=OuterRef("livelihood_since")
    )
    return ending_within(_going_on(cases), on, WARN_DAYS).exclude(Exists(taken_over))


def overdue(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    """Of `cases`, the open ones whose next step should have been taken before `on`."""
    return overdue_on(_going_on(cases), on)


def consents_ending(cases: QuerySet[Case], on: date, viewer: Viewer | None = None) -> QuerySet[Case]:
    """Of `cases`, the open ones of people of whom something disclosed runs out within 30 days of `on`.

    For a viewer it is what the viewer's places recorded, or are told.
    """
    ending = ending_soon(on).order_by().filter(subject=OuterRef("person__subject"))
    if viewer:
        ending = ending.filter(Q(recorded_by_id__in=viewer.case_post_ids) | Q(to_unit_id__in=viewer.unit_ids))
    return _going_on(cases).filter(Exists(ending)).order_by("id")


def _standing_near(viewer: Viewer) -> QuerySet[Escalation]:
    """Open escalations of cases that the viewer may see, or of what is on its way to the viewer's units or parties.

    They are found by a union of which each half begins at an index of its own.
    """
    standing = Escalation.objects.filter(cleared_on__isnull=True)
    held = standing.filter(case__holder_id__in=viewer.case_post_ids)
    coming = standing.filter(Q(to_unit_id__in=viewer.unit_ids) | Q(to_unit__party_id__in=viewer.officer_party_ids))
    near = held.order_by().values("pk").union(coming.order_by().values("pk"))
    return Escalation.objects.filter(pk__in=near).select_related(*SHOWN).order_by("waiting_since", "id")


def _at_highest_rung(standing: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """Of open escalations, each thing that climbs once: at the highest rung it has reached."""
    same = Escalation.objects.filter(
        case=OuterRef("case"), kind=OuterRef("kind"), is_gap=False, cleared_on__isnull=True
    )
    return standing.filter(~Exists(same.filter(rung__gt=OuterRef("rung"))), is_gap=False)


@prepared("post_ids")
def climbed_to(viewer: Viewer) -> QuerySet[Escalation]:
    """Open escalations and gaps that call the viewer by name; the highest rung first."""
    calls = Called.objects.filter(post_id__in=viewer.post_ids)
    return (
        Escalation.objects.filter(pk__in=calls.order_by().values("escalation_id"), cleared_on__isnull=True)
        .select_related(*SHOWN)
        .order_by("-rung", "waiting_since", "id")
    )


@prepared("case_post_ids")
def board_unprepared(viewer: Viewer) -> QuerySet[Case]:
    """At the viewer's units or parties, as `unprepared`."""
    return unprepared(held_cases(viewer), clock.today())


@prepared("case_post_ids")
def board_overdue(viewer: Viewer) -> QuerySet[Case]:
    """At the viewer's units or parties, as `overdue`."""
    return overdue(held_cases(viewer), clock.today())


@prepared("case_post_ids", "unit_ids")
def board_consents_ending(viewer: Viewer) -> QuerySet[Case]:
    """At the viewer's units or parties, as `consents_ending`."""
    return consents_ending(held_cases(viewer), clock.today(), viewer)


@prepared("case_post_ids", "unit_ids", "officer_party_ids")
def climbing(viewer: Viewer) -> QuerySet[Escalation]:
    """What climbs near the viewer, each thing at the highest rung that it has reached."""
    return _at_highest_rung(_standing_near(viewer))


@prepared("case_post_ids", "unit_ids", "officer_party_ids")
def empty_rungs(viewer: Viewer) -> QuerySet[Escalation]:
    """Rungs near the viewer that are empty."""
    return _standing_near(viewer).filter(is_gap=True)


@prepared()
def _last_round(_viewer: None) -> QuerySet[Round]:
    return Round.objects.order_by("-id")[:1]


def last_round() -> Round | None:
    """When the watch last went its round."""
    return next(iter(_last_round.rows(None)), None)


def ladders() -> dict[int, rules.Ladder]:
    """Each party's ladder."""
    days = Party.objects.order_by().values_list("id", "lead_after_days", "officer_after_days", "joint_after_days")
    return {party_id: rules.Ladder(*rest) for party_id, *rest in days}


def waits(on: date, cases: range) -> list[Wait]:
    """Everything that is owed on `on` in cases of these ids; of two that are one silence, the one that says more."""
    found = [wait for room in reversed([*rooms().values()]) for find in room.waits for wait in find(on, cases)]
    told = {(waiting()[wait.kind].instead_of, wait.case_id) for wait in found}
    return [wait for wait in found if (wait.kind, wait.case_id) not in told]


def lists_on(on: date) -> dict[str, list[dict]]:
    """The watch board of the whole installation on `on`: references and holders, no person's name or number."""
    shown = ("reference", "holder__user__email", "holder__unit__name")
    ending = unprepared(Case.objects.all(), on).values_list(*shown, "livelihood_ends_on")
    steps = overdue(Case.objects.all(), on).values_list(*shown, "next_step_on")
    standing = Escalation.objects.filter(cleared_on__isnull=True).order_by("waiting_since", "id")
    calls = standing.values_list(*(f"case__{field}" for field in shown), "waiting_since", "kind", "rung", "is_gap")
    return {
        "livelihood_ends_unprepared": [_line(*row) for row in ending.iterator()],
        "overdue_steps": [_line(*row) for row in steps.iterator()],
        "climbing": [_line(*row[:4], kind=row[4], rung=row[5]) for row in calls.filter(is_gap=False).iterator()],
        "empty_rungs": [_line(*row[:4], kind=row[4], rung=row[5]) for row in calls.filter(is_gap=True).iterator()],
    }


def _line(reference: str, holder: str, unit: str, since: date, **more) -> dict:
    return {"case_ref": reference, "holder": holder, "unit": unit, "date": since.isoformat(), **more}
