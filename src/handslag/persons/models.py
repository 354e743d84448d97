from django.db import models
from django.db.models import Q

from handslag.foundation import keys
from handslag.foundation.loading import Loaded
from handslag.parties.models import Party


class Person(Loaded):
    """A person as one party knows the person. Each party is controller of its own record, so none sees another's.

    `subject` is the blind index of the identity number: the same person has the same one at every party, and nobody
    without the installation's key learns the number from it. An anonymous participant has a random one.
    """

    party = models.ForeignKey(Party, models.PROTECT)
    subject = models.CharField(max_length=32, db_index=True)
    sex = models.CharField(max_length=5)
    start_year = models.PositiveSmallIntegerField(null=True)
    is_protected = models.BooleanField(default=False)
    hidden_words = models.TextField(blank=True)
    """Of a protected person, fingerprints of what nobody may write about the person (concealing.py)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "subject"], name="person_once_per_party"),
            models.CheckConstraint(condition=Q(sex__in=["woman", "man", ""]), name="person_sex_known"),
        ]


class Identity(Loaded):
    """Who a person is: the group “identity and contact”, in a table of its own that both walls guard.

    An anonymous participant has none. The number is encrypted; search finds it by the person's blind index.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="identity")
    sealed_number = models.TextField()
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    search_name = models.CharField(max_length=130)
    search_initials = models.CharField(max_length=3)
    """The first characters of `search_name`: PostgreSQL compares them before the wall's costly rule."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_number="") & ~Q(search_name=""), name="identity_is_whole")
        ]

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def number(self) -> str:
        """The identity number, 12 digits. Raises WrongKey where the installation lost its key."""
        return keys.decrypt(self.sealed_number)


class ProtectedSubject(Loaded):
    """The blind index of a number that must not be registered by name or number: the person is protected."""

    subject = models.CharField(max_length=32, primary_key=True)
