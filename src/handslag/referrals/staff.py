"""Who works for a measure: measure staff at a unit of a party that carries it, and who leads that unit."""

from django.db.models import Exists, OuterRef, QuerySet

from handslag.measures.models import Measure
from handslag.parties.models import Post, Unit
from handslag.parties.rules import LEAD, STAFF
from handslag.parties.viewer import Viewer


def units_of(measure: Measure) -> QuerySet[Unit]:
    """The units where a measure's staff work, by party and name."""
    staffed = Post.objects.filter(unit=OuterRef("pk"), is_active=True, role=STAFF)
    found = Unit.objects.filter(Exists(staffed), party__in=measure.carriers.values("party"), is_active=True)
    return found.select_related("party").order_by("party__kind", "party__name", "name")


def staff_of(unit_id: int) -> QuerySet[Post]:
    """The active measure staff of a unit."""
    return Post.objects.filter(unit=unit_id, is_active=True, role=STAFF).order_by("id")


def served_units(viewer: Viewer) -> frozenset[int]:
    """Units whose measures the viewer works for, also as a stand-in."""
    return frozenset(post.unit.pk for post in viewer.reach if post.role == STAFF)


def staff_post(actor: Viewer, unit_id: int) -> Post | None:
    """The post from which the actor works for measures of a unit, or leads it; None where there is none."""
    at = (post for post in actor.reach if post.unit_id == unit_id and post.role in (STAFF, LEAD))
    return next(at, None)
