"""What of the dated data must stop the start (foundation/checks.py)."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, register

from handslag.associations.dated import faults
from handslag.foundation.checks import SERVING


@register(SERVING, deploy=True)
def check_dated(**_: object) -> Iterator[CheckMessage]:
    """Files of shares and steps can be read."""
    for fault in faults():
        yield Error(fault, id="handslag.E041")
