from django.db import models
from django.db.models import F, Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.meetings import rules
from handslag.parties.models import Post, Unit, User


class Meeting(Public):
    """A meeting about a person. It is booked until somebody notes that it was held, or why it was not.

    It hangs on a case, so whoever holds the person answers for it too. What it was stays as it was noted (guards.py).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=30)
    purpose = models.TextField(max_length=2000, blank=True)
    agenda = models.TextField(max_length=4000, blank=True)
    interpreter = models.CharField(max_length=60, blank=True)
    needs = models.TextField(max_length=500, blank=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    booked_at = Instant()

    at = Instant()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=200, blank=True)
    link = models.CharField(max_length=300, blank=True)
    timed_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    """Who set the time and the place."""

    ended_at = Instant(null=True)
    """When it was noted that the meeting was held, or was not."""
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=30, blank=True)
    """Why it was not held; empty for one that was."""
    notes = models.TextField(max_length=8000, blank=True)

    imported_digest = models.CharField(max_length=64, blank=True)
    """By which what a file brought in is known again; empty for a meeting that was booked here."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="meeting_has_kind"),
            models.CheckConstraint(
                condition=Q(minutes__gte=rules.SHORTEST, minutes__lte=rules.LONGEST), name="meeting_length_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, reason="", notes="")
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="meeting_ending_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(reason="") | Q(ended_at__gte=F("at")),
                name="meeting_held_after_its_time",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "at"], condition=~Q(imported_digest=""), name="meeting_brought_in_once"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "at"], name="meeting_case"),
            models.Index(fields=["at"], condition=Q(ended_at__isnull=True), name="meeting_booked"),
        ]

    @property
    def state(self) -> str:
        """Booked, held or not held."""
        return rules.state(self.ended_at, self.reason)


class PastTime(Loaded):
    """A time that a meeting was moved from, and why."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="past_times")
    at = Instant()
    moved_at = Instant()
    reason = models.CharField(max_length=30)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="past_time_says_why")]


class Participant(Public):
    """Somebody who is called to a meeting: the person, a unit or a post within the product, or somebody outside.

    Outside is whoever has a name here. Nothing is told to them before the person has agreed to it (`agreed_on`). The
    person has no name here: who that is, the case tells.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="participants")
    role = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    agreed_on = Day(null=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    came = models.BooleanField(null=True)
    taken_off_at = Instant(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, post__isnull=True) | Q(unit__isnull=False, name="", email=""),
                name="participant_is_inside_or_outside",
            ),
            models.CheckConstraint(condition=~Q(role=""), name="participant_has_role"),
            models.UniqueConstraint(fields=["meeting", "post"], name="participant_post_once"),
            models.UniqueConstraint(
                fields=["meeting", "unit"], condition=Q(post__isnull=True), name="participant_unit_once"
            ),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(role=rules.PERSON, taken_off_at__isnull=True),
                name="participant_person_once",
            ),
        ]
        indexes = [
            # of posts alone: in an index with the others, all who have no post would lie under one key
            models.Index(fields=["post"], condition=Q(post__isnull=False), name="participant_posts"),
        ]


class Item(Loaded):
    """What was settled of one item that the kind of meeting must settle."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    item = models.CharField(max_length=30)
    text = models.TextField(max_length=1000, blank=True)
    day = Day(null=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "item"], name="item_once_per_meeting")]


class Decision(Public):
    """What was decided that somebody does until a day. One of them became the case's next step."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    text = models.CharField(max_length=200)
    to = models.ForeignKey(Post, models.PROTECT, related_name="decisions")
    due_on = Day()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    became_step = models.BooleanField(default=False)
    """Whether it became the case's next step, which is followed from then on."""
    done_at = Instant(null=True)
    done_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="decision_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, became_step=False),
                name="decision_is_done_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(became_step=True), name="decision_one_becomes_step"
            ),
        ]
        indexes = [
            models.Index(
                fields=["to", "due_on"], condition=Q(done_at__isnull=True, became_step=False), name="decision_open"
            )
        ]


class Feed(Loaded):
    """The secret address of the calendar of somebody at work. Only its fingerprint is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = Instant()
    revoked_at = Instant(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="feed_one_a_user")
        ]
