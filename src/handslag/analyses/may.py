"""Who may have reports made."""

from django.utils.translation import gettext as _

from handslag.analyses.rules import ANALYST
from handslag.foundation.errors import NotAllowed
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer


def post_of(actor: Viewer) -> Post:
    """The post from which the actor has reports made. Raises NotAllowed where there is none."""
    post = next((post for post in actor.reach if post.role == ANALYST), None)
    if post is None:
        raise NotAllowed(_("Only a national analyst has reports made."))
    return post


def analyse(actor: Viewer) -> None:
    """A national analyst."""
    post_of(actor)
