from django.db import models
from django.db.models import Q

from handslag.foundation.loading import Loaded


class Entry(Loaded):
    """One line of the journal: who did or saw what, when, on which basis, from where. Written once, never changed.

    It holds plain values instead of foreign keys, so that it outlives everything that it speaks of, and nobody's name
    or number, so that nothing need be taken out of it. `id` is its place: later entries have higher ones, and an action
    that failed leaves a gap. `party` is that of the post that acted, `group` the group of information that the line
    belongs to. `follows` is the last batch that was sealed before it, and `seal` covers every other column and that
    batch's seal (seals.py). Times and details are text, so that each byte is covered.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.CharField(max_length=27)
    actor = models.CharField(max_length=254)
    acting_for = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    basis = models.TextField(blank=True)
    address = models.CharField(max_length=45, blank=True)
    details = models.TextField(default="{}")
    party = models.BigIntegerField(null=True)
    group = models.CharField(max_length=20, blank=True)
    follows = models.BigIntegerField()
    seal = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="journal_entry_subject")]
        constraints = [
            models.CheckConstraint(condition=~Q(actor="") & ~Q(verb=""), name="journal_entry_says_who_did_what")
        ]


class Shown(Loaded):
    """That an entry about a list showed this case: how the entry is found from the case. The entry names it too."""

    pk = models.CompositePrimaryKey("case_id", "entry_id")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="shown", db_constraint=False)  # entries never go
    case_id = models.BigIntegerField()


class Unsealed(Loaded):
    """An entry that waits for its batch. The database puts it here with the entry (guards.py); the sealer takes it."""

    entry_id = models.BigIntegerField(primary_key=True)
    seal = models.CharField(max_length=64)


class Batch(Loaded):
    """A link of the chain: exactly the entries in `places`, sealed together with the batch before. Never changed.

    `places` are runs of places, such as “101-150 152”; `root` is a digest of those entries' seals, in that order.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27)
    places = models.TextField()
    root = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)


class Head(Loaded):
    """The chain's last batch, in one row that sealers lock and writers only read. Its tag needs the key."""

    number = models.BigIntegerField()
    seal = models.CharField(max_length=64)
    tag = models.CharField(max_length=64)
