"""The notes on the case page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage
from handslag.notes.queries import notes_of


def listed(page: CasePage) -> dict | None:
    """The case's notes, where there are any that the viewer may see."""
    found = notes_of(page.visible)
    return {"notes": found} if found else None


def note_button(page: CasePage) -> Iterator[Button]:
    """Writing a note."""
    yield Button(_("Write a note"), reverse("note", args=[page.case.public_id]))
