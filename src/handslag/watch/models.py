from django.db import models
from django.db.models import Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.loading import Loaded
from handslag.parties.models import Post, Unit


class Escalation(Loaded):
    """That something climbed to a rung of named people, or that a rung was found empty (`is_gap`)."""

    kind = models.CharField(max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, related_name="escalations", db_index=False)
    about = models.UUIDField()
    """The public id of what waits: the case, or something of it."""
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    """The unit that it is on its way to."""
    waiting_since = Day()
    rung = models.PositiveSmallIntegerField()
    is_gap = models.BooleanField()
    raised_on = Day()
    cleared_on = Day(null=True)
    called: "models.ManyToManyField[Post, Called]" = models.ManyToManyField(
        Post, through="Called", related_name="escalations"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about", "rung", "is_gap"],
                condition=Q(cleared_on__isnull=True),
                name="escalation_once_while_open",
            ),
        ]
        indexes = [models.Index(fields=["case", "kind", "rung"], name="escalation_of_case")]


class Called(Loaded):
    """A named person whom an escalation called."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="calls")
    post = models.ForeignKey(Post, models.PROTECT, related_name="calls")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["escalation", "post"], name="called_once")]
        indexes = [models.Index(fields=["post", "escalation"], name="called_post")]


class Round(Loaded):
    """That the watch went its round, and what it found: so that a silent watch is seen too."""

    on = Day()
    at = Instant()
    figures = models.JSONField()
