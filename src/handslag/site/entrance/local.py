"""Local accounts: password and one-time code. Off in production unless the operator turns them on."""

import time

import segno
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.parties import second_factor, throttle
from handslag.parties.models import User
from handslag.ui.access import EVERYONE, page
from handslag.ui.addresses import address_of
from handslag.ui.forms import Form

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF, SECRET = "half_signed_in", "new_factor"
HALF_LASTS = 300
"""Seconds between the password and the code."""


class SignInForm(Form):
    """A local account's e-mail and password."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(Form):
    """A one-time code."""

    code = forms.CharField(
        label=gettext_lazy("Code from your authenticator, 6 digits"),
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def _needs_no_code(user: User) -> bool:
    return settings.HANDSLAG_MODE == "demo" and user.is_demo


def password_right(request: HttpRequest, form: SignInForm, next_url: str) -> HttpResponse | None:
    """Takes a posted e-mail and password: the way on, or None where the form tells what is wrong."""
    email, address = form.cleaned_data["email"].lower(), address_of(request)
    if wait := throttle.seconds_to_wait(email, address):
        form.add_error(None, _("Too many attempts. Wait {n} seconds and try again.").format(n=wait))
        return None
    user = authenticate(request, username=email, password=form.cleaned_data["password"])
    if user is None:
        throttle.note_failure(email, address)
        form.add_error(None, _("The e-mail or the password is wrong. Check both and try again."))
        return None
    if _needs_no_code(user):
        login(request, user, backend=BACKEND)
        return redirect(next_url)
    request.session.cycle_key()
    request.session[HALF] = {"user": user.pk, "at": time.time(), "next": next_url}
    return redirect("sign-in-code")


def _half_signed_in(request: HttpRequest) -> tuple[User, str] | None:
    half = request.session.get(HALF)
    if not half or time.time() - half["at"] > HALF_LASTS:
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    return (user, half["next"]) if user else None


def _enrolment(request: HttpRequest, user: User) -> dict:
    """A new secret to share, shown until it is proved."""
    secret = request.session.setdefault(SECRET, second_factor.new_secret())
    picture = segno.make(second_factor.address_of(secret, user.email), error="m")
    return {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            "picture": picture.svg_data_uri(scale=5, border=2)}  # fmt: skip


@page(EVERYONE)
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code; the first time, with an authenticator to set up."""
    if not settings.HANDSLAG_LOCAL_ACCOUNTS:
        raise Http404
    found = _half_signed_in(request)
    if not found:
        return redirect("sign-in")
    user, next_url = found
    form, address = CodeForm(request.POST or None), address_of(request)
    if request.method == "POST" and form.is_valid():
        if wait := throttle.seconds_to_wait(user.email, address):
            form.add_error(None, _("Too many attempts. Wait {n} seconds and try again.").format(n=wait))
        elif second_factor.take_code(user.pk, form.cleaned_data["code"], request.session.get(SECRET, "")):
            throttle.forget_failures(user.email, address)
            for key in (HALF, SECRET):
                request.session.pop(key, None)
            login(request, user, backend=BACKEND)
            return redirect(next_url)
        else:
            throttle.note_failure(user.email, address)
            form.add_error("code", _("The code is wrong or used already. Wait for the next one."))
    enrolment = {} if user.sealed_totp else _enrolment(request, user)
    return render(request, "entrance/code.html", {"form": form, **enrolment})
