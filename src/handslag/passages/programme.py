"""Reading the passage out of a programme: who is ill since when, what was examined, and how long one may come back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from handslag.cases.models import Case
from handslag.cases.queries import held_by, held_cases
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import HEALTH, LIVELIHOOD
from handslag.foundation import clock
from handslag.foundation.prepared import prepared
from handslag.handovers.models import Handover
from handslag.handovers.rules import OPEN, TAKEN
from handslag.parties.viewer import Viewer
from handslag.passages import rules
from handslag.passages.models import Adaptation, Discharge, SickLeave

COMING = frozenset((*OPEN, *TAKEN))
"""States of a handover by which its receiver holds, held, or is asked to hold the person."""


@dataclass(frozen=True)
class Illness:
    """A passage out of a programme as it stands, read from what was noted: who is ill has a leave, who left a
    discharge."""

    leave: SickLeave | None
    adaptation: Adaptation | None
    """What was examined in the leave."""
    discharge: Discharge | None
    """That the participant left, and is not back."""
    is_offered: bool
    """Whether FK holds, or is offered, the person."""

    @property
    def day(self) -> int:
        """Which day of the sick leave today is; 0 for who has left."""
        return rules.day_of_illness(self.leave.since, clock.today()) if self.leave else 0

    @property
    def is_wholly_ill(self) -> bool:
        """Whether a sick leave of the whole time goes on."""
        return self.leave is not None and self.leave.degree == rules.WHOLLY

    @property
    def stage(self) -> str:
        """How far it has come."""
        return self.stage_on(clock.today())

    def stage_on(self, day: date) -> str:
        """How far it had come on a day, from what is noted by now."""
        if self.discharge:
            return rules.out_stage(self.discharge.left_on, day, is_offered=self.is_offered)
        if not self.leave or not self.is_wholly_ill:
            return rules.WATCHED
        can_adapt = self.adaptation.can_adapt if self.adaptation else None
        number = rules.day_of_illness(self.leave.since, day)
        return rules.ill_stage(number, can_adapt=can_adapt, is_offered=self.is_offered)

    @property
    def unoffered_since(self) -> date:
        """Since when the person should have been offered to FK: when nothing could be adapted, or the person left."""
        days = (self.adaptation and self.adaptation.examined_on, self.leave and self.leave.since)
        return self.discharge.left_on if self.discharge else max(day for day in days if day)


def going_on(case_id: int) -> SickLeave | None:
    """The sick leave that goes on in a case."""
    return SickLeave.objects.filter(case_id=case_id, until__isnull=True).first()


def left(case_id: int) -> Discharge | None:
    """That the participant left a programme, and the way back is neither taken nor given up."""
    return Discharge.objects.filter(case_id=case_id, result="").first()


def ended_after(case_id: int, day: date) -> date | None:
    """The end of a case's sick leave that reaches beyond a day; None where none does."""
    found = SickLeave.objects.filter(case_id=case_id, until__gt=day).exclude(until=F("since"))
    return found.order_by("-until").values_list("until", flat=True).first()


@prepared()
def _leaves(_viewer: None, case_ids: Collection[int]) -> QuerySet[SickLeave]:
    return SickLeave.objects.filter(case_id__in=case_ids, until__isnull=True).select_related("by__user").order_by("id")


@prepared()
def _adaptations(_viewer: None, case_ids: Collection[int]) -> QuerySet[Adaptation]:
    found = Adaptation.objects.filter(leave__case_id__in=case_ids).select_related("by__user", "leave__case")
    return found.order_by("id")


@prepared()
def _discharges(_viewer: None, case_ids: Collection[int]) -> QuerySet[Discharge]:
    return Discharge.objects.filter(case_id__in=case_ids, result="").select_related("by__user").order_by("id")


@prepared()
def _to_fk(_viewer: None, case_ids: Collection[int]) -> QuerySet[Handover]:
    coming = Handover.objects.filter(case_id__in=case_ids, state__in=COMING, to_unit__party__kind="FK")
    return coming.order_by("id")


@prepared()
def _held_by_fk(_viewer: None, case_ids: Collection[int]) -> QuerySet:
    return Case.objects.filter(pk__in=case_ids, holder__party__kind="FK").order_by().values_list("pk", flat=True)


def illnesses_of(cases: Iterable[Case]) -> dict[int, Illness]:
    """The passages out of a programme of cases, by the case's id: of who is ill, or left and is not back."""
    by_id = {case.pk: case for case in cases}
    if not by_id:
        return {}
    ids = frozenset(by_id)
    leaves = {leave.case_id: leave for leave in _leaves.rows(None, ids)}
    discharges = {discharge.case_id: discharge for discharge in _discharges.rows(None, ids)}
    if not leaves and not discharges:
        return {}
    adaptations = {adaptation.leave_id: adaptation for adaptation in _adaptations.rows(None, ids)}
    offered = {handover.case_id: clock.day_of(handover.offered_at) for handover in _to_fk.rows(None, ids)}
    at_fk = set(_held_by_fk.rows(None, frozenset(leaves.keys() | discharges.keys())))

    def illness(pk: int) -> Illness:
        leave, discharge = leaves.get(pk), discharges.get(pk)
        since = rules.ill_before(discharge.left_on) if discharge else leaves[pk].since
        is_offered = pk in at_fk or offered.get(pk, date.min) >= since
        return Illness(leave, adaptations.get(leave.pk) if leave else None, discharge, is_offered)

    return {pk: illness(pk) for pk in leaves.keys() | discharges.keys()}


def shown_illnesses(seen: Iterable[CaseVisibility]) -> dict[int, Illness]:
    """The same, of each the parts that the viewer may see: that somebody is ill, what was examined, that one left."""
    known = {visible.case.pk: visible for visible in seen}
    found = illnesses_of(visible.case for visible in known.values())
    shown = {pk: _shown(known[pk], illness) for pk, illness in found.items()}
    return {pk: illness for pk, illness in shown.items() if illness.leave or illness.discharge}


def _shown(visible: CaseVisibility, found: Illness) -> Illness:
    return Illness(
        found.leave if found.leave and visible.sees("since", found.leave) else None,
        found.adaptation if found.adaptation and visible.sees("can_adapt", found.adaptation) else None,
        found.discharge if found.discharge and visible.sees("left_on", found.discharge) else None,
        found.is_offered,
    )


def shown_illness(visible: CaseVisibility) -> Illness | None:
    """The passage out of a programme of a case, as far as the viewer may see it."""
    return shown_illnesses([visible]).get(visible.case.pk)


def _known(viewer: Viewer, group: str, subject: str) -> Q:
    told = disclosed_to(viewer).filter(group=group, subject=OuterRef(subject), from_party=OuterRef("by__party"))
    return Q(by__party_id__in=viewer.own_party_ids) | Q(Exists(told.order_by()))


def _at_fk() -> Q:
    """That who left is, or was, with FK, or offered to it, since the illness by which one left. A row of discharges."""
    ill = ExpressionWrapper(OuterRef("left_on") - timedelta(days=rules.LONGEST), DateField())
    coming = Handover.objects.filter(
        case=OuterRef("case"), state__in=COMING, to_unit__party__kind="FK", offered_at__date__gte=ill
    )
    return Q(case__holder__party__kind="FK") | Q(Exists(coming.order_by()))


def to_prepare(
    cases: QuerySet[Case], on: date, leaves: QuerySet[SickLeave], discharges: QuerySet[Discharge]
) -> QuerySet[Case]:
    """Of `cases`, those of participants wholly ill for 15 days or more, of who left and is not with FK, and of those
    whose way back ends within a month, as far as `leaves` and `discharges` tell of them; the longest ill first."""
    seen = on - timedelta(days=rules.SEEN_FROM - 1)
    ill = leaves.filter(case=OuterRef("pk"), until__isnull=True, degree=rules.WHOLLY, since__lte=seen)
    out = discharges.filter(case=OuterRef("pk"), result="")
    ends = Q(left_on__lte=on - timedelta(days=rules.BACK_SEEN))
    return cases.filter(
        Q(Exists(ill.order_by())) | Q(Exists(out.filter(ends | ~_at_fk()).order_by())),
        closed_at__isnull=True,
        joined_to__isnull=True,
    ).order_by("id")


def _may_know(viewer: Viewer, cases: QuerySet[Case]) -> QuerySet[Case]:
    leaves = SickLeave.objects.filter(_known(viewer, HEALTH, "case__person__subject"))
    discharges = Discharge.objects.filter(_known(viewer, LIVELIHOOD, "case__person__subject"))
    return to_prepare(cases, clock.today(), leaves, discharges)


@prepared("post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def mine_to_prepare(viewer: Viewer) -> QuerySet[Case]:
    """Of the persons whom the viewer holds, those whose passage out of a programme is to be prepared."""
    return _may_know(viewer, held_by(viewer))


@prepared("case_post_ids", "unit_ids", "own_party_ids", "officer_party_ids")
def board_to_prepare(viewer: Viewer) -> QuerySet[Case]:
    """The same at the viewer's units or parties."""
    return _may_know(viewer, held_cases(viewer))
