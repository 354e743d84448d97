"""What the house must know of intake."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from handslag.foundation.rooms import Link, Room
from handslag.parties.rules import LEAD

ROOM = Room(
    urls="handslag.intake.pages.urls",
    menu=(Link(_("Bring in cases"), 40, frozenset({LEAD}), lambda _viewer: [reverse("import")]),),
)
