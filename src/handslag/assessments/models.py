from django.db import models
from django.db.models import Q

from handslag.assessments import rules
from handslag.cases.models import Case
from handslag.foundation.clock import day_of
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.parties.models import Party, Post, Unit
from handslag.plans.models import Plan


class Assessment(Public):
    """A joint assessment as it was asked for, and what it ended in: a plan and a next step, or it does not end."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="assessments")
    purpose = models.TextField(max_length=2000)
    wanted_by = Day()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = Instant()

    ended_at = Instant(null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    """Why it was broken off; empty for one that was carried through."""
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="assessments")

    imported_digest = models.CharField(max_length=64, blank=True)
    """By which what a file brought in is known again; empty for one that was asked for here."""
    took_part = models.CharField(max_length=200, blank=True)
    """Of one that a file brought in: the codes of the other parties that took part, with semicolons between. They were
    not called here, and so reach nothing."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="assessment_has_purpose"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, outcome="", reason="", plan__isnull=True)
                | (Q(ended_at__isnull=False, ended_by__isnull=False, reason="") & ~Q(outcome=""))
                | (Q(ended_at__isnull=False, ended_by__isnull=False, outcome="") & ~Q(reason="")),
                name="assessment_ending_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(plan__isnull=False) | Q(reason__in=rules.UNFINISHED),
                name="assessment_ends_in_a_plan",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="assessment_one_a_case"),
            models.UniqueConstraint(
                fields=["case", "ended_at"], condition=~Q(imported_digest=""), name="assessment_brought_in_once"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="assessment_case"),
            models.Index(fields=["wanted_by"], condition=Q(ended_at__isnull=True), name="assessment_open"),
        ]


class Call(Public):
    """That a unit of another party is asked to take part."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()
    taken_back_at = Instant(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "unit"], condition=Q(taken_back_at__isnull=True), name="call_once_a_unit"
            )
        ]


class Document(Public):
    """Something to gather before the parties meet."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="documents")
    text = models.CharField(max_length=200)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    gathered_at = Instant(null=True)
    gathered_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="document_says_what"),
            models.CheckConstraint(
                condition=Q(gathered_at__isnull=True, gathered_by__isnull=True)
                | Q(gathered_at__isnull=False, gathered_by__isnull=False),
                name="document_gathered_by_somebody",
            ),
        ]


class Part(Public):
    """What one party says in an assessment, as it was signed. A change is a further version; none ever changes.

    The person's own words and goal stand first, and are empty for a reason only. Spells are kept as text
    (rules.written), so that a version is one row.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="parts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    own_words = models.TextField(max_length=4000, blank=True)
    goal = models.TextField(max_length=2000, blank=True)
    no_words_reason = models.CharField(max_length=30, blank=True)

    livelihood = models.CharField(max_length=30, blank=True)
    livelihood_since = Day(null=True)

    diagnosis_chapter = models.CharField(max_length=10, blank=True)
    spells = models.TextField(max_length=400, blank=True)
    prognosis = models.CharField(max_length=20, blank=True)
    prognosis_days = models.CharField(max_length=5, blank=True)
    obstacles = models.TextField(max_length=4000, blank=True)

    occupation = models.CharField(max_length=30, blank=True)
    education = models.CharField(max_length=30, blank=True)
    work = models.TextField(max_length=4000, blank=True)
    resources = models.TextField(max_length=4000, blank=True)

    standpoint = models.TextField(max_length=4000)
    dissents = models.BooleanField(default=False)
    dissent_reason = models.TextField(max_length=2000, blank=True)
    settle_by = Day(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "party", "number"], name="part_version_once"),
            models.CheckConstraint(condition=~Q(standpoint=""), name="part_has_standpoint"),
            models.CheckConstraint(
                condition=(~Q(own_words="") & ~Q(goal="")) | ~Q(no_words_reason=""),
                name="part_words_empty_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(dissents=False, settle_by__isnull=True)
                | (Q(dissents=True, settle_by__isnull=False) & ~Q(dissent_reason="")),
                name="part_dissent_is_settled_by_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(prognosis="within_days") | ~Q(prognosis_days=""), name="part_prognosis_says_how_long"
            ),
        ]
        indexes = [
            models.Index(fields=["settle_by"], condition=Q(dissents=True), name="part_dissent"),
        ]

    @property
    def sick_day(self) -> int | None:
        """Which day of the sick case it was when the part was signed (SFB 2010:110 27:51)."""
        return rules.sick_day(rules.read(self.spells), day_of(self.at))
