from django.db import models
from django.db.models import F, Q

from handslag.disclosure import rules
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.parties.models import Party, Post, Unit


class Consent(Public):
    """What a person agreed to, as it was recorded. Secrecy (OSL) and data protection (GDPR) are two grounds."""

    subject = models.CharField(max_length=32, db_index=True)
    purpose = models.TextField(max_length=500)
    manner = models.CharField(max_length=12)
    witness = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    """Who else heard it, where it was oral."""
    given_on = Day()
    until = Day()
    gdpr_basis = models.CharField(max_length=30)
    recorded_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    recorded_at = Instant()
    signed_at = Instant(null=True)
    """When the person, signed in with e-ID, agreed to it on her own page."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(manner__in=rules.MANNERS), name="consent_manner_known"),
            models.CheckConstraint(
                condition=~Q(manner=rules.ORAL) | Q(witness__isnull=False), name="consent_oral_has_witness"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("given_on")), name="consent_dates_in_order"),
        ]


class Disclosure(Public):
    """That one party tells a unit of another one group of information about a person, on one named basis.

    It holds from `begins_at` until its last day or until it is withdrawn. What the party's own staff recorded begins
    at once. What others recorded begins when somebody of the party that tells has confirmed it: until then it opens
    nothing. Nothing but the confirmation and the withdrawal ever changes.
    """

    subject = models.CharField(max_length=32)
    from_party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    group = models.CharField(max_length=20)
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="disclosures")
    statute = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    begins_at = Instant(null=True)
    until = Day()
    recorded_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    """Who at the party that tells answers for the telling."""
    seen = models.CharField(max_length=12, blank=True)
    """What the one who confirmed another's record saw of the consent."""
    ended_at = Instant(null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(group__in=rules.GROUPS), name="disclosure_group_known"),
            models.CheckConstraint(
                condition=Q(consent__isnull=False, statute="") | (Q(consent__isnull=True) & ~Q(statute="")),
                name="disclosure_has_one_basis",
            ),
            models.CheckConstraint(
                condition=Q(begins_at__isnull=True, confirmed_by__isnull=True, seen="", consent__isnull=False)
                | Q(begins_at__isnull=False, confirmed_by__isnull=False),
                name="disclosure_begins_confirmed",
            ),
        ]
        indexes = [
            models.Index(fields=["to_unit", "subject"], condition=Q(ended_at__isnull=True), name="disclosure_to"),
            models.Index(fields=["subject", "from_party", "to_unit"], name="disclosure_flow"),
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="disclosure_until"),
            models.Index(
                fields=["subject", "from_party"],
                condition=Q(ended_at__isnull=True, begins_at__isnull=True),
                name="disclosure_waits",
            ),
        ]

    @property
    def basis(self) -> rules.Basis:
        """The ground on which it stands."""
        return rules.basis_of(self.consent_id, self.statute, self.until)
