"""Who may keep a catalogue."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.measures.models import Activity, Measure
from handslag.parties.models import Post
from handslag.parties.rules import ASSOCIATION_ROLES, STAFF
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


def noter(actor: Viewer, measure: Measure) -> Post | None:
    """The post from which the actor notes a measure's activities: of an officer of its association, or of who works for
    measures at a party that carries it; None where there is none."""
    carriers = set(measure.carriers.values_list("party_id", flat=True))
    staff = (post for post in actor.reach if post.role == STAFF and post.party_id in carriers)
    return kept_by(actor, measure.association_id) or next(staff, None)


def note(actor: Viewer, measure_id: int) -> None:
    """Who notes what the measure did."""
    measure = Measure.objects.filter(pk=measure_id).first()
    if measure is None or noter(actor, measure) is None:
        raise NotAllowed(_("Only who works for the measure, or its association's officers, note what it did."))


def strike(actor: Viewer, activity_id: int) -> None:
    """Who notes what the activity's measure did."""
    note(actor, Activity.objects.filter(pk=activity_id).values_list("measure_id", flat=True).first() or 0)


def keep(actor: Viewer, association_id: int) -> None:
    """An officer of the association, or the operator, who brings files in."""
    if not (actor.is_system or kept_by(actor, association_id)):
        raise NotAllowed(_("Only an officer of the association keeps its measures."))


def change(actor: Viewer, measure_id: int) -> None:
    """An officer of the association whose measure it is."""
    association = Measure.objects.filter(pk=measure_id).values_list("association_id", flat=True).first()
    keep(actor, association or 0)
