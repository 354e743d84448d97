from django.db import models


class Entry(models.Model):
    """One line of the journal: who did what, when, to what. Written once, never changed or removed.

    It holds plain values instead of foreign keys, so that it outlives everything that it speaks of.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    acting_for = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="journal_entry_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(actor="") & ~models.Q(verb=""), name="journal_entry_says_who_did_what"
            )
        ]
