"""Searching, as pages and the API do it: each search is written down, and who seeks number after number waits."""

from django.utils.translation import gettext as _

from handslag.cases.searching import found, is_number
from handslag.foundation.errors import TooMany
from handslag.journal.actions import record
from handslag.parties.viewer import Request, Viewer
from handslag.ui.slowing import counted

BY_NUMBER, BY_WORDS = "number", "words"


def sought(request: Request, text: str) -> frozenset[int]:
    """Ids of the cases that are found by a text. Who searched, by what kind of text, and whether anything was found, is
    written down.

    Raises TooMany for who has lately searched for many numbers of nobody whom the viewer may know.
    """
    viewer, by_number = request.viewer, is_number(text)
    limit = "number_missed" if viewer.user else "number_missed_by_system"
    taken_back = counted(request, limit, viewer.label) if by_number else None
    if by_number and taken_back is None:
        _write(viewer, BY_NUMBER, "refused")
        told = _("You have searched for many numbers that nobody here has. Wait an hour, or look for the name.")
        raise TooMany(told, "q")
    keys = found(viewer, text)
    if taken_back and keys:
        taken_back()
    _write(viewer, BY_NUMBER if by_number else BY_WORDS, "found" if keys else "nobody")
    return keys


def _write(viewer: Viewer, by: str, outcome: str) -> None:
    record(viewer.label, "searched", "search", 0, party=viewer.party_id, by=by, outcome=outcome)
