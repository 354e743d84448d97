"""What the house must know of the associations' books. They are about no person."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.associations.bringing import REGISTER
from handslag.foundation.rooms import APART, Column, Link, Record, Room, Verb, each
from handslag.parties.rules import ASSOCIATION_ROLES

_APART = Column(APART)
_NOTED = "id public_id association replaces is_struck reason by at"
_COLUMNS = {
    "Allocation": "year party amount share",
    "Cost": "year measure kind budget outcome description",
    "Planned": "year measure number",
    "Position": "year month own_capital liquid_funds",
    "Decision": "on number text measure",
    "Agreement": "measure signed_on decision",
    "Goal": "year decision measure text indicator target result",
}

ROOM = Room(
    urls="handslag.associations.pages.urls",
    records=(
        *(Record(f"associations.{name}", each(_APART, f"{_NOTED} {columns}")) for name, columns in _COLUMNS.items()),
        Record(
            "associations.Report",
            each(_APART, "id public_id association year number definitions content by made_at"),
        ),
        Record("associations.Figures", each(_APART, "id public_id association year content made_at")),
    ),
    verbs={
        "books_noted": Verb(gettext_noop("noted something in the association's books")),
        "books_corrected": Verb(gettext_noop("corrected something in the association's books")),
        "report_made": Verb(gettext_noop("made the association's report of a year")),
        "participants_counted": Verb(gettext_noop("counted the participants of a year")),
        "books_struck": Verb(gettext_noop("struck something from the association's books")),
    },
    registers=(REGISTER,),
    menu=(
        Link(
            _("The association"),
            30,
            frozenset(ASSOCIATION_ROLES),
            lambda _viewer: [reverse("association")],
        ),
    ),
)
