from django.db import models
from django.db.models import F, Q

from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.measures.models import Measure
from handslag.participations import rules
from handslag.parties.models import Post, Unit
from handslag.referrals.models import Referral


class Participation(Public):
    """That somebody takes part in a measure, from the first day to the last. It hangs on the referral that was
    accepted, which keeps the place; somebody may take part in several measures, and again.

    What was noted at the start, and at the end, stays; only that it was registered by mistake can be said later.
    """

    referral = models.OneToOneField(Referral, models.PROTECT, related_name="participation")
    moved_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The participation that this one goes on from, in another measure."""
    started_on = Day()
    target_group = models.CharField(max_length=40)
    livelihood_before = models.CharField(max_length=30, blank=True)
    occupation_before = models.CharField(max_length=30, blank=True)
    education = models.CharField(max_length=30, blank=True)
    support_months = models.PositiveSmallIntegerField(null=True)
    """Months in public support before the start, without breaks of more than a month."""
    started_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    started_at = Instant()

    ended_on = Day(null=True)
    end_reason = models.CharField(max_length=30, blank=True)
    livelihood_after = models.CharField(max_length=30, blank=True)
    occupation_after = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=30, blank=True)
    next_step = models.TextField(max_length=2000, blank=True)
    """What comes next, as the measure's staff propose it to who holds the person."""
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ended_at = Instant(null=True)
    seen_at = Instant(null=True)
    """When who holds the person has taken the end in hand."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="participation_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    ended_on__isnull=True, ended_at__isnull=True, ended_by__isnull=True, end_reason="", outcome=""
                )
                | Q(ended_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="participation_end_says_why",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(ended_at__isnull=False), name="participation_seen_when_ended"
            ),
            models.CheckConstraint(
                condition=Q(support_months__isnull=True) | Q(support_months__lte=rules.LONGEST_SUPPORT),
                name="participation_support_is_possible",
            ),
        ]
        indexes = [
            models.Index(fields=["referral"], condition=Q(ended_on__isnull=True), name="participation_under_way"),
            models.Index(fields=["ended_on"], name="participation_ended"),
        ]


class Interruption(Loaded):
    """Days on which somebody is away from a measure, and keeps the place."""

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="interruptions")
    from_on = Day()
    until_on = Day(null=True)
    """The first day back; empty while it lasts."""
    reason = models.CharField(max_length=30)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation"], condition=Q(until_on__isnull=True), name="interruption_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="interruption_days_in_order"
            ),
        ]


class Attendance(Loaded):
    """Whether somebody came on a day."""

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="attendances")
    day = Day()
    came = models.BooleanField()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participation", "day"], name="attendance_once_a_day")]


class FollowUp(Loaded):
    """How it was with somebody some months after the end (6, 12 or 24), or that nobody could be reached."""

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="follow_ups")
    months = models.PositiveSmallIntegerField()
    is_reached = models.BooleanField()
    livelihood = models.CharField(max_length=30, blank=True)
    occupation = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "months"], name="follow_up_once"),
            models.CheckConstraint(condition=Q(months__in=rules.FOLLOW_UPS), name="follow_up_when"),
            models.CheckConstraint(
                condition=Q(is_reached=True) | Q(livelihood="", occupation=""), name="follow_up_of_who_was_reached"
            ),
        ]


class Anonymous(Public):
    """A participant of whom nothing is kept but sex and the year of the start: nobody can be found by it."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="anonymous")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    """Whose staff noted it."""
    sex = models.CharField(max_length=10)
    start_year = models.PositiveSmallIntegerField()
    has_left = models.BooleanField(default=False)
    """Whether the place is free again."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(sex__in=rules.SEXES), name="anonymous_sex_known")]
        indexes = [models.Index(fields=["measure"], condition=Q(has_left=False), name="anonymous_there")]
