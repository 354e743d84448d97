from django.db import models
from django.db.models import Q

from handslag.foundation.dates import Instant
from handslag.foundation.ids import Public
from handslag.outbox import rules


class Letter(Public):
    """A mail that is owed about something. It holds no words and no address: those are made when it is sent."""

    kind = models.CharField(max_length=20)
    about = models.UUIDField()
    """The public id of what it is about."""
    queued_at = Instant()
    due_at = Instant()
    """Not before; each try moves it."""
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)
    """Why the last try failed: what kind of error, never an address."""
    ended_at = Instant(null=True)
    ending = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False, ending__in=rules.ENDINGS),
                name="letter_ends_somehow",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="letter_due"),
            models.Index(fields=["about", "id"], name="letter_about"),
        ]
