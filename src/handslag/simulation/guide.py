"""Where to begin in the demo world: one sign-in a role, at places with work to do."""

from handslag.parties.models import Post
from handslag.simulation.places import FOCUS_COUNTY, FOCUS_MUNICIPALITY

STARTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("caseworker", {"party__code": "FK", "unit__county_code": FOCUS_COUNTY}),
    ("lead", {"party__code": "FK", "unit__county_code": FOCUS_COUNTY}),
    ("cooperation_officer", {"party__code": "FK"}),
    ("caseworker", {"party__code": "AF", "unit__county_code": FOCUS_COUNTY}),
    ("lead", {"party__code": "AF", "unit__county_code": FOCUS_COUNTY}),
    ("caseworker", {"party__code": f"KOM-{FOCUS_MUNICIPALITY}"}),
    ("lead", {"party__code": f"KOM-{FOCUS_MUNICIPALITY}"}),
    ("caseworker", {"party__code": f"REG-{FOCUS_COUNTY}"}),
    ("association_officer", {}),
    ("measure_staff", {}),
    ("analyst", {}),
    ("administrator", {}),
)


def sign_ins() -> list[Post]:
    """The demo world's posts to begin with; empty where there is no demo world."""
    found = []
    for role, place in STARTS:
        posts = Post.objects.filter(role=role, is_active=True, user__is_demo=True, **place)
        post = posts.select_related("user", "unit", "party", "association").order_by("id").first()
        if post:
            found.append(post)
    return found
