"""What the case page leads to of the person's rights."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage


def rights_links(page: CasePage) -> Iterator[Button]:
    """Who has looked; and for those who may act, mending and hiding what is recorded."""
    case = page.case
    yield Button(_("Who has looked"), reverse("access-log", args=[case.public_id]))
    if page.may_act and page.visible.identity:
        if case.party_id in page.viewer.own_party_ids:
            yield Button(_("Rectify"), reverse("rectify", args=[case.public_id]))
        yield Button(_("Protected identity"), reverse("protect", args=[case.public_id]))
