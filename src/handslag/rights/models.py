from django.db import models

from handslag.cases.models import Case
from handslag.foundation.dates import Instant
from handslag.foundation.loading import Loaded
from handslag.parties.models import Post


class Rectification(Loaded):
    """That something recorded was wrong: both versions, encrypted, with who mended it, when and why."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="rectifications")
    field = models.CharField(max_length=30)
    sealed_before = models.TextField(blank=True)
    sealed_after = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()


class Remainder(Loaded):
    """What statistics keep of a case whose content was removed. Nothing leads from it back to the case or person."""

    party_kind = models.CharField(max_length=3)
    county_code = models.CharField(max_length=2)
    sex = models.CharField(max_length=5)
    birth_decade = models.PositiveSmallIntegerField(null=True)
    target_groups = models.CharField(max_length=200, blank=True)
    livelihood = models.CharField(max_length=30, blank=True)
    opened_year = models.PositiveSmallIntegerField()
    closed_year = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=30)
    handovers = models.PositiveSmallIntegerField()
    holders = models.PositiveSmallIntegerField()
