from django.db import models
from django.db.models import Q

from handslag.parties.models import Party


class Person(models.Model):
    """A person as one party knows the person. Each party is controller of its own record, so none sees another's."""

    party = models.ForeignKey(Party, models.PROTECT)
    identity_number = models.CharField(max_length=12)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    search_name = models.CharField(max_length=130)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity_number", "party"], name="person_once_per_party"),
            models.CheckConstraint(condition=Q(identity_number__regex=r"^[0-9]{12}$"), name="person_number_12_digits"),
        ]

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}"
