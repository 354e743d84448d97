from django.db import models
from django.db.models import F, Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.parties.models import Post


class Plan(Public):
    """The one plan of a case, for all parties. Its words stand in its reviews, and what is done in its steps."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="plans")
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    made_at = Instant()
    ended_at = Instant(null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ending="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ending="")),
                name="plan_ending_is_whole",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="plan_one_a_case"),
        ]


class Review(Public):
    """The plan's words as they were written on a day. The latest counts, and none ever changes."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reviews")
    reviewed_on = Day()
    goal = models.TextField(max_length=2000)
    support = models.TextField(max_length=4000, blank=True)
    duties = models.TextField(max_length=4000, blank=True)
    direction = models.TextField(max_length=2000, blank=True)
    other = models.TextField(max_length=4000, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    """What came of the review."""
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(goal=""), name="review_has_goal")]
        indexes = [models.Index(fields=["plan", "reviewed_on"], name="review_of_plan")]


class Step(Public):
    """What somebody does by a day, and what the person does; it may ask for a measure. When it is due it becomes the
    case's next step, if the unit that is responsible does it."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="steps")
    text = models.CharField(max_length=200)
    person_does = models.CharField(max_length=500, blank=True)
    to = models.ForeignKey(Post, models.PROTECT, related_name="plan_steps")
    measure = models.CharField(max_length=30, blank=True)
    begins_on = Day(null=True)
    due_on = Day()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    made_at = Instant()
    became_step = models.BooleanField(default=False)
    """Whether it became the case's next step, which is followed from then on."""
    ended_at = Instant(null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    was_done = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="plan_step_says_what"),
            models.CheckConstraint(
                condition=Q(measure="") | Q(begins_on__isnull=False), name="plan_step_measure_begins"
            ),
            models.CheckConstraint(
                condition=Q(begins_on__isnull=True) | Q(due_on__gte=F("begins_on")), name="plan_step_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, was_done__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, was_done__isnull=False),
                name="plan_step_ending_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "due_on"], name="plan_step_of_plan"),
            models.Index(
                fields=["to", "due_on"], condition=Q(ended_at__isnull=True, became_step=False), name="plan_step_open"
            ),
        ]
