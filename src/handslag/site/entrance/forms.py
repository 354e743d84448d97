"""Allauth's forms for local accounts, in the design system's markup and our words."""

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.parties import second_factor
from handslag.site.entrance.accounts import guessing
from handslag.ui.forms import Form

CODE = {"inputmode": "numeric", "autocomplete": "one-time-code"}


def _password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label=_("Password"), strip=False, widget=widget)


class SignInForm(Form, LoginForm):
    """A local account's e-mail and password."""

    password = _password()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("E-mail")
        login.widget.attrs |= {"autocomplete": "username"}
        del login.widget.attrs["placeholder"]


class PasswordForm(Form, ReauthenticateForm):
    """The password once more, before anything of the second factor is changed."""

    password = _password()


class CodeForm(Form, AuthenticateForm):
    """A one-time code, or a recovery code; each counts once."""

    code = forms.CharField(
        label=_("Code from your authenticator, 6 digits, or a recovery code"),
        max_length=16,
        widget=forms.TextInput(attrs=CODE),
    )

    def clean_code(self) -> str:
        """The code, used up. Raises ValidationError for a wrong or used one, or where there were too many attempts."""
        was_right = guessing("code", str(self.user.pk))
        code = super().clean_code()
        found = self.authenticator
        if found.type == Authenticator.Type.TOTP and not second_factor.use_up(found.pk, code):
            raise get_adapter().validation_error("incorrect_code")
        was_right()
        return code


class SetUpForm(Form, ActivateTOTPForm):
    """A code that proves a new authenticator."""

    code = forms.CharField(
        label=_("Code from your authenticator, 6 digits"), max_length=8, widget=forms.TextInput(attrs=CODE)
    )


class PasskeyForm(Form, AddWebAuthnForm):
    """A new passkey's name, and what the device answers."""

    name = forms.CharField(
        label=_("What you call it"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
