"""Changing absences and posts."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.actions import record
from handslag.parties.models import Absence, Post
from handslag.parties.viewer import Viewer


def _require_lead(actor: Viewer, post: Post) -> None:
    if post.unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the unit's team lead can do this."))


@transaction.atomic
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


@transaction.atomic
def end_absence(actor: Viewer, absence: Absence) -> None:
    """Ends an absence as of yesterday, or removes it when it has not begun. The lead or the person may do it."""
    if absence.post not in actor.posts:
        _require_lead(actor, absence.post)
    yesterday = clock.add_days(clock.today(), -1)
    if absence.from_on > yesterday:
        absence.delete()
    else:
        absence.until_on = yesterday
        absence.save(update_fields=["until_on"])
    record(actor.label, "absence_ended", "post", absence.post_id)


@transaction.atomic
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
