"""Local accounts: how allauth signs them in here. Off in production unless the operator turns them on.

Failed attempts slow down an account, whoever tries, for seconds; and an account from one address, for up to a quarter,
after very many for a day (`ACCOUNT_RATE_LIMITS` in the settings). Nobody waits for what others at the same address did:
a whole unit sits behind one. A stranger elsewhere cannot keep the owner out of where the owner signs in.
"""

from collections.abc import Callable
from typing import TypeGuard

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.foundation import keys
from handslag.parties import second_factor
from handslag.parties.models import User
from handslag.site.entrance import comings
from handslag.ui.addresses import address_of
from handslag.ui.slowing import counted

TOO_MANY = gettext_lazy("Too many attempts. Wait a while and try again.")
KNOWN_SECONDS = 30 * 86_400
"""How long the account's owner is known at an address after having signed in from there."""
WORDS = {
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy("New recovery codes are made."),
}
"""What allauth tells of an account, in our words; it keeps silent about all else."""


def keeps_factors(user: AbstractBaseUser | AnonymousUser) -> TypeGuard[User]:
    """Whether the user has a local account here, and so a second factor to look after."""
    if not (settings.HANDSLAG_LOCAL_ACCOUNTS and isinstance(user, User)):
        return False
    return user.has_usable_password() and not second_factor.needs_none(user)


def _slowed(limit: str, key: str) -> Callable[[], None]:
    taken_back = counted(context.request, limit, key)
    if taken_back is None:
        raise Adapter().validation_error("too_many_login_attempts")
    return taken_back


def guessing(what: str, account: str) -> Callable[[], None]:
    """Counts a guess at an account's `password` or `code`; returns what is called when it was right.

    Raises ValidationError where there have been too many: from here (of IPv6, from this network), at the account, or
    in a day at the account by strangers. From where it was right lately nobody is a stranger.
    """
    guess = f"{what} {account}"
    here = f"{guess} {ratelimit.get_ip(context.request)}"
    limits = [("failed_here", here), (f"{what}_failed", guess)]
    known = keys.blind(f"signed in: {here}")
    if not cache.get(known):
        limits.append((f"{what}_failed_by_strangers", guess))
    forgive = [_slowed(limit, key) for limit, key in limits]

    def was_right() -> None:
        for taken_back in forgive:
            taken_back()
        cache.set(known, True, KNOWN_SECONDS)

    return was_right


class Adapter(DefaultAccountAdapter):
    """Allauth's accounts with our stages, limits and words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail or the password is wrong. Check both and try again."),
        "incorrect_password": gettext_lazy("The password is wrong. Try again."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def get_login_stages(self) -> list[str]:
        """After the password: a second factor is set up where there is none, and asked for."""
        return ["handslag.site.entrance.factors.SetUpStage", "allauth.mfa.stages.AuthenticateStage"]

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """What proves that the owner of a session is still there: the password."""
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": _("Password"), "url": url}] if keeps_factors(user) else []

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        """The user with this e-mail and password. Raises ValidationError where there were too many attempts."""
        was_right = guessing("password", credentials["email"].lower())
        user = super().authenticate(request, **credentials)
        if user:
            was_right()
        else:
            comings.failed(request, credentials["email"])
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether the password is the user's; allauth would look for the e-mail in a table of its own."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def get_client_ip(self, request: HttpRequest) -> str:
        """From where a request came."""
        return address_of(request)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages are answered as pages."""
        return False

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Tells what has happened to the account, in our words."""
        if text := message or WORDS.get(message_template):
            messages.add_message(request, level, text, extra_tags=extra_tags)
