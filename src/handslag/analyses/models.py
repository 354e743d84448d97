from django.db import models
from django.db.models import Q

from handslag.analyses import rules
from handslag.foundation import clock
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.parties.models import Post


class Release(Public):
    """A report that an analyst asked for. It is made beside requests; what comes of it is in its folder (folders.py).

    Whoever makes it counts one more try, and says so every few seconds as long as it lives.
    """

    report = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    versions = models.CharField(max_length=200, blank=True)
    """Older versions of definitions (rules.written)."""
    source = models.CharField(max_length=10)
    data_day = Day(null=True)
    """The day of the data, where they are a folder's."""
    contact = models.CharField(max_length=100)
    email = models.EmailField(max_length=100)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = Instant()
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = Instant(null=True)
    """When the latest try began; empty while it waits."""
    seen_at = Instant(null=True)
    """When whoever makes it was last seen."""
    phase = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    """How many steps the phase has; none where that is not known."""
    ended_at = Instant(null=True)
    ending = models.CharField(max_length=12, blank=True)
    published_at = Instant(null=True)
    published_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=rules.SOURCES), name="release_source_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False, ending__in=rules.ENDINGS),
                name="release_ends_somehow",
            ),
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True, seen_at__isnull=True)
                | Q(begun_at__isnull=False, seen_at__isnull=False, tries__gte=1),
                name="release_begins_as_a_try",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False, ending=rules.RELEASED),
                name="release_published_when_released",
            ),
            models.UniqueConstraint(
                fields=["report", "year"], condition=Q(ended_at__isnull=True), name="release_made_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.edition

    @property
    def edition(self) -> str:
        """Its name in the ledger."""
        return f"{self.report.replace('_', '-')} {self.year} ({self.public_id.hex[-8:]})"

    @property
    def state(self) -> str:
        """Its state now (rules.state)."""
        return rules.state(self.ending, self.begun_at, self.seen_at, clock.now())
