"""Lists on composed pages: the first of each on the page, and each whole list on a page of its own."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from handslag.cases.models import Case
from handslag.cases.visibility import looked_at_once
from handslag.foundation.prepared import first
from handslag.foundation.rooms import Section, placed
from handslag.foundation.wall import lifted
from handslag.parties.viewer import Request, Viewer
from handslag.ui.paging import fetch, page_of
from handslag.ui.tables import Table

NOTHING = Table((), [])


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with the first of its rows."""

    section: Section
    table: Table
    count: int
    """How many there are in all."""

    @property
    def has_more(self) -> bool:
        """Whether not all are shown."""
        return self.count > len(self.table.rows)


def shown_sections(viewer: Viewer, page: str) -> list[ShownSection]:
    """The sections of a composed page (`work` or `board`), in their order."""
    sections = [section for section in placed(page) if not section.is_apart]
    with lifted():  # (keys and counts; the rows come from behind the wall)
        found = first(viewer, ((section.find, section.short) for section in sections))
    fetched = fetch(*found)
    with looked_at_once(viewer, [case for rows in fetched for row in rows if (case := _case(row))]):
        return [
            ShownSection(section, section.table(viewer, rows) if rows else NOTHING, of.total)
            for section, of, rows in zip(sections, found, fetched, strict=True)
        ]


def _case(row: Any) -> Case | None:
    return row if isinstance(row, Case) else getattr(row, "case", None)


def whole_section(request: Request, page: str, name: str) -> HttpResponse:
    """All of one section of a composed page, page by page."""
    section = next((section for section in placed(page) if section.name == name), None)
    if section is None:
        raise Http404
    shown = page_of(section.find(request.viewer), request)
    context = {"heading": section.heading, "table": section.table(request.viewer, shown.rows), "page": shown}
    return render(request, "site/section.html", context)
