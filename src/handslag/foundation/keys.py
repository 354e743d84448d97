"""Secrets of the data: identity numbers are encrypted, found by a keyed index, and the journal is sealed.

Encryption keys rotate: the first of `HANDSLAG_ENCRYPTION_KEYS` writes, all of them read, and `handslag keys rotate`
writes everything anew with the first. The index key stays: it makes the blind index and the journal's seals, which
would all have to be made anew with it. Without either, what is stored can be neither read nor searched for.
"""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

INDEX_LENGTH = 32
"""Hex digits of a blind index: 128 bits."""
BLOCK = 64
"""Bytes that SHA-256 takes at a time."""


FEWEST_SIGNS = 10
"""Different signs that a secret holds at least. A random one of 32 bytes or 40 hex digits never has fewer."""


class WrongKey(Exception):
    """What was read was not written with any of the installation's keys."""


def is_guessable(secret: bytes) -> bool:
    """Whether a secret cannot be random: it has too few different signs, or repeats itself."""
    return len(set(secret)) < FEWEST_SIGNS or secret in (secret + secret)[1:-1]


def key_bytes(key: str) -> bytes:
    """The bytes that a key stands for, as “handslag keys make” prints it."""
    return base64.urlsafe_b64decode(key)


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.HANDSLAG_ENCRYPTION_KEYS])


@cache
def _derived(purpose: str) -> bytes:
    info = f"handslag {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(
        key_bytes(settings.HANDSLAG_INDEX_KEY)
    )


def encrypt(text: str) -> str:
    """`text` as only this installation can read it; another result each time."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises WrongKey when no key of the installation fits, or the token was altered."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise WrongKey("The data was written with keys that this installation does not have.") from None


def rotated(token: str) -> str:
    """The same secret, encrypted with the present first key. Raises WrongKey as `decrypt` does."""
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken:
        raise WrongKey("The data was written with keys that this installation does not have.") from None


def blind(text: str) -> str:
    """An index by which the same text is found again, and from which nobody without the key learns it."""
    return hmac.new(_derived("index"), text.encode(), hashlib.sha256).hexdigest()[:INDEX_LENGTH]


def random_index() -> str:
    """An index of nobody: as long as a blind one, and found by no text."""
    return secrets.token_hex(INDEX_LENGTH // 2)


def proof(said: str) -> str:
    """What proves to the database that this installation says so (64 hex digits)."""
    return hmac.digest(_derived("wall"), said.encode(), "sha256").hex()


def proving_pads() -> tuple[bytes, bytes]:
    """The key of `proof` as the database needs it to work out an HMAC of SHA-256 by itself (RFC 2104)."""
    key = _derived("wall").ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key) for pad in (0x36, 0x5C))
    return inner, outer


def seal(content: bytes) -> str:
    """A seal that only this installation can make, for the journal (64 hex digits)."""
    return hmac.digest(_derived("journal"), content, "sha256").hex()
