"""The second factor of local accounts: one-time codes after RFC 6238, each of which counts once."""

import hmac

import pyotp

from handslag.foundation import clock, keys
from handslag.foundation.acting import action, by_itself
from handslag.journal.actions import record
from handslag.parties.models import User

ISSUER = "Handslag"
STEP = 30
"""Seconds that a code lasts; the one before and the one after count too, for clocks that differ."""


def new_secret() -> str:
    """A secret to share with an authenticator."""
    return pyotp.random_base32()


def address_of(secret: str, account: str) -> str:
    """The otpauth address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str) -> int | None:
    """The 30-second step that a code belongs to, among the present one and its neighbours; None for a wrong code."""
    now, totp = int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret)
    digits = code.replace(" ", "")
    return next((step for step in (now, now - 1, now + 1) if hmac.compare_digest(totp.at(step * STEP), digits)), None)


@action(by_itself)
def take_code(user_id: int, code: str, new: str = "") -> bool:
    """Whether a code is right and not used before; uses it up. With `new` it first proves, then becomes the factor."""
    user = User.objects.select_for_update().get(pk=user_id)
    secret = new if new and not user.sealed_totp else keys.decrypt(user.sealed_totp) if user.sealed_totp else ""
    step = step_of(secret, code) if secret and code.isascii() else None
    if step is None or (user.totp_used_at is not None and step <= user.totp_used_at):
        return False
    if not user.sealed_totp:
        user.sealed_totp = keys.encrypt(secret)
        record(user.email, "second_factor_set", "user", user.pk)
    user.totp_used_at = step
    user.save(update_fields=["sealed_totp", "totp_used_at"])
    return True
