"""What the house must know of consent on a case, and of joining."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.foundation.rooms import Part, Placed, Room, Section, Verb, Waiting
from handslag.sharing import queries, waits
from handslag.sharing.pages import parts
from handslag.sharing.pages.rows import waiting_table

ROOM = Room(
    urls="handslag.sharing.pages.urls",
    api=("/consents", "handslag.sharing.api.router"),
    verbs={"parted": Verb(gettext_noop("parted the case from the one that it was joined to"))},
    waiting=(
        Waiting(waits.TO_CONFIRM, _("Consent to confirm"), "sharing"),
        Waiting(waits.UNCONFIRMED, _("Consent that another party has not confirmed"), "sharing"),
        Waiting(waits.OUT_OF_REACH, _("Responsible without being able to reach the person"), "sharing"),
    ),
    waits=(waits.waits, waits.out_of_reach),
    work=(
        Section("to-confirm", _("Consents that we are to confirm"), 35, queries.to_confirm, waiting_table),
        Section("unconfirmed", _("Consents that wait for other parties"), 75, queries.unconfirmed_of, waiting_table),
    ),
    case_page=(
        Part("sharing/_joined_to.html", 30, parts.joined_to),
        Part("sharing/_joined.html", 70, parts.joined),
    ),
    case_links=(Placed(10, parts.sharing_link),),
    person_page=(Part("sharing/_to_sign.html", 15, parts.to_sign), Part("sharing/_told.html", 20, parts.told)),
)
