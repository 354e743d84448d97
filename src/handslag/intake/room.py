"""What the house must know of intake."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.foundation.rooms import Link, Room, Verb
from handslag.parties.rules import ASSOCIATION_ROLES, LEAD

ROOM = Room(
    urls="handslag.intake.pages.urls",
    verbs={"file_checked": Verb(gettext_noop("checked a file without taking it in"))},
    menu=(
        Link(_("Bring in files"), 40, frozenset({LEAD}), lambda _viewer: [reverse("import")]),
        Link(
            _("Bring in files"),
            45,
            frozenset(ASSOCIATION_ROLES),
            lambda _viewer: [reverse("import-history", args=["measures"])],
        ),
    ),
)
