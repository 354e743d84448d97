"""What the house must know of the catalogue of measures. It is about no person."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.foundation.rooms import APART, Column, Link, Microdata, Placed, Record, Room, Verb, each
from handslag.measures.bringing import REGISTER
from handslag.measures.microdata import measures
from handslag.measures.pages import parts
from handslag.measures.rules import READERS

_APART = Column(APART)

ROOM = Room(
    urls="handslag.measures.pages.urls",
    api=("", "handslag.measures.api.router"),
    records=(
        Record(
            "measures.Measure",
            each(
                _APART,
                "id public_id association name description direction detail follow_up has_esf starts_on ends_on owner "
                "municipality_code places planned_a_year languages accessibility how_to_refer contact is_open_data "
                "is_listed searched by made_at changed_at",
            ),
        ),
        Record("measures.Activity", each(_APART, "id public_id measure kind day hours reached is_struck by noted_at")),
        Record("measures.Carrier", each(_APART, "id measure party")),
        Record("measures.ForGroup", each(_APART, "id measure target_group")),
    ),
    verbs={
        "measure_made": Verb(gettext_noop("added a measure to the catalogue")),
        "activity_noted": Verb(gettext_noop("noted what a structural measure did")),
        "activity_struck": Verb(gettext_noop("struck an activity that was noted by mistake")),
        "measure_changed": Verb(gettext_noop("changed a measure of the catalogue")),
    },
    registers=(REGISTER,),
    microdata=(Microdata("measures", measures),),
    case_links=(Placed(30, parts.links),),
    menu=(
        Link(
            _("Measures"),
            35,
            frozenset(READERS),
            lambda _viewer: [reverse("measures")],
        ),
    ),
)
