"""Who may keep a catalogue."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.measures.models import Measure
from handslag.parties.models import Post
from handslag.parties.rules import ASSOCIATION_ROLES
from handslag.parties.viewer import Viewer


def kept_by(actor: Viewer, association_id: int) -> Post | None:
    """The post from which the actor keeps an association's catalogue; None where there is none."""
    posts = (post for post in actor.reach if post.role in ASSOCIATION_ROLES)
    return next((post for post in posts if post.association_id == association_id), None)


def voucher(actor: Viewer, association_id: int, by: Post | None = None) -> Post:
    """Whose post stands beside what is written: the actor's own, or, where the operator brings it in, `by`.

    Raises NotAllowed where there is none.
    """
    post = by if actor.is_system else kept_by(actor, association_id)
    if post is None:
        raise NotAllowed(_("Only an officer of the association keeps its measures."))
    return post


def keep(actor: Viewer, association_id: int) -> None:
    """An officer of the association, or the operator, who brings files in."""
    if not (actor.is_system or kept_by(actor, association_id)):
        raise NotAllowed(_("Only an officer of the association keeps its measures."))


def change(actor: Viewer, measure_id: int) -> None:
    """An officer of the association whose measure it is."""
    association = Measure.objects.filter(pk=measure_id).values_list("association_id", flat=True).first()
    keep(actor, association or 0)
