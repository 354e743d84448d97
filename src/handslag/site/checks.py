"""What of the ways in must stop the start (foundation/checks.py)."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error

from handslag.foundation.checks import in_production


@in_production
def check_ways_in() -> Iterator[CheckMessage]:
    """Those who should can sign in, and by nothing made for the demo."""
    issuer = settings.HANDSLAG_OIDC_ISSUER
    if settings.HANDSLAG_ROLE_PICKER:
        yield Error("The demo's role picker is on. Unset HANDSLAG_ROLE_PICKER.", id="handslag.E021")
    if not (issuer or settings.HANDSLAG_LOCAL_ACCOUNTS):
        yield Error("Nobody could sign in. Set HANDSLAG_OIDC_ISSUER, or HANDSLAG_LOCAL_ACCOUNTS=1.", id="handslag.E022")
    if issuer and not issuer.startswith("https://"):
        yield Error("HANDSLAG_OIDC_ISSUER is not an https address.", id="handslag.E023")
