import hashlib
import secrets
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import F, Q

from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.parties import rules


class Party(Loaded):
    """An authority that takes part: FK, AF, a region or a municipality."""

    code = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=3)
    name = models.CharField(max_length=100)
    county_code = models.CharField(max_length=2, blank=True)
    lead_after_days = models.PositiveSmallIntegerField(default=3)
    officer_after_days = models.PositiveSmallIntegerField(default=7)
    joint_after_days = models.PositiveSmallIntegerField(default=14)
    retention_years = models.PositiveSmallIntegerField(default=5)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["FK", "AF", "REG", "KOM"]), name="party_kind_known"),
            models.CheckConstraint(
                condition=Q(lead_after_days__lt=F("officer_after_days"))
                & Q(officer_after_days__lt=F("joint_after_days")),
                name="party_ladder_climbs",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(Public):
    """A place within a party where caseworkers sit."""

    party = models.ForeignKey(Party, models.PROTECT)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    county_code = models.CharField(max_length=2, db_index=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "code"], name="unit_code_unique_in_party")]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Finds users by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.select_related("secret").get(email=(username or "").strip().lower())


class User(Public, AbstractBaseUser):
    """A person who signs in at work. The password stands apart (Secret), since users are read by everyone."""

    last_login = None  # (no column: sign-ins are journalled)
    email = models.EmailField(unique=True)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    staff_id = models.CharField(max_length=120, blank=True)
    """The `orgAffiliation` of the Swedish OpenID Connect profile (`<id>@<organisation number>`): sign-in goes by it."""

    objects = Users()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(email=""), name="user_has_email"),
            models.UniqueConstraint(fields=["staff_id"], condition=~Q(staff_id=""), name="user_staff_id_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def password(self) -> str:  # (in place of Django's column)
        """The hash of the password; one that nothing fits where there is none."""
        try:
            return self.secret.password
        except Secret.DoesNotExist:
            return UNUSABLE_PASSWORD_PREFIX

    @password.setter
    def password(self, encoded: str) -> None:
        self.secret = Secret(password=encoded)

    def save(self, **kwargs: Any) -> None:
        """Saves the user, and a password that was set."""
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = set(kwargs["update_fields"]) - {"password"}
        super().save(**kwargs)
        secret = self._state.fields_cache.get("secret")
        if secret and secret._state.adding:
            secret.user = self
            secret.save()


class Secret(Loaded):
    """What proves that an account is its owner's. On PostgreSQL it is read and written past the wall alone."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="secret")
    password = models.CharField(max_length=128)


class Association(Loaded):
    """A coordination association (samordningsförbund) under the Act 2003:1210."""

    name = models.CharField(max_length=120, unique=True)
    members = models.ManyToManyField(Party, related_name="associations")

    def __str__(self) -> str:
        return self.name


class Post(Public):
    """A user in a role at a place. Cases are held by posts, so a holder is always a named person at a unit."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20)
    # Typed as always there, as they are of every post that can hold a case; `post_role_fits_place` says of which.
    party: "models.ForeignKey[Party | None, Party]" = models.ForeignKey(  # type: ignore[misc]
        Party, models.PROTECT, null=True, related_name="posts"
    )
    unit: "models.ForeignKey[Unit | None, Unit]" = models.ForeignKey(  # type: ignore[misc]
        Unit, models.PROTECT, null=True, related_name="posts"
    )
    association = models.ForeignKey(Association, models.PROTECT, null=True, related_name="posts")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    role__in=rules.UNIT_ROLES, party__isnull=False, unit__isnull=False, association__isnull=True
                )
                | Q(role__in=rules.PARTY_ROLES, party__isnull=False, unit__isnull=True, association__isnull=True)
                | Q(
                    role__in=rules.ASSOCIATION_ROLES,
                    party__isnull=True,
                    unit__isnull=True,
                    association__isnull=False,
                )
                | Q(role__in=rules.FREE_ROLES, party__isnull=True, unit__isnull=True, association__isnull=True),
                name="post_role_fits_place",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"], condition=Q(is_active=True), name="post_once_per_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.unit or self.party or self.association})"


class Absence(Public):
    """Days when the person on a post is away, and who stands in."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="absences")
    from_on = Day()
    until_on = Day(null=True)
    stand_in = models.ForeignKey(Post, models.PROTECT, null=True, related_name="stands_in")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="absence_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("post")), name="absence_stand_in_is_another"
            ),
        ]


class Token(Loaded):
    """A party's key to the API. Only its fingerprint is stored."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = Instant(auto_now_add=True)
    revoked_at = Instant(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="token_has_name")]

    @staticmethod
    def fingerprint(secret: str) -> str:
        """What is stored of a token's secret. The secret is long and random, so a plain hash suffices."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @staticmethod
    def new_secret() -> str:
        """A secret that nobody has had before."""
        return f"hsl_{secrets.token_urlsafe(32)}"
