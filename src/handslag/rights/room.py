"""What the house must know of the person's rights."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.foundation.rooms import APART, Column, Part, Placed, Record, Room, Verb, each, kept, prose
from handslag.rights.pages import access_log, parts

ROOM = Room(
    urls="handslag.rights.pages.urls",
    records=(
        Record(
            "rights.Rectification",
            {
                **each(kept(), "id case"),
                "field": kept(_("What")),
                "sealed_before": prose(_("Before"), is_sealed=True),
                "sealed_after": prose(_("After"), is_sealed=True),
                "reason": prose(_("What was wrong, and who said so?")),
                "by": kept(_("By whom?")),
                "at": kept(_("When")),
            },
            about="case.person",
            key="rectified",
            words=_("Rectified"),
        ),
        Record(
            "rights.Remainder",
            each(
                Column(APART),
                "id party_kind county_code sex birth_decade target_groups livelihood opened_year closed_year outcome "
                "handovers holders",
            ),
        ),
    ),
    verbs={
        "rectified": Verb(gettext_noop("rectified what was recorded")),
        "protected": Verb(gettext_noop("hid the person: protected identity")),
        "exported": Verb(gettext_noop("wrote the register extract for the person")),
        "content_removed": Verb(gettext_noop("removed the content: its time was over")),
    },
    case_links=(Placed(20, parts.rights_links),),
    person_page=(Part("rights/_own_access_log.html", 30, access_log.own),),
)
