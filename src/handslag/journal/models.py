from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One line of the journal: who did or saw what, when, on which basis, from where. Written once, never changed.

    It holds plain values instead of foreign keys, so that it outlives everything that it speaks of, and nobody's name
    or number, so that nothing need be taken out of it. `id` is its place in the chain, without gaps; `seal` covers
    every other column and the seal before (chain.py). Times and details are text, so that each byte is covered.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27)
    actor = models.CharField(max_length=254)
    acting_for = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    basis = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=45, blank=True)
    details = models.TextField(default="{}")
    seal = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="journal_entry_subject")]
        constraints = [
            models.CheckConstraint(condition=~Q(actor="") & ~Q(verb=""), name="journal_entry_says_who_did_what")
        ]


class Shown(models.Model):
    """That an entry about a list showed this case: how the entry is found from the case. The entry names it too."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="shown")
    case_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["case_id", "entry"], name="journal_shown_case")]


class Head(models.Model):
    """The chain's last link, in one row that every writer locks. Its seal cannot be made without the key."""

    place = models.BigIntegerField()
    seal = models.CharField(max_length=64)
    tag = models.CharField(max_length=64)
