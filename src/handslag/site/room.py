"""What the shell itself adds to the house: the main menu's first two places."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.foundation.rooms import Link, Room, Verb
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.site.entrance.comings import CAME, FAILED, WENT

ROOM = Room(
    verbs={
        CAME: Verb(gettext_noop("signed in")),
        WENT: Verb(gettext_noop("signed out")),
        FAILED: Verb(gettext_noop("tried a wrong password")),
    },
    menu=(
        Link(_("My work"), 10, frozenset(HOLDING_ROLES), lambda _viewer: [reverse("my-work")]),
        Link(_("Watch"), 20, frozenset(CASE_ROLES), lambda _viewer: [reverse("watch")]),
    ),
)
