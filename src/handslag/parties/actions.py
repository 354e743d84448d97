"""Changing absences and posts."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.foundation import clock, days
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.foundation.wall import action
from handslag.journal.actions import record
from handslag.parties.models import Absence, Party, Post, Unit, User
from handslag.parties.viewer import Viewer
from handslag.reference.authorities import Authority


@dataclass(frozen=True)
class Hire:
    """Somebody who shall have a role at a party, or at a unit of it; party, unit and user are made where they lack."""

    authority: Authority
    unit: str
    unit_name: str
    county_code: str
    email: str
    given_name: str
    family_name: str
    role: str
    staff_id: str = ""
    """How the user's identity provider names the user (`orgAffiliation`); stored where it was empty before."""


@action
def hire(actor: Viewer, wanted: Hire) -> bool:
    """Gives somebody a post; returns whether it is new. The user can sign in once a password is set. For the system."""
    if not actor.is_system:
        raise NotAllowed(_("Only the operator can do this."))
    a = wanted.authority
    party, __ = Party.objects.get_or_create(
        code=a.code, defaults={"kind": a.kind, "name": a.name, "county_code": a.county_code}
    )
    unit = None
    if wanted.unit:
        place = {"name": wanted.unit_name, "county_code": wanted.county_code}
        unit, __ = Unit.objects.get_or_create(party=party, code=wanted.unit, defaults=place)
    names = {"given_name": wanted.given_name, "family_name": wanted.family_name, "password": make_password(None)}
    user, __ = User.objects.get_or_create(email=wanted.email.lower(), defaults=names)
    user.is_active = True
    user.staff_id = wanted.staff_id or user.staff_id
    user.save(update_fields=["is_active", "staff_id"])
    post, is_new = Post.objects.get_or_create(user=user, role=wanted.role, party=party, unit=unit, is_active=True)
    if is_new:
        record(actor.label, "hired", "post", post.pk, role=wanted.role)
    return is_new


@action
def set_password(actor: Viewer, email: str, password: str) -> None:
    """Gives a local account a password. For the system. Raises Refused for a weak one, or an unknown e-mail."""
    if not actor.is_system:
        raise NotAllowed(_("Only the operator can do this."))
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refused(_("Nobody has this e-mail."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    record(actor.label, "password_set", "user", user.pk)


def _require_lead(actor: Viewer, post: Post) -> None:
    if post.unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the unit's team lead can do this."))


@action
def register_absence(actor: Viewer, post: Post, from_on: date, until_on: date | None, stand_in: Post | None) -> Absence:
    """Notes that the person on `post` is away. The lead of the unit or the person may do it.

    Raises Refused when the dates are reversed, or when the stand-in is not another active person of the same unit.
    """
    if post not in actor.posts:
        _require_lead(actor, post)
    if until_on and until_on < from_on:
        raise Refused(_("The last day is before the first day. Change one of them."), "until_on")
    if stand_in and (stand_in.unit_id != post.unit_id or stand_in.user_id == post.user_id or not stand_in.is_active):
        raise Refused(_("Choose another person of the same unit as stand-in."), "stand_in")
    absence = Absence.objects.create(post=post, from_on=from_on, until_on=until_on, stand_in=stand_in)
    record(
        actor.label,
        "absence_registered",
        "post",
        post.pk,
        from_on=from_on.isoformat(),
        until_on=until_on and until_on.isoformat(),
        stand_in=stand_in and stand_in.user.email,
    )
    return absence


@action
def end_absence(actor: Viewer, absence: Absence) -> None:
    """Ends an absence as of yesterday, or removes it when it has not begun. The lead or the person may do it."""
    if absence.post not in actor.posts:
        _require_lead(actor, absence.post)
    yesterday = days.add_days(clock.today(), -1)
    if absence.from_on > yesterday:
        absence.delete()
    else:
        absence.until_on = yesterday
        absence.save(update_fields=["until_on"])
    record(actor.label, "absence_ended", "post", absence.post_id)


@action
def end_post(actor: Viewer, post: Post) -> None:
    """Ends a post whose person leaves the unit. The user is deactivated with the last post.

    The database refuses it while the post still holds an open case or owns a next step; then this raises
    Overtaken. The caller moves them first.
    """
    _require_lead(actor, post)
    post = Post.objects.select_for_update().get(pk=post.pk)
    post.is_active = False
    try:
        with transaction.atomic():
            post.save(update_fields=["is_active"])
    except IntegrityError:
        raise Overtaken(_("Move the person's cases and next steps first.")) from None
    if not post.user.posts.filter(is_active=True).exists():
        post.user.is_active = False
        post.user.save(update_fields=["is_active"])
    record(actor.label, "post_ended", "post", post.pk)
