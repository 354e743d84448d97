"""The address of a caseworker's calendar, made and ended."""

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed
from handslag.journal.actions import record
from handslag.meetings.models import Feed
from handslag.parties.models import Token, User
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer


def may_have_feed(actor: Viewer) -> User:
    """Somebody at work who can hold persons."""
    if actor.user is None or not set(HOLDING_ROLES).intersection(actor.roles):
        raise NotAllowed(_("Only those who can hold persons have a calendar."))
    return actor.user


@action(may_have_feed)
def make_feed(actor: Viewer) -> str:
    """Makes the address of the actor's calendar anew and returns its secret, which is shown once. The old one ends."""
    _end_feed(actor)
    secret = Token.new_secret()
    feed = Feed.objects.create(user=may_have_feed(actor), digest=Token.fingerprint(secret), made_at=clock.now())
    record(actor.label, "feed_made", "feed", feed.pk)
    return secret


@action(may_have_feed)
def end_feed(actor: Viewer) -> None:
    """Ends the address of the actor's calendar, at once."""
    for pk in _end_feed(actor):
        record(actor.label, "feed_ended", "feed", pk)


def _end_feed(actor: Viewer) -> list[int]:
    standing = Feed.objects.filter(user=actor.user, revoked_at__isnull=True).order_by("id")
    ended = list(standing.values_list("pk", flat=True))
    standing.update(revoked_at=clock.now())
    return ended
