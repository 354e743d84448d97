"""Public ids: what an address, the API, a file or another installation may name a row by."""

import secrets
import time
from uuid import UUID

from django.db import models

from handslag.foundation.loading import Loaded


def uuid7() -> UUID:
    """A random id that sorts by the millisecond in which it was made (RFC 9562, version 7)."""
    millisecond = time.time_ns() // 1_000_000
    bits = millisecond << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=bits)


def uuid_of(text: str | None) -> UUID | None:
    """The id that a text writes; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class Public(Loaded):
    """Something that is named outside the database: by its public id, never by its number."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    class Meta:
        abstract = True
