"""Who may keep an association's books."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.measures.may import kept_by
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer


def post_of(actor: Viewer, association_id: int) -> Post:
    """The post from which the actor keeps an association's books. Raises NotAllowed for who does not."""
    post = kept_by(actor, association_id)
    if post is None:
        raise NotAllowed(_("Only an officer of the association keeps its books."))
    return post


def keep(actor: Viewer, association_id: int) -> None:
    """An officer of the association."""
    post_of(actor, association_id)
