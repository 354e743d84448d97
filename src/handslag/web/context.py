"""What the shell around every page shows."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.parties import rules
from handslag.reference import codes


def _navigation(viewer) -> list[tuple[str, str]]:
    items = []
    if viewer.roles.intersection(rules.HOLDING_ROLES):
        items.append((_("My work"), reverse("my-work")))
    if viewer.roles.intersection(rules.CASE_ROLES):
        items.append((_("Watch"), reverse("watch")))
    for post in viewer.posts:
        if post.role == "lead":
            items.append((_("Unit"), reverse("unit", args=[post.unit_id])))
    if "lead" in viewer.roles:
        items.append((_("Bring in cases"), reverse("import")))
    return items


def shell(request) -> dict:
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
        "may_search": viewer.roles.intersection(rules.CASE_ROLES),
    }
