"""What is sealed, and how: entries, batches of entries, and the head. Without the installation's key nobody can seal.

Each seal is an HMAC-SHA-256 over a JSON list that begins with what it seals, so that none can stand for another.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from handslag.foundation import keys

COLUMNS = (
    "id", "at", "actor", "acting_for", "verb", "subject", "subject_id", "basis", "address", "details", "party", "group",
    "follows",
)  # fmt: skip
BEGIN = ""
"""The seal before the first batch."""
_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def instant(at: datetime) -> str:
    """An instant as the journal writes it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(details: dict) -> str:
    """Details as the journal writes them: one text for one content."""
    return json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _seal(*values) -> str:
    return keys.seal(_encode(values).encode())


def of_entry(values: Iterable, before: str) -> str:
    """The seal of an entry with these values (in the order of COLUMNS), written after the batch with seal `before`."""
    return _seal("entry", *values, before)


def of_batch(number: int, at: str, places: str, root: str, before: str) -> str:
    """The seal of a batch that comes after the one with seal `before`."""
    return _seal("batch", number, at, places, root, before)


def of_head(number: int, seal: str) -> str:
    """The tag of a head that names this batch."""
    return _seal("head", number, seal)


def root_of(entry_seals: Iterable[str]) -> str:
    """A digest of entries' seals, in order (64 hex digits)."""
    return hashlib.sha256("\n".join(entry_seals).encode()).hexdigest()


def runs_of(places: list[int]) -> str:
    """Ascending places as runs: [1, 2, 3, 5] is “1-3 5”."""
    cuts = [0, *(at for at, (a, b) in enumerate(pairwise(places), 1) if b != a + 1), len(places)]
    ends = [(places[begin], places[end - 1]) for begin, end in pairwise(cuts)]
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in ends)


def places_of(runs: str) -> list[int]:
    """The places that `runs_of` was given."""
    ends = (run.partition("-") for run in runs.split(" "))
    return [place for a, _dash, b in ends for place in range(int(a), int(b or a) + 1)]
