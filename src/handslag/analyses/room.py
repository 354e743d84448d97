"""What the house must know of the analysts' reports. They are about no person."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.analyses.rules import ANALYST
from handslag.foundation.rooms import APART, Column, Link, Record, Room, Verb, each

ROOM = Room(
    urls="handslag.analyses.pages.urls",
    records=(
        Record(
            "analyses.Release",
            each(
                Column(APART),
                "id public_id report year versions source data_day contact email by asked_at tries begun_at seen_at "
                "phase done steps ended_at ending published_at published_by",
            ),
        ),
    ),
    verbs={
        "release_asked": Verb(gettext_noop("asked for a report")),
        "release_run_again": Verb(gettext_noop("had a report made again")),
        "release_called_off": Verb(gettext_noop("called a report off")),
        "release_ended": Verb(gettext_noop("made a report")),
        "release_fetched": Verb(gettext_noop("fetched files of a report")),
        "release_published": Verb(gettext_noop("published a report")),
        "records_traced": Verb(gettext_noop("listed the records behind a figure")),
    },
    menu=(Link(_("Reports"), 30, frozenset({ANALYST}), lambda _viewer: [reverse("analyses")]),),
)
