"""Reading joint assessments: which a viewer reaches, what of them may be seen, and the facts that make their state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from handslag.assessments import rules
from handslag.assessments.models import Assessment, Call, Document, Part
from handslag.cases.models import Case
from handslag.cases.queries import visible_cases, with_joined
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.meetings.models import Meeting
from handslag.parties.viewer import Viewer
from handslag.plans.models import Step
from handslag.plans.rules import DIRECTED, PREPARATORY
from handslag.reference.authorities import authorities

KIND = "joint_assessment"
"""The kind of the meetings of an assessment (code list `meeting_kind`)."""
CASE = ("case__person__identity", "case__holder__user", "case__holder__unit", "case__holder__party", "by")


def at_the_viewers_places(viewer: Viewer) -> QuerySet[Assessment]:
    """Assessments to which the viewer's places are called, once for each call: the database begins at a case or at a
    place, whichever is given."""
    there = Q(calls__unit_id__in=viewer.unit_ids)
    if viewer.officer_party_ids:
        there |= Q(calls__unit__party_id__in=viewer.officer_party_ids)
    return Assessment.objects.filter(there, calls__taken_back_at__isnull=True).order_by()


def taking_part() -> QuerySet[Call]:
    """The units that are called to an assessment."""
    return Call.objects.filter(taken_back_at__isnull=True)


@prepared()
def _of_cases(_viewer: None, case_ids: frozenset[int]) -> QuerySet[Assessment]:
    found = Assessment.objects.filter(case_id__in=case_ids).select_related("plan", *CASE)
    return found.order_by("-asked_at", "-id")


@prepared()
def open_of(_viewer: None, case_id: int) -> QuerySet:
    """The id of the assessment of a case that goes on, where there is one."""
    found = Assessment.objects.filter(case_id=case_id, ended_at__isnull=True)
    return found.order_by().values_list("pk", flat=True)[:1]


def assessments_of(case: Case) -> list[Assessment]:
    """The assessments of a case and of those joined to it, the latest first."""
    return _of_cases.rows(None, with_joined(case))


def assessments_at(viewer: Viewer) -> QuerySet[Assessment]:
    """Assessments of cases held at the viewer's places, and those to which they are called."""
    held = Q(case__holder_id__in=viewer.case_post_ids)
    return Assessment.objects.filter(held | Q(pk__in=at_the_viewers_places(viewer).values("pk"))).select_related(
        "plan", *CASE
    )


def visible_assessment(viewer: Viewer, assessment_id: UUID) -> tuple[Assessment, CaseVisibility] | None:
    """An assessment by its public id, with what the viewer sees of its case; None where the viewer reaches none."""
    case = visible_cases(viewer).select_related("holder__party").filter(assessments__public_id=assessment_id).first()
    if case is None:
        return None
    found = Assessment.objects.select_related("plan", "by__user", "by__party", "ended_by")
    return found.get(public_id=assessment_id), visibility(viewer, case)


@prepared()
def _meetings(_viewer: None, case_id: int) -> QuerySet[Meeting]:
    return Meeting.objects.filter(case_id=case_id, kind=KIND, reason="").order_by("at", "id")


def meetings_of(assessment: Assessment) -> list[Meeting]:
    """Its meetings: those of its kind that were booked since it was asked for, until it ended; none called off."""
    begun, ended = assessment.asked_at, assessment.ended_at
    found = _meetings.rows(None, assessment.case_id)
    return [meeting for meeting in found if begun <= meeting.booked_at and (not ended or meeting.booked_at <= ended)]


def calls_of(assessment: Assessment) -> list[Call]:
    """The units that are called, in order."""
    found = assessment.calls.filter(taken_back_at__isnull=True)
    return list(found.select_related("unit__party", "assessment").order_by("id"))


def others_of(assessment: Assessment) -> list[str]:
    """The names of the parties that took part in an assessment that a file brought in, beside the one that tells it."""
    told = assessment.took_part.split(";") if assessment.took_part else []
    return [authority.name for authority in authorities() if authority.code in told]


def documents_of(visible: CaseVisibility, assessment: Assessment) -> list[Document]:
    """What is gathered, as far as the viewer may see it."""
    found = assessment.documents.select_related("by", "gathered_by__user").order_by("id")
    return [document for document in found if visible.sees("text", document)]


def versions_of(assessment: Assessment) -> list[Part]:
    """Every version of every party's part, party by party, the latest first."""
    found = Part.objects.filter(assessment=assessment).select_related("party", "by__user", "by__unit", "assessment")
    return list(found.order_by("party__name", "party_id", "-number"))


def latest_parts(assessment: Assessment) -> list[Part]:
    """The version of each party's part that counts."""
    found: dict[int, Part] = {}
    for part in versions_of(assessment):
        found.setdefault(part.party_id, part)
    return list(found.values())


@dataclass(frozen=True)
class Facts:
    """What has happened in an assessment, read from what was noted."""

    assessment: Assessment
    is_signed: bool
    meetings: list[Meeting]
    steps: list[Step]

    @property
    def names(self) -> set[str]:
        """The facts by their names (rules.STATES)."""
        found = {rules.SIGNED} if self.is_signed else set()
        if any(meeting.ended_at for meeting in self.meetings):
            found.add(rules.MET)
        if self.assessment.reason or (self.assessment.plan and self.assessment.plan.ending == "broken_off"):
            found.add(rules.BROKEN)
        if self.assessment.outcome:
            found |= {rules.ENDED, *_measures(self.steps, clock.today())}
        return found

    @property
    def state(self) -> str:
        """The state that they make."""
        return rules.state(self.names)


def _measures(steps: Iterable[Step], today: date) -> set[str]:
    names = {
        (PREPARATORY, False): rules.PREPARATORY_PLANNED,
        (PREPARATORY, True): rules.PREPARATORY_BEGUN,
        (DIRECTED, False): rules.DIRECTED_PLANNED,
        (DIRECTED, True): rules.DIRECTED_BEGUN,
    }
    return {name for step in steps if step.begins_on and (name := names.get((step.measure, step.begins_on <= today)))}


@prepared()
def _first_part(_viewer: None, assessment_id: int) -> QuerySet:
    return Part.objects.filter(assessment_id=assessment_id).order_by().values_list("pk", flat=True)[:1]


@prepared()
def _measured_steps(_viewer: None, plan_id: int) -> QuerySet[Step]:
    return Step.objects.filter(plan_id=plan_id, ended_at__isnull=True).exclude(measure="").order_by("id")


def facts_of(assessment: Assessment) -> Facts:
    """The facts of an assessment."""
    plan, is_signed = assessment.plan, bool(_first_part.rows(None, assessment.pk))
    steps = _measured_steps.rows(None, plan.pk) if plan and plan.ended_at is None else []
    return Facts(assessment, is_signed, meetings_of(assessment), steps)


@prepared("unit_ids", "own_party_ids")
def to_sign(viewer: Viewer) -> QuerySet[Assessment]:
    """Assessments to which the viewer's units are called and whose part the own party has not signed, soonest first."""
    called = Call.objects.filter(unit_id__in=viewer.unit_ids, taken_back_at__isnull=True).order_by()
    signed = Part.objects.filter(assessment=OuterRef("pk"), party_id__in=viewer.own_party_ids)
    called_to = Assessment.objects.filter(pk__in=called.values("assessment_id"), ended_at__isnull=True)
    found = called_to.exclude(Exists(signed.order_by()))
    return found.select_related(*CASE).order_by("wanted_by", "id")


@prepared("post_ids")
def led_by(viewer: Viewer) -> QuerySet[Assessment]:
    """Assessments that go on, of persons whom the viewer holds, soonest first."""
    found = Assessment.objects.filter(case__holder_id__in=viewer.post_ids, ended_at__isnull=True)
    return found.select_related(*CASE).order_by("wanted_by", "id")


@reading
def own_assessments(subject: str) -> list[Assessment]:
    """The person's assessments that go on, at every party; for the person."""
    found = Assessment.objects.filter(case__person__subject=subject, ended_at__isnull=True)
    return list(found.select_related("case__holder__user", "case__party").order_by("id"))
