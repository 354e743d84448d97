from django.db import models
from django.db.models import F, Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.measures.models import Measure
from handslag.parties.models import Post, Unit
from handslag.referrals import rules

YES = (*rules.IN_LINE, rules.ACCEPTED, rules.ENDED)


class Referral(Public):
    """That somebody is referred to a measure, and what became of it. The case stays with its holder.

    A place is offered to the first in line alone, and who comes while others wait waits too: the database holds that
    (guards.py). What was answered never changes, but that a yes can become a no: then `said_yes_at` tells of it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="referrals")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="referrals")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="referrals")
    """Where the measure's staff work: what is told is told to this unit."""
    referrer = models.ForeignKey(Post, models.PROTECT, related_name="+")
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="follow_up")

    asked_for = models.TextField(max_length=4000, blank=True)
    offered_at = Instant()
    state = models.CharField(max_length=10, default=rules.OFFERED)
    awaiting_since = Instant()

    turn = models.BigIntegerField(null=True)
    """The place in the measure's waiting list: the lowest turn is first. Given as people come, moved by a `Move`."""
    waiting_since = Instant(null=True)
    wait_reason = models.CharField(max_length=30, blank=True)
    expected_on = Day(null=True)
    answer_by = Day(null=True)
    """By which day an offered place is answered for."""
    starts_on = Day(null=True)
    """The first day of the place that is offered or was taken."""

    said_yes_at = Instant(null=True)
    answered_at = Instant(null=True)
    decline_reason = models.CharField(max_length=30, blank=True)
    proposed = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+")
    """Which measure the one that declined proposes instead; without one, who referred decides."""
    settled_at = Instant(null=True)
    """When who holds the person has taken a no in hand."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "measure"],
                condition=Q(state__in=rules.OPEN),
                name="referral_one_open_per_case_and_measure",
            ),
            models.UniqueConstraint(
                fields=["measure", "turn"], condition=Q(state__in=rules.IN_LINE), name="referral_one_a_turn"
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules.OPEN, answered_at__isnull=True)
                | Q(state__in=rules.ANSWERED, answered_at__isnull=False),
                name="referral_answer_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules.PENDING, turn__isnull=True, said_yes_at__isnull=True)
                | Q(state__in=YES, said_yes_at__isnull=False)
                | Q(state__in=(rules.DECLINED, rules.WITHDRAWN)),
                name="referral_yes_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.IN_LINE)
                | Q(turn__isnull=False, waiting_since__isnull=False) & ~Q(wait_reason=""),
                name="referral_waits_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=rules.INVITED) | Q(starts_on__isnull=False, answer_by__isnull=False),
                name="referral_place_has_a_start_and_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(rules.ACCEPTED, rules.ENDED)) | Q(starts_on__isnull=False),
                name="referral_yes_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(state=rules.DECLINED) & ~Q(decline_reason="")
                | ~Q(state=rules.DECLINED) & Q(decline_reason="", proposed__isnull=True, settled_at__isnull=True),
                name="referral_no_says_why",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("offered_at")),
                name="referral_answered_after_offer",
            ),
        ]
        indexes = [
            models.Index(fields=["to_unit", "awaiting_since"], condition=Q(state__in=rules.OPEN), name="referral_in"),
            models.Index(fields=["measure", "turn"], condition=Q(state__in=rules.IN_LINE), name="referral_line"),
            models.Index(fields=["measure"], condition=Q(state__in=rules.PLACED), name="referral_placed"),
            models.Index(fields=["case", "id"], name="referral_case"),
            models.Index(fields=["referrer", "id"], name="referral_out"),
            models.Index(fields=["to_unit", "case"], name="referral_to"),
        ]


class Message(Loaded):
    """A line of what was said and done about a referral: each step taken, with its words."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="messages")
    at = Instant()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    text = models.TextField(max_length=2000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=Q(verb="wait"), name="message_wait")]


class Move(Loaded):
    """That somebody in a waiting list got another turn, and why. Writing this row is what moves (guards.py)."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="moves")
    turn = models.BigIntegerField()
    from_place = models.PositiveSmallIntegerField()
    to_place = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=30)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="move_says_why")]


class Unmet(Loaded):
    """A no, for the analysis of needs: what was asked for, for whom and where. It leads to no person and no referral,
    and is dated by its month alone, so that it stays when the person's content is removed."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    asked_for = models.CharField(max_length=30)
    """The detailed direction of the measure (code list `measure_detail`)."""
    municipality_code = models.CharField(max_length=4, blank=True)
    target_groups = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=30)
    month = Day()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="unmet_says_why")]
