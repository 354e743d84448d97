"""The viewer: who is asking, from which posts, and for whom the viewer stands in today."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q, QuerySet

from handslag.foundation.prepared import prepared
from handslag.journal.looks import Look
from handslag.parties import rules
from handslag.parties.models import Post, Token, User
from handslag.ui import requests

OPENED = "opened"
"""Under this name the viewer's memo keeps the one case that a page was opened for."""


@prepared("unit_ids", "officer_party_ids")
def _case_posts(viewer: "Viewer") -> QuerySet[Post, int]:
    places = Q(unit_id__in=viewer.unit_ids) | Q(party_id__in=viewer.officer_party_ids)
    return Post.objects.filter(places, role__in=rules.HOLDING_ROLES).order_by().values_list("id", flat=True)


@dataclass(frozen=True)
class Viewer:
    """A signed-in user with the active posts that give rights, a party's own system, or the product itself."""

    user: User | None
    posts: tuple[Post, ...] = ()
    absent: tuple[Post, ...] = ()
    """Posts of absent colleagues that the viewer stands in for today."""
    party_ids: frozenset[int] = frozenset()
    """Parties whose whole work a party's own system may read."""
    is_system: bool = False
    """Whether the product itself acts (import on the command line, the demo world)."""
    name: str = ""
    looks: dict[int, Look] = field(default_factory=dict, compare=False, repr=False)
    """Cases shown to the viewer since the request began, each with what of it was shown, and on which bases."""
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What higher rooms have found out for this viewer, so that they need not ask again in one request."""

    @property
    def label(self) -> str:
        """How the journal names the viewer."""
        return self.name or (self.user.email if self.user else "nobody")

    @cached_property
    def reach(self) -> tuple[Post, ...]:
        """Every post the viewer may act from: the own ones and those stood in for."""
        return self.posts + self.absent

    @cached_property
    def post_ids(self) -> frozenset[int]:
        """Ids of every post the viewer may act from."""
        return frozenset(p.id for p in self.reach)

    @cached_property
    def roles(self) -> frozenset[str]:
        """All roles that the viewer has, from any post."""
        return frozenset(p.role for p in self.reach)

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        """Units whose persons the viewer may see."""
        return frozenset(p.unit.pk for p in self.reach if p.role in rules.HOLDING_ROLES)

    @cached_property
    def led_unit_ids(self) -> frozenset[int]:
        """Units that the viewer leads."""
        return frozenset(p.unit.pk for p in self.reach if p.role == rules.LEAD)

    @cached_property
    def party_id(self) -> int | None:
        """The party for which the viewer looks: the one of the first post, or of the party's own system."""
        own = (post.party.pk for post in self.reach if post.party)
        return next(iter(self.party_ids), None) or next(own, None)

    @cached_property
    def officer_party_ids(self) -> frozenset[int]:
        """Parties whose whole work the viewer may read: as cooperation officer, or as the party's own system."""
        return self.party_ids | {p.party.pk for p in self.reach if p.role == rules.OFFICER}

    @cached_property
    def own_party_ids(self) -> frozenset[int]:
        """Parties whose own facts the viewer may see, in the cases that the viewer reaches."""
        return self.officer_party_ids | {p.party.pk for p in self.reach if p.role in rules.HOLDING_ROLES}

    @cached_property
    def case_post_ids(self) -> frozenset[int]:
        """Every post, active or not, whose cases the viewer may see; read once a request.

        A list of posts lets both databases begin at the cases' index by holder, whatever the size of the country.
        """
        if not (self.unit_ids or self.officer_party_ids):
            return frozenset()
        return frozenset(_case_posts.rows(self))

    def leads(self, unit_id: int | None) -> bool:
        """Whether the viewer may decide what a unit's team lead decides."""
        return self.is_system or unit_id in self.led_unit_ids

    def post_in(self, unit_id: int | None) -> Post | None:
        """The viewer's own holding post in a unit, else one that the viewer stands in for there, else None."""
        for post in self.reach:
            if post.unit_id == unit_id and post.role in rules.HOLDING_ROLES:
                return post
        return None

    def party_in(self, holder: Post) -> int | None:
        """The party in whose name the viewer acts on a case with this holder: the holder's where the viewer has a post
        there (or is the product itself), else that of the viewer's own first holding post, such as a receiver's."""
        if self.is_system or self.post_in(holder.unit_id):
            return holder.party_id
        own = next((post for post in self.reach if post.role in rules.HOLDING_ROLES), holder)
        return own.party_id

    def acting_for(self, post_id: int) -> str:
        """The absent person's e-mail when the viewer acts from that post as a stand-in, else ''."""
        return next((p.user.email for p in self.absent if p.id == post_id), "")


class Request(requests.Request):
    """A request, with its viewer; one of a party's own system also with the token that it showed."""

    viewer: Viewer
    auth: Token
