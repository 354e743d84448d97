"""What the shell around every page shows."""

from django.conf import settings
from django.http import HttpRequest

from handslag.foundation.rooms import placed
from handslag.parties import rules
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.site.entrance.accounts import keeps_factors


def _navigation(viewer: Viewer) -> list[tuple[str, str]]:
    links = (link for link in placed("menu") if viewer.roles & link.roles)
    return [(link.label, address) for link in links for address in link.addresses(viewer)]


def shell(request: HttpRequest) -> dict:
    """Navigation, the signed-in user and the mode, for base.html."""
    viewer = getattr(request, "viewer", None)
    if not (viewer and viewer.user):
        return {"demo_mode": settings.HANDSLAG_MODE == "demo"}
    post = viewer.posts[0] if viewer.posts else None
    return {
        "demo_mode": settings.HANDSLAG_MODE == "demo",
        "viewer": viewer,
        "viewer_post": post
        and f"{codes.label('role', post.role)}, {post.unit or post.party or post.association or ''}",
        "navigation": [(label, url, request.path.startswith(url)) for label, url in _navigation(viewer)],
        "has_local_account": keeps_factors(viewer.user),
        "may_search": viewer.roles.intersection(rules.CASE_ROLES),
    }
