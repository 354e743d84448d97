"""Slowing down those who guess passwords, without locking anybody out.

Failures count for an account from one address, and for the account in all; the first makes waits that double, the
second only short ones, so that a stranger elsewhere cannot keep the owner out. Nobody waits for what others at the
same address did: a whole unit sits behind one.
"""

from datetime import datetime, timedelta

from handslag.foundation import clock, keys
from handslag.foundation.acting import action, by_itself
from handslag.parties.models import FailedSignIn

FREE = {"here": 4, "all": 20}
"""How many failures cost no wait."""
LONGEST = {"here": 900, "all": 30}
"""The longest wait in seconds."""
FORGOTTEN_AFTER = timedelta(hours=24)


def _keys(account: str, address: str) -> dict[str, str]:
    account = account.strip().casefold()
    return {"here": keys.blind(f"sign-in {account} {address}"), "all": keys.blind(f"sign-in {account}")}


def wait_after(kind: str, failures: int) -> int:
    """Seconds to wait after so many failures: none at first, then 2, 4, 8 ... up to the longest of its kind."""
    over = failures - FREE[kind]
    return 0 if over <= 0 else min(2 ** min(over, 20), LONGEST[kind])


def _lately(row: FailedSignIn, now: datetime) -> int:
    return row.failures if now - row.last_at < FORGOTTEN_AFTER else 0


def seconds_to_wait(account: str, address: str) -> int:
    """How long the next attempt must wait, 0 where it may come now."""
    found, now = _keys(account, address), clock.now()
    rows = {row.key: row for row in FailedSignIn.objects.filter(key__in=found.values()).order_by()}
    waits = [
        row.last_at + timedelta(seconds=wait_after(kind, _lately(row, now))) - now
        for kind, key in found.items()
        if (row := rows.get(key))
    ]
    return max([0, *(-(-int(wait.total_seconds() * 1000) // 1000) for wait in waits)])


@action(by_itself)
def note_failure(account: str, address: str) -> None:
    """Counts a failed attempt."""
    now = clock.now()
    for key in sorted(_keys(account, address).values()):
        row, _new = FailedSignIn.objects.select_for_update().get_or_create(key=key, defaults={"last_at": now})
        row.failures, row.last_at = _lately(row, now) + 1, now
        row.save()


@action(by_itself)
def forget_failures(account: str, address: str) -> None:
    """After a success: what failed from this address is forgiven."""
    FailedSignIn.objects.filter(key=_keys(account, address)["here"]).delete()
