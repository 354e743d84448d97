"""Changing absences and posts."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.foundation import clock, days
from handslag.foundation.acting import action, by_itself
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.parties import may, rules
from handslag.parties.models import Absence, Party, Post, Token, User
from handslag.parties.queries import absences_between
from handslag.parties.viewer import Viewer


@action(may.operate)
def set_password(actor: Viewer, email: str, password: str) -> None:
    """Gives a local account a password. For the system. Raises Refused for a weak one, or an unknown e-mail."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refused(_("Nobody has this e-mail."))
    _set_password(user, password, actor.label)


@action(by_itself)
def change_own_password(user_id: int, password: str) -> User:
    """Gives an account whose owner has just proved its password another one. Raises Refused for a weak one."""
    user = User.objects.select_for_update().get(pk=user_id)
    _set_password(user, password, user.email)
    return user


def _set_password(user: User, password: str, by: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "new") from None
    user.set_password(password)
    user.save(update_fields=["password"])
    record(by, "password_set", "user", user.pk)


@action(may.note_absence)
def register_absence(actor: Viewer, post: Post, from_on: date, until_on: date | None, stand_in: Post | None) -> Absence:
    """Notes that the person on `post` is away. The lead of the unit or the person may do it.

    What is noted already is not noted twice. Raises Refused when the dates are reversed, or when the stand-in is not
    another active person of the same unit; Overtaken when another absence stands on some of the days.
    """
    for day, field in ((from_on, "from_on"), (until_on, "until_on")):
        if day:
            require_day(day, rules.AWAY, field, leads=actor.leads(post.unit_id))
    if until_on and until_on < from_on:
        raise Refused(_("The last day is before the first day. Change one of them."), "until_on")
    if stand_in and (stand_in.unit_id != post.unit_id or stand_in.user_id == post.user_id or not stand_in.is_active):
        raise Refused(_("Choose another person of the same unit as stand-in."), "stand_in")
    Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    standing = absences_between(post, from_on, until_on).first()
    if standing and (standing.from_on, standing.until_on, standing.stand_in) == (from_on, until_on, stand_in):
        return standing
    if standing:
        message = _("{name} is noted as away already, from {day} (stand-in: {stand_in}). End that absence first.")
        who = standing.stand_in.user if standing.stand_in else _("Nobody")
        raise Overtaken(message.format(name=post.user, day=standing.from_on, stand_in=who))
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


@action(may.note_return)
def end_absence(actor: Viewer, absence: Absence) -> None:
    """Ends an absence as of yesterday, or removes it when it has not begun. The lead or the person may do it.

    Raises Overtaken for one that is over already.
    """
    absence = Absence.objects.select_for_update(of=("self",)).filter(pk=absence.pk).first() or absence
    yesterday = days.add_days(clock.today(), -1)
    if absence.pk is None or (absence.until_on and absence.until_on <= yesterday):
        raise Overtaken(_("The absence has ended already."))
    if absence.from_on > yesterday:
        absence.delete()
    else:
        absence.until_on = yesterday
        absence.save(update_fields=["until_on"])
    record(actor.label, "absence_ended", "post", absence.post_id)


@action(may.lead)
def end_post(actor: Viewer, post: Post) -> None:
    """Ends a post whose person leaves the unit. The user is deactivated with the last post.

    The database refuses it while the post still holds an open case or owns a next step; then this raises
    Overtaken. The caller moves them first.
    """
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


@action(may.operate)
def issue_token(actor: Viewer, party_code: str, name: str) -> str:
    """Makes a token of the API for a party and returns its secret, which is shown once. Raises Refused for no party."""
    party = Party.objects.filter(code=party_code).first()
    if party is None:
        raise Refused(_("No party has the code “{code}”.").format(code=party_code))
    secret = Token.new_secret()
    token = Token.objects.create(party=party, name=name, digest=Token.fingerprint(secret))
    record(actor.label, "token_issued", "token", token.pk, party_code=party.code, name=name)
    return secret


@action(may.operate)
def revoke_token(actor: Viewer, party_code: str, name: str) -> int:
    """Ends the tokens of a party that have this name, at once; returns how many. Raises Refused where there is none."""
    standing = Token.objects.filter(party__code=party_code, name=name, revoked_at__isnull=True).order_by("id")
    revoked = list(standing.values_list("pk", flat=True))
    if not revoked:
        raise Refused(_("The party has no token with this name."))
    standing.update(revoked_at=clock.now())
    for pk in revoked:
        record(actor.label, "token_revoked", "token", pk, party_code=party_code, name=name)
    return len(revoked)
