"""What the house must know of consent on a case, and of joining."""

from django.utils.translation import gettext_noop

from handslag.foundation.rooms import Part, Placed, Room, Verb
from handslag.sharing.pages import parts

ROOM = Room(
    urls="handslag.sharing.pages.urls",
    verbs={"parted": Verb(gettext_noop("parted the case from the one that it was joined to"))},
    case_page=(
        Part("sharing/_joined_to.html", 30, parts.joined_to),
        Part("sharing/_joined.html", 70, parts.joined),
    ),
    case_links=(Placed(10, parts.sharing_link),),
    person_page=(Part("sharing/_told.html", 20, parts.told),),
)
