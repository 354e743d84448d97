"""The second factor of local accounts: what django-allauth, which keeps it, leaves to the installation.

Its secrets are encrypted with the installation's keys, a one-time code counts once (RFC 6238, section 5.2), and setting
a factor or taking one away is journalled.
"""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.foundation import keys
from handslag.foundation.acting import action, by_itself
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.parties import may
from handslag.parties.models import User
from handslag.parties.viewer import Viewer

NAME = "Handslag"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What is a second factor by itself; recovery codes only stand in for one."""
REMEMBERED = 5
"""As many codes as can be right at some time while one of them is."""
SECRETS = ("secret", "seed")
"""What of an authenticator's data is encrypted."""


class Adapter(DefaultMFAAdapter):
    """Allauth's second factor with the installation's keys, names and words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("The code is wrong or used already. Wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return keys.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was stored. Raises WrongKey where no key of the installation fits."""
        return keys.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002  (allauth's name)
        """What a new passkey is called until its owner says otherwise."""
        return _("Passkey {n}").format(n=factors(user, Authenticator.Type.WEBAUTHN).count() + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """How the installation is called in the dialogue about a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """How the user is called there, and by which public id."""
        return {"id": user.public_id.bytes, "display_name": user.name, "name": user.email}


def factors(user: User, *types: str) -> QuerySet[Authenticator]:
    """The user's second factors of these types, or all of them, in the order that they came."""
    return Authenticator.objects.filter(user=user, type__in=types or FACTORS).order_by("pk")


def needs_none(user: User) -> bool:
    """Whether a password alone lets the user in: the people of the demo world, in demo mode."""
    return settings.HANDSLAG_MODE == "demo" and user.is_demo


@action(by_itself)
def set_up_authenticator(user_id: int, secret: str, code: str, is_first: bool) -> Authenticator:
    """Makes a proved secret the user's authenticator, in place of the one before. The code that proved it is used up.

    Raises Overtaken when it shall be the account's first factor and another has come meanwhile.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if is_first and factors(user).exists():
        raise Overtaken(_("The account has got its second factor already. Sign in with it."))
    factors(user, Authenticator.Type.TOTP).delete()
    authenticator = TOTP.activate(user, secret).instance
    _use_up(authenticator, code)
    RecoveryCodes.activate(user)
    record(user.email, "second_factor_set", "user", user.pk, kind=authenticator.type)
    return authenticator


@action(by_itself)
def use_up(authenticator_id: int, code: str) -> bool:
    """Whether a right code has not been used before; from now on it has."""
    return _use_up(Authenticator.objects.select_for_update().get(pk=authenticator_id), code)


def _use_up(authenticator: Authenticator, code: str) -> bool:
    digits = "".join(sign for sign in code if sign.isdigit())
    mark, used = keys.blind(f"code {authenticator.pk} {digits}"), authenticator.data.get("used", [])
    if mark in used:
        return False
    authenticator.data["used"] = [mark, *used][:REMEMBERED]
    authenticator.save(update_fields=["data"])
    return True


@action(may.operate)
def reset_factors(actor: Viewer, email: str) -> int:
    """Takes all second factors of a local account away, for an owner who has lost them; returns how many there were.

    For the system alone. The owner sets a new one up at the next sign-in. Raises Refused for an unknown e-mail, or one
    without a second factor.
    """
    user = User.objects.select_for_update().filter(email=email.strip().lower()).first()
    found = Authenticator.objects.filter(user=user) if user else Authenticator.objects.none()
    if user is None or not found.exists():
        raise Refused(_("Nobody with this e-mail has a second factor."))
    count = factors(user).count()
    found.delete()
    record(actor.label, "second_factor_reset", "user", user.pk)
    return count


@action(by_itself)
def rotate_secrets() -> int:
    """Encrypts every authenticator's secrets with the present first key; returns how many there are."""
    count = 0
    for authenticator in Authenticator.objects.select_for_update().order_by("pk"):
        for name in SECRETS:
            if name in authenticator.data:
                authenticator.data[name] = keys.rotated(authenticator.data[name])
                count += 1
        authenticator.save(update_fields=["data"])
    return count


@receiver(signals.authenticator_added)
def _passkey_added(user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        record(user.email, "second_factor_set", "user", user.pk, kind=authenticator.type)


@receiver(signals.authenticator_removed)
def _removed(user: User, authenticator: Authenticator, **_more: Any) -> None:
    record(user.email, "second_factor_removed", "user", user.pk, kind=authenticator.type)


@receiver(signals.authenticator_reset)
def _codes_made(user: User, **_more: Any) -> None:
    record(user.email, "recovery_codes_made", "user", user.pk)
