"""What the house must know of the outbox."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from handslag.foundation.rooms import APART, Column, Link, Record, Room, each
from handslag.outbox.pages.views import ADMINISTRATOR

ROOM = Room(
    urls="handslag.outbox.pages.urls",
    records=(
        Record(
            "outbox.Letter",
            each(Column(APART), "id public_id kind about queued_at due_at tries trouble ended_at ending"),
        ),
    ),
    menu=(Link(_("Outbox"), 50, frozenset({ADMINISTRATOR}), lambda _viewer: [reverse("outbox")]),),
)
