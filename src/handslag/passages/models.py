from django.db import models
from django.db.models import F, Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.parties.models import Post, Unit
from handslag.passages import rules


class Passage(Public):
    """That a benefit of a person ends or is refused on a day, and when the coming decision was sent for reply.

    What changes is noted as a further row; the latest counts.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="passages")
    benefit = models.CharField(max_length=30)
    cause = models.CharField(max_length=20)
    ends_on = Day()
    communicated_on = Day(null=True)
    reply_by = Day(null=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(benefit="") & ~Q(cause=""), name="passage_says_from_what"),
            models.CheckConstraint(
                condition=Q(reply_by__isnull=True)
                | Q(communicated_on__isnull=False, reply_by__gte=F("communicated_on")),
                name="passage_reply_after_communication",
            ),
            models.CheckConstraint(
                condition=~Q(cause=rules.COMING) | Q(communicated_on__isnull=False, reply_by__isnull=False),
                name="passage_coming_decision_is_communicated",
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="passage_case")]


class TransitionOffer(Public):
    """That a transition meeting was offered to the person, by whom and with whom, and what the person answered."""

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="offers")
    offered_on = Day()
    with_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()
    answer = models.CharField(max_length=10, blank=True)
    answered_on = Day(null=True)
    answer_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    """Who noted the answer."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True, answer_by__isnull=True)
                | Q(
                    answer__in=(rules.ACCEPTED, rules.DECLINED),
                    answered_on__gte=F("offered_on"),
                    answer_by__isnull=False,
                ),
                name="transition_offer_answer_is_whole",
            ),
            models.UniqueConstraint(fields=["passage"], condition=Q(answer=""), name="transition_offer_one_unanswered"),
        ]


class JobNote(Loaded):
    """Whether the person has a job to go back to, as somebody noted it; the latest counts."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="job_notes")
    has_job = models.BooleanField()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="job_note_case")]


class SickLeave(Public):
    """That a participant of a programme is ill, wholly or in part, from a day until another, which is no part of it.

    Another degree is another row. Rows of a case do not overlap; one that was wrong ends on its first day, and is none.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="sick_leaves")
    programme = models.CharField(max_length=30)
    degree = models.PositiveSmallIntegerField()
    since = Day()
    until = Day(null=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(degree__in=rules.DEGREES), name="sick_leave_degree_known"),
            models.CheckConstraint(condition=~Q(programme=""), name="sick_leave_says_from_what"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="sick_leave_days_in_order"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(until__isnull=True), name="sick_leave_one_goes_on"),
        ]
        indexes = [
            models.Index(
                fields=["since"], condition=Q(until__isnull=True, degree=rules.WHOLLY), name="sick_leave_wholly"
            )
        ]


class Adaptation(Loaded):
    """That it was examined whether the programme can be adapted so that the participant can take part again, and what
    was found (2007:414 s. 13 a para. 2). The latest counts."""

    leave = models.ForeignKey(SickLeave, models.PROTECT, related_name="adaptations")
    examined_on = Day()
    can_adapt = models.BooleanField()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()


class Discharge(Public):
    """That an ill participant left the programme, and whether the way back was taken.

    It hangs on the case, not on the sick leave: who may know of the one need not know of the other.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="discharges")
    left_on = Day()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()
    result = models.CharField(max_length=10, blank=True)
    """Back in the programme, or not coming back; empty while the way back is open."""
    result_on = Day(null=True)
    result_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    """Who noted it."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", result_on__isnull=True, result_by__isnull=True)
                | Q(
                    result__in=(rules.RETURNED, rules.STAYS_OUT),
                    result_on__gte=F("left_on"),
                    result_by__isnull=False,
                ),
                name="discharge_result_is_whole",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(result=""), name="discharge_one_is_open"),
        ]
        indexes = [models.Index(fields=["left_on"], condition=Q(result=""), name="discharge_open")]
