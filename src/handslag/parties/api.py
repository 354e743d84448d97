"""Who acts when a party's system calls, and whom and what its requests name."""

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Schema

from handslag.foundation.errors import NotAllowed, Refused
from handslag.parties.models import Unit, User
from handslag.parties.queries import viewer_of
from handslag.parties.viewer import Request, Viewer
from handslag.ui.api import Given


def acting(request: Request, email: str) -> Viewer:
    """The person in whose name the party's system acts, with the rights that the person has at that party alone.

    Raises NotAllowed where nobody active at the party has this e-mail.
    """
    party_id = request.auth.party_id
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    posts = tuple(p for p in viewer_of(user).posts if p.party_id == party_id) if user else ()
    if user is None or not posts:
        raise NotAllowed(_("Nobody active at your party has this e-mail."))
    return Viewer(user, posts, name=f"{user.email} ({request.viewer.name})")


def unit_named(party_code: str, unit_code: str, field: str) -> Unit:
    """The unit that two codes name. Raises Refused where there is none."""
    unit = Unit.objects.filter(party__code=party_code, code=unit_code).select_related("party").first()
    if unit is None:
        raise Refused(_("No unit has this code at this party."), field)
    return unit


def in_zone(at):
    """An instant with a zone: Swedish time where the caller gave none."""
    return timezone.make_aware(at) if timezone.is_naive(at) else at


class Holder(Schema):
    """A named person at a unit."""

    email: str = Field(alias="user.email")
    name: str = Field(alias="user.name")
    unit: str = Field(alias="unit.code")
    party: str = Field(alias="party.code")


class Acting(Given):
    """In whose name a party's system acts: the e-mail of somebody who works there."""

    acting_as: str = Field(max_length=254)
