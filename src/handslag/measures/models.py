from django.db import models
from django.db.models import F, Q

from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.measures import rules
from handslag.parties.models import Association, Party, Post


class Measure(Public):
    """A measure in an association's catalogue: what is done, for whom, where, and how to refer somebody there.

    Direction, method of follow-up and ESF funding never change (national follow-up of Finsam).
    """

    association = models.ForeignKey(Association, models.PROTECT, related_name="measures")
    name = models.CharField(max_length=150)
    description = models.TextField(max_length=4000)
    direction = models.CharField(max_length=20)
    detail = models.CharField(max_length=30)
    """The detailed direction (code list `measure_detail`)."""
    follow_up = models.CharField(max_length=20)
    has_esf = models.BooleanField()
    starts_on = Day()
    ends_on = Day(null=True)
    owner = models.ForeignKey(Party, models.PROTECT, related_name="+")
    """The party that answers for the measure (insatsägare)."""
    municipality_code = models.CharField(max_length=4)
    places = models.PositiveSmallIntegerField(null=True)
    planned_a_year = models.PositiveSmallIntegerField(null=True)
    """How many participants are planned for a year."""
    languages = models.CharField(max_length=100, blank=True)
    """Codes of the list `language`, with semicolons between."""
    accessibility = models.TextField(max_length=1000, blank=True)
    how_to_refer = models.TextField(max_length=1000)
    contact = models.CharField(max_length=200)
    is_open_data = models.BooleanField(default=False)
    """Whether the association publishes it, without sign-in."""
    is_listed = models.BooleanField(default=False)
    """Whether it stands in the catalogue: as soon as its parties are noted."""
    searched = models.TextField()
    """What words are looked for in, as `fold` makes it."""
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    made_at = Instant()
    changed_at = Instant()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(how_to_refer="") & ~Q(contact=""), name="measure_told"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="measure_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(direction=rules.INDIVIDUAL, places__isnull=False, planned_a_year__isnull=False)
                & Q(places__gte=1, planned_a_year__gte=1)
                | Q(direction=rules.STRUCTURAL, places__isnull=True, planned_a_year__isnull=True),
                name="measure_individual_has_places",
            ),
            models.UniqueConstraint(fields=["association", "name"], name="measure_name_unique"),
        ]
        indexes = [models.Index(fields=["municipality_code"], name="measure_place")]

    def __str__(self) -> str:
        return self.name


class Activity(Public):
    """What a structural measure did on a day, and how many people at work it reached. Nobody is named."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=20)
    """Code list `activity_kind`."""
    day = Day()
    hours = models.PositiveSmallIntegerField()
    """How long it was, in whole hours."""
    reached = models.PositiveSmallIntegerField()
    """How many people at work took part."""
    is_struck = models.BooleanField(default=False)
    """Whether it was noted by mistake."""
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    noted_at = Instant()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__range=(1, rules.LONGEST), reached__range=(1, rules.MOST)),
                name="activity_reached_somebody",
            )
        ]


class Carrier(Loaded):
    """A party that carries a measure, of the association's members."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="carriers")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "party"], name="carrier_once")]


class ForGroup(Loaded):
    """That a measure is for a target group (code list `target_group`)."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="groups")
    target_group = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "target_group"], name="measure_group_once")]
