"""Changing the own password: after the one before, and with every other session ended."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.parties.actions import change_own_password
from handslag.parties.models import User
from handslag.site.entrance.factors import of_own_account
from handslag.ui.forms import Form
from handslag.ui.submission import carried_out


def _secret(autocomplete: str, **more: Any) -> forms.CharField:
    return forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}), **more)


class ChangeForm(Form):
    """The password before, and the new one twice."""

    old = _secret("current-password", label=gettext_lazy("Password now"))
    new = _secret("new-password", label=gettext_lazy("New password, at least 12 characters"))
    again = _secret("new-password", label=gettext_lazy("New password once more"))

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self._user = user

    def clean(self) -> dict:
        """What was filled in. Raises ValidationError for another password than the present one, or two new ones."""
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            raise ValidationError({"again": _("The two are not the same. Write it once more.")})
        if "old" in given and not get_adapter().reauthenticate(self._user, given["old"]):
            raise get_adapter().validation_error("incorrect_password")
        return given


@of_own_account
def change_password(request: HttpRequest) -> HttpResponse:
    """Changes the own password; sessions elsewhere end."""
    user = cast(User, request.user)
    form = ChangeForm(request.POST or None, user=user)

    def act(given: dict) -> None:
        update_session_auth_hash(request, change_own_password(user.pk, given["new"]))

    if carried_out(request, form, act, _("The password is changed. You are signed out everywhere else.")):
        return redirect("mfa_index")
    return render(request, "entrance/change_password.html", {"form": form, "cancel": reverse("mfa_index")})
