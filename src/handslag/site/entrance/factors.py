"""The second factor's pages: asked for after the password, set up where there is none, looked after when signed in."""

import base64
import json
from collections.abc import Callable
from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginStage
from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from handslag.foundation.errors import Overtaken
from handslag.parties import second_factor
from handslag.parties.models import User
from handslag.site.entrance.accounts import keeps_factors
from handslag.site.entrance.forms import SetUpForm
from handslag.site.entrance.lifting import past_the_wall
from handslag.ui.access import EVERYONE, SIGNED_IN, page


def while_signing_in(view: Callable) -> Callable:
    """A page between the password and the session. It is for everyone, where local accounts are on."""

    @page(EVERYONE)
    @past_the_wall
    def shown(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not settings.HANDSLAG_LOCAL_ACCOUNTS:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


def of_own_account(view: Callable) -> Callable:
    """A page about the own account. It is for those who have a local one."""

    @page(SIGNED_IN)
    @past_the_wall
    @transaction.atomic  # what is journalled and what it tells of
    def shown(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not keeps_factors(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return shown


class SetUpStage(LoginStage):
    """Nobody passes without a second factor, but the people of the demo world."""

    key = "set_up_second_factor"
    urlname = "sign-in-set-up"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """The page to set one up, or None to go on."""
        user = self.login.user
        if second_factor.needs_none(user):
            self.controller.set_handled(AuthenticateStage.key)
        elif not second_factor.factors(user).exists():
            return redirect(self.urlname), True
        return None, True


class SettingUp(FormView):
    """Shows a new secret as a picture and in letters, and takes the code that proves it."""

    form_class = SetUpForm
    template_name = "entrance/set_up.html"
    is_first = False

    def owner(self) -> User:
        """Whose authenticator it becomes."""
        return cast(User, self.request.user)

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.owner()}

    def get_context_data(self, **kwargs) -> dict:
        found, adapter = super().get_context_data(**kwargs), get_adapter()
        secret = found["form"].secret
        picture = adapter.build_totp_svg(adapter.build_totp_url(self.owner(), secret))
        letters = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        picture = base64.b64encode(picture.encode()).decode()
        return {**found, "picture": picture, "letters": letters, "is_first": self.is_first}

    def set_up(self, form: SetUpForm):
        """Makes the secret the owner's authenticator. Raises Overtaken as `set_up_authenticator` does."""
        made = second_factor.set_up_authenticator(
            self.owner().pk, form.secret, form.cleaned_data["code"], is_first=self.is_first
        )
        clear_totp_secret(self.request)
        return made


@method_decorator(login_stage_required(stage=SetUpStage.key, redirect_urlname="account_login"), name="dispatch")
class FirstAuthenticator(SettingUp):
    """Set up while signing in for the first time. It counts as asked for; the recovery codes are shown next."""

    is_first = True

    def owner(self) -> User:
        return self.request._login_stage.login.user  # type: ignore[attr-defined]  # set by allauth

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        stage = self.request._login_stage  # type: ignore[attr-defined]  # set by allauth
        try:
            authenticator = self.set_up(form)
        except Overtaken as refused:
            messages.error(self.request, refused.message)
            return stage.abort()
        post_authentication(self.request, authenticator, reauthenticated=True)
        stage.controller.set_handled(AuthenticateStage.key)
        stage.login.redirect_url = reverse("mfa_view_recovery_codes")
        return stage.exit()


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class NewAuthenticator(SettingUp):
    """Another authenticator in place of the one before."""

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        self.set_up(form)
        messages.success(self.request, _("The new authenticator is set up. The one before no longer counts."))
        return redirect("mfa_index")


def _options(data: dict, name: str) -> dict:
    """What the device shall be asked, for a form of static/handslag/passkey.js."""
    return {"options": json.dumps(data.pop("js_data")[name], cls=DjangoJSONEncoder)}


class Code(AuthenticateView):
    """A code, or a passkey where the account has one."""

    template_name = "entrance/code.html"

    def get_context_data(self, **kwargs) -> dict:
        found = super().get_context_data(**kwargs)
        has_passkey = second_factor.factors(self.stage.login.user, "webauthn").exists()
        return {**found, **_options(found, "request_options"), "has_passkey": has_passkey}


class AddPasskey(AddWebAuthnView):
    """One more passkey."""

    template_name = "entrance/add_passkey.html"

    def get_context_data(self, **kwargs) -> dict:
        found = super().get_context_data(**kwargs)
        return {**found, **_options(found, "creation_options")}


class RemovePasskey(RemoveWebAuthnView):
    """Takes a passkey away, which its own random id names, unless it is the account's last factor."""

    template_name = "entrance/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")

    def get_object(self, queryset=None):
        return get_object_or_404(self.get_queryset(), data__credential__id=self.kwargs["credential_id"])

    def form_valid(self, form) -> HttpResponse:
        user = User.objects.select_for_update().get(pk=self.request.user.pk)
        if second_factor.factors(user).count() == 1:
            messages.error(self.request, _("It is your last second factor. Add another one first."))
            return redirect("mfa_index")
        return super().form_valid(form)


first_authenticator = while_signing_in(FirstAuthenticator.as_view())
code = while_signing_in(Code.as_view())
security = of_own_account(IndexView.as_view(template_name="entrance/security.html"))
new_authenticator = of_own_account(NewAuthenticator.as_view())
add_passkey = of_own_account(AddPasskey.as_view())
remove_passkey = of_own_account(RemovePasskey.as_view())
recovery_codes = of_own_account(ViewRecoveryCodesView.as_view(template_name="entrance/recovery_codes.html"))
new_recovery_codes = of_own_account(GenerateRecoveryCodesView.as_view(template_name="entrance/new_recovery_codes.html"))
confirm = of_own_account(ReauthenticateView.as_view(template_name="entrance/confirm.html"))
