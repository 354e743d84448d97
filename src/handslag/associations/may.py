"""Who may keep an association's books."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.measures.may import kept_by
from handslag.parties.viewer import Viewer


def keep(actor: Viewer, association_id: int) -> None:
    """An officer of the association, or the operator, who brings files in."""
    if not (actor.is_system or kept_by(actor, association_id)):
        raise NotAllowed(_("Only an officer of the association keeps its books."))
