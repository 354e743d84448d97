"""What the house must know of microdata."""

from django.utils.translation import gettext_noop

from handslag.foundation.rooms import Room, Verb

ROOM = Room(verbs={"microdata_written": Verb(gettext_noop("wrote microdata"))})
