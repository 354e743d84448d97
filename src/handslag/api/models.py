import hashlib
import secrets

from django.db import models
from django.db.models import Q

from handslag.parties.models import Party


class Token(models.Model):
    """A party's key to the API. Only its fingerprint is stored."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="token_has_name")]

    @staticmethod
    def fingerprint(secret: str) -> str:
        """What is stored of a token's secret. The secret is long and random, so a plain hash suffices."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, party: Party, name: str) -> str:
        """Makes a token for a party and returns its secret, which is shown once."""
        secret = f"hsl_{secrets.token_urlsafe(32)}"
        cls.objects.create(party=party, name=name, digest=cls.fingerprint(secret))
        return secret
