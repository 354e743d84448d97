"""Who may: rules that actions name, about people at work. Each raises NotAllowed."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.parties.models import Absence, Post
from handslag.parties.viewer import Viewer


def operate(actor: Viewer) -> None:
    """The operator, at the command line."""
    if not actor.is_system:
        raise NotAllowed(_("Only the operator can do this."))


def lead(actor: Viewer, post: Post) -> None:
    """The lead of the unit where the post is."""
    if post.unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the unit's team lead can do this."))


def note_absence(actor: Viewer, post: Post) -> None:
    """The person on the post, or the unit's lead."""
    if post not in actor.posts:
        lead(actor, post)


def note_return(actor: Viewer, absence: Absence) -> None:
    """The person who was away, or the unit's lead."""
    note_absence(actor, absence.post)
