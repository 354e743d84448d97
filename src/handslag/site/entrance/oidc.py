"""Signing in through an identity provider, after the Swedish OpenID Connect profile.

Staff are matched by `orgAffiliation` (`<id>@<organisation number>`) alone, never by e-mail; persons by their personal
identity number. The sign-in must be of a level of assurance that the operator has named. Nothing of what the provider
tells is stored, and no account is ever made by it.
Source: OpenID Connect Claims and Scopes Specification for Sweden (oidc.se), Attributes for Swedish eID (DIGG).
"""

import logging
from urllib.parse import urlencode

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from requests import RequestException

from handslag.foundation import keys
from handslag.parties.queries import user_with_staff_id
from handslag.persons.rules import identity_number_problem
from handslag.site.entrance import comings
from handslag.site.entrance.lifting import past_the_wall
from handslag.ui.access import EVERYONE, page
from handslag.ui.sessions import enter_as_person

PROVIDER = "eid"
SIGNED_WITH = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
"""Signatures that a token may have, with the kind of key: the provider's private one, never a shared secret."""
NONCE = "nonce_of_sign_in"
NOT_A_TOKEN = (jwt.PyJWTError, TypeError, ValueError, AttributeError, KeyError)
"""What comes of a token, a key or an answer that is not one, whatever it is."""
LOG = logging.getLogger(__name__)
BEGAN_THERE = "began_at_provider"


class Protocol(OpenIDConnectOAuth2Adapter):
    """The protocol as allauth speaks it, with the token's signature checked in every case."""

    def _decode_id_token(self, app, id_token: str) -> dict:
        """The token's claims. Raises OAuth2Error unless the provider signed it for us, and it holds now."""
        try:
            with get_adapter().get_requests_session() as session:
                answer = session.get(self.openid_config["jwks_uri"])
                answer.raise_for_status()
            header = jwt.get_unverified_header(id_token)
            published = jwt.PyJWKSet.from_dict(answer.json()).keys
            found = [key for key in published if header.get("kid") in (None, key.key_id)]
            if len(found) != 1 or SIGNED_WITH[header["alg"]] != found[0].key_type:
                raise OAuth2Error("the token is not signed with one of the provider's keys")
            claims = jwt.decode(
                id_token,
                found[0].key,
                algorithms=[header["alg"]],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                options={"require": ["iss", "aud", "exp", "iat", "sub", "nonce"]},
            )
        except NOT_A_TOKEN as error:
            raise OAuth2Error(type(error).__name__) from error
        self._check_meant_for_us(claims, app.client_id)
        return claims

    def _check_meant_for_us(self, claims: dict, client_id: str) -> None:
        """Raises OAuth2Error for a token of another sign-in, or one that was made out to somebody else.

        Source: OpenID Connect Core 1.0, sections 3.1.2.1 and 3.1.3.7.
        """
        if claims["nonce"] != self.request.session.pop(NONCE, None):
            raise OAuth2Error("the token answers another sign-in")
        others = claims["aud"] if isinstance(claims["aud"], list) else []
        if claims.get("azp", None if len(others) > 1 else client_id) != client_id:
            raise OAuth2Error("the token is made out to somebody else")

    def complete_login(self, request: HttpRequest, app, token, **kwargs):
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("the provider sent no id_token")
        if self.openid_config["issuer"].rstrip("/") != settings.HANDSLAG_OIDC_ISSUER.rstrip("/"):
            raise OAuth2Error("the provider names another issuer than the one that is trusted")
        return super().complete_login(request, app, token, **kwargs)


def _refuse(request: HttpRequest, message: str) -> None:
    messages.error(request, message)
    raise ImmediateHttpResponse(redirect("sign-in"))


def _claims(request: HttpRequest, data: dict) -> dict:
    """What the token says, and beside it what the provider says of the same subject."""
    token, told = data.get("id_token", {}), data.get("userinfo", {})
    if told.get("sub") != token.get("sub"):
        _refuse(request, _("The identity provider's answers do not agree. Try again."))
    return {**told, **token}


class Adapter(DefaultSocialAccountAdapter):
    """Lets in whom the register knows by the identifier that the provider vouches for; makes no accounts."""

    def pre_social_login(self, request: HttpRequest, sociallogin) -> None:
        """Ends the sign-in here, for better or worse: allauth never comes to match or make a user."""
        data = sociallogin.account.extra_data
        claims = _claims(request, data)
        if data["id_token"].get("acr") not in settings.HANDSLAG_OIDC_ACR:
            _refuse(request, _("The sign-in is not of the level of assurance that is needed. Use another e-ID."))
        if affiliation := claims.get(settings.HANDSLAG_OIDC_STAFF_CLAIM):
            self._let_staff_in(request, affiliation)
        if number := claims.get(settings.HANDSLAG_OIDC_PERSON_CLAIM):
            self._let_person_in(request, str(number))
        _refuse(request, _("The identity provider does not tell who you are at work, or who you are."))

    @staticmethod
    def _let_staff_in(request: HttpRequest, affiliation: object) -> None:
        for staff_id in affiliation if isinstance(affiliation, list) else [affiliation]:
            if user := user_with_staff_id(str(staff_id)):
                begin_session(request, user)
                request.session[BEGAN_THERE] = True
                raise ImmediateHttpResponse(redirect("start"))
        _refuse(request, _("Nobody here has your identity at work. Ask your administrator to register it."))

    @staticmethod
    def _let_person_in(request: HttpRequest, number: str) -> None:
        if identity_number_problem(number):
            _refuse(request, _("The identity provider sent no proper identity number."))
        subject = keys.blind(number)
        enter_as_person(request, subject)
        comings.of_person(comings.CAME, request, subject)
        request.session[BEGAN_THERE] = True
        raise ImmediateHttpResponse(redirect("me"))

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        """Any failure of the protocol: told in a sentence, with nothing of what was sent; the log holds its kind."""
        LOG.warning("sign-in at the identity provider failed: %s", type(exception).__name__ if exception else error)
        _refuse(request, _("The sign-in with e-ID did not succeed. Try again."))


def ended_at_provider(request: HttpRequest) -> str | None:
    """The address that ends the session at the provider too; None for a session that did not begin there.

    Source: OpenID Connect RP-Initiated Logout 1.0.
    """
    if not request.session.get(BEGAN_THERE):
        return None
    try:
        endpoint = Protocol(request, PROVIDER).openid_config.get("end_session_endpoint")
    except RequestException:
        return None
    back = request.build_absolute_uri(reverse("sign-in"))
    client = get_adapter().get_app(request, PROVIDER).client_id
    return f"{endpoint}?{urlencode({'client_id': client, 'post_logout_redirect_uri': back})}" if endpoint else None


def _protocol(request: HttpRequest) -> Protocol:
    if not settings.HANDSLAG_OIDC_ISSUER:
        raise Http404
    return Protocol(request, PROVIDER)


@page(EVERYONE)
@require_POST
def begin(request: HttpRequest, provider_id: str = PROVIDER) -> HttpResponse:
    """Leads to the identity provider."""
    nonce = request.session[NONCE] = get_random_string(40)
    request.GET = QueryDict(urlencode({"auth_params": urlencode({"nonce": nonce})}))
    return OAuth2LoginView.adapter_view(_protocol(request))(request)


@page(EVERYONE)
@past_the_wall
def callback(request: HttpRequest, provider_id: str = PROVIDER) -> HttpResponse:
    """Where the identity provider leads back to."""
    return OAuth2CallbackView.adapter_view(_protocol(request))(request)
