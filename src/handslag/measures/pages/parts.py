"""What the case page says of the catalogue: the way there."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage


def links(page: CasePage) -> Iterator[Button]:
    """What there is for the person, one click away."""
    if page.case.is_open:
        yield Button(_("Measures that fit"), reverse("case-measures", args=[page.case.public_id]))
