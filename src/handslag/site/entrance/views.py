"""Coming in, going out and choosing a language."""

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from handslag.foundation.ids import uuid_of
from handslag.parties import rules
from handslag.parties.queries import demo_users
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.simulation.guide import sign_ins
from handslag.site.entrance import comings
from handslag.site.entrance.lifting import past_the_wall
from handslag.site.entrance.oidc import ended_at_provider
from handslag.ui.access import EVERYONE, SIGNED_IN, page
from handslag.ui.sessions import person_of


def _next_url(request: Request) -> str:
    url = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else "/"


@page(SIGNED_IN)
def start(request: Request) -> HttpResponse:
    """Leads each role to its start page."""
    roles = request.viewer.roles
    if roles.intersection(rules.HOLDING_ROLES):
        return redirect("my-work")
    if "cooperation_officer" in roles:
        return redirect("watch")
    if "association_officer" in roles:
        return redirect("association")
    if "analyst" in roles:
        return redirect("analyses")
    return render(request, "entrance/start.html", {"roles": [codes.label("role", r) for r in sorted(roles)]})


class SignIn(LoginView):
    """The ways in: e-ID, a local account where those are on, and in demo mode the role picker."""

    template_name = "entrance/sign_in.html"

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Takes the password of a local account; where those are off, shows the page."""
        take = super().post if settings.HANDSLAG_LOCAL_ACCOUNTS else self.get
        return take(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponse:
        """The password is right: the way on, in a new session."""
        logout(self.request)
        return super().form_valid(form)

    def get_context_data(self, **kwargs) -> dict:
        found = super().get_context_data(**kwargs)
        return {
            "form": found["form"] if settings.HANDSLAG_LOCAL_ACCOUNTS else None,
            "has_eid": bool(settings.HANDSLAG_OIDC_ISSUER),
            "picks": _picks() if settings.HANDSLAG_ROLE_PICKER else [],
            "next": _next_url(self.request),
        }


sign_in = page(EVERYONE)(past_the_wall(SignIn.as_view()))


def _picks() -> list[dict]:
    return [
        {
            "id": post.user.public_id,
            "name": str(post.user),
            "role": codes.label("role", post.role),
            "place": str(post.unit or post.party or post.association or ""),
        }
        for post in sign_ins()
    ]


@page(EVERYONE)
@require_POST
@past_the_wall
def sign_in_as(request: Request) -> HttpResponse:
    """Signs in as a person of the demo world. Exists in demo mode only."""
    if not settings.HANDSLAG_ROLE_PICKER or settings.HANDSLAG_MODE != "demo":
        raise PermissionDenied
    picked = uuid_of(request.POST.get("user"))
    user = demo_users().filter(public_id=picked, is_active=True).first() if picked else None
    if not user:
        return redirect("sign-in")
    login(request, user)
    return redirect(_next_url(request))


@page(EVERYONE)
@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Ends the session, here and at the identity provider where one is used."""
    way_on = ended_at_provider(request) or "sign-in"
    if subject := person_of(request):
        comings.of_person(comings.WENT, request, subject)
    logout(request)
    response = redirect(way_on)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@page(EVERYONE)
@require_POST
def choose_language(request: Request) -> HttpResponse:
    """Remembers Swedish or English for a year."""
    response = redirect(_next_url(request))
    code = request.POST.get("language")
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=31_536_000,
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE,
        )
    return response
